//! An item that is to change has changed when the finding by which it is changed ended with evidence, or
//! an exception for it is in force where one was asked for. A finding that ended otherwise proves
//! nothing, and one that ended before the decision neither.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Item, Standing, Wish};
use crate::actor::Machine;
use crate::campaign::Ended;
use crate::facts::Facts;
use crate::id::FindingId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Why an item counts as changed. Nothing outside this file makes one: no change without proof.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// The finding that carries the evidence.
    finding: FindingId,
    /// What became of it.
    how: How,
    /// When that was so.
    #[schemars(with = "Instant")]
    at: Timestamp,
}

/// What became of the finding of an item.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum How {
    /// Evidence read after our change.
    Fixed,
    /// A complete later read without it.
    Gone,
    /// An exception for it is in force.
    Excepted,
}

impl Changed {
    /// The finding that carries the evidence.
    #[must_use]
    pub fn finding(&self) -> FindingId {
        self.finding
    }

    /// What became of it.
    #[must_use]
    pub fn how(&self) -> How {
        self.how
    }

    /// When that was so.
    #[must_use]
    pub fn at(&self) -> Timestamp {
        self.at
    }
}

pub(super) fn settle(item: &Item, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Registrar)?;
    let Standing::Changing { wish, since } = item.standing else { return Ok(Vec::new()) };
    let Some(outcome) = &facts.review()?.finding else { return Ok(Vec::new()) };
    let finding = outcome.finding;
    let ended = match outcome.ended {
        Some((Ended::Fixed, at)) if at >= since => Some((How::Fixed, at)),
        Some((Ended::Gone, at)) if at >= since => Some((How::Gone, at)),
        Some((Ended::Fixed | Ended::Gone | Ended::Otherwise, _)) | None => None,
    };
    let excepted = outcome.excepted.filter(|_| wish == Wish::Exception && outcome.ended.is_none());
    // One that was in force before is in force when it is asked for too.
    let proof = ended.or(excepted.map(|at| (How::Excepted, at.max(since))));
    let event = |(how, at)| Event::Proven(Changed { finding, how, at });
    Ok(proof.map(event).into_iter().collect())
}

pub(super) fn evolve(item: &mut Item, proof: &Changed) {
    if let Standing::Changing { wish, .. } = item.standing {
        item.standing = Standing::Proven { wish, proof: proof.clone() };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Outcome;
    use crate::item::Command;
    use crate::item::scene::{Case, around, exception, facts, machine, revoke};
    use crate::scene::{ADMIN, OWNER, day, finding_id};

    fn told(ended: Option<(Ended, i64)>, excepted: Option<i64>) -> Facts {
        let facts = machine(Machine::Registrar, 20);
        let finding = Some(Outcome {
            finding: finding_id(),
            ended: ended.map(|(how, on)| (how, day(on))),
            excepted: excepted.map(day),
        });
        let around = crate::campaign::Around { finding, ..around(facts.clone()) };
        Facts { review: Some(around), ..facts }
    }

    fn after(command: Command, facts: &Facts) -> &'static str {
        Case::opened()
            .then(&super::super::scene::facts(OWNER, 4), command)
            .then(facts, Command::Settle)
            .status()
    }

    #[test]
    fn only_evidence_after_the_decision_proves_a_change() {
        assert_eq!(after(revoke(), &told(Some((Ended::Fixed, 5)), None)), "proven");
        assert_eq!(after(revoke(), &told(Some((Ended::Gone, 5)), None)), "proven");
        assert_eq!(after(revoke(), &told(Some((Ended::Otherwise, 5)), None)), "changing");
        assert_eq!(after(revoke(), &told(Some((Ended::Fixed, 3)), None)), "changing");
        assert_eq!(after(revoke(), &told(None, None)), "changing");
        assert_eq!(after(revoke(), &machine(Machine::Registrar, 20)), "changing");
    }

    #[test]
    fn an_exception_settles_what_asked_for_one_and_nothing_else() {
        assert_eq!(after(exception(), &told(None, Some(6))), "proven");
        assert_eq!(after(revoke(), &told(None, Some(6))), "changing");
        assert_eq!(after(exception(), &told(Some((Ended::Otherwise, 5)), Some(6))), "changing");
    }

    #[test]
    fn no_person_can_say_that_it_has_changed() {
        let case = Case::opened().then(&facts(OWNER, 4), revoke());
        assert_eq!(case.refused(&facts(ADMIN, 9), Command::Settle), "duty.wrong-actor");
    }
}
