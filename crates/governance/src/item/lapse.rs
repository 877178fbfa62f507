//! Nobody answered in time: what was said when the review was planned becomes of the item. It is never
//! kept by that.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Item, Standing, Wish};
use crate::actor::Machine;
use crate::campaign::NoAnswer;
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Somebody else is asked.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Escalated {
    /// Who.
    pub to: PersonId,
    /// Who was silent.
    pub silent: BTreeSet<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// It is to be taken away.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Lapsed {
    /// On whose authority: whoever started the review in which that was said beforehand.
    pub authority: Option<PersonId>,
    /// Who was silent.
    pub silent: BTreeSet<PersonId>,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn lapse(item: &Item, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Timekeeper)?;
    if item.standing != Standing::Open {
        return Ok(Vec::new());
    }
    let (_, review) = item.running(facts)?;
    let is_over = item.due(review).is_some_and(|due| due <= facts.now);
    if !is_over {
        return Ok(Vec::new());
    }
    let (silent, at) = (item.reviewers.clone(), facts.now);
    Ok(match review.plan.no_answer {
        NoAnswer::Escalate { to, .. } if can_be_asked(item, to) => {
            vec![Event::Escalated(Escalated { to, silent, at })]
        }
        NoAnswer::Escalate { .. } | NoAnswer::Revoke => {
            vec![Event::Lapsed(Lapsed { authority: review.started_by, silent, at })]
        }
    })
}

/// Somebody who was asked before, or decided in an earlier stage, is not asked once more.
fn can_be_asked(item: &Item, to: PersonId) -> bool {
    !item.escalated
        && !item.reviewers.contains(&to)
        && !item.passed.contains(&to)
        && !item.was_decided_by(to)
}

pub(super) fn evolve_escalated(item: &mut Item, escalated: &Escalated) {
    item.escalated = true;
    item.reviewers = BTreeSet::from([escalated.to]);
    item.asked_at = escalated.at;
}

pub(super) fn evolve(item: &mut Item, lapsed: &Lapsed) {
    item.reviewers = BTreeSet::new();
    item.standing = Standing::Changing { wish: Wish::Revoke, since: lapsed.at };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::campaign::Around;
    use crate::item::Command;
    use crate::item::scene::{Case, around, facts, keep, machine};
    use crate::scene::{ADMIN, GUARD, OWNER, id};

    fn timekeeper(on: i64) -> Facts {
        machine(Machine::Timekeeper, on)
    }

    fn escalating(on: i64, facts: Facts) -> Facts {
        let mut around: Around = around(facts.clone());
        if let Some(review) = &mut around.review {
            review.plan.no_answer = NoAnswer::Escalate { to: id(GUARD), days: 3 };
        }
        assert!(on > 0);
        Facts { review: Some(around), ..facts }
    }

    #[test]
    fn a_missed_review_is_never_silently_kept() {
        let case = Case::opened();
        assert_eq!(case.clone().then(&timekeeper(16), Command::Lapse).status(), "open");
        let case = case.then(&timekeeper(17), Command::Lapse);
        assert_eq!(case.status(), "changing");
        let Some(Event::Lapsed(lapsed)) = case.events.last() else { panic!("{case:?}") };
        assert_eq!(lapsed.authority, Some(id(ADMIN)), "on the authority of who started it");
        assert_eq!(case.then(&timekeeper(18), Command::Lapse).status(), "changing");
    }

    #[test]
    fn silence_is_escalated_once_and_then_it_is_taken_away() {
        let at = |on| escalating(on, timekeeper(on));
        let case = Case::opened().then(&at(17), Command::Lapse);
        assert_eq!(case.item.as_ref().unwrap().reviewers, BTreeSet::from([id(GUARD)]));
        let same = case.clone().then(&at(19), Command::Lapse);
        assert_eq!(same.status(), "open", "three days more");
        let decides = escalating(18, facts(GUARD, 18));
        assert_eq!(case.clone().then(&decides, keep(40)).status(), "kept");
        assert_eq!(case.then(&at(20), Command::Lapse).status(), "changing");
    }

    #[test]
    fn nobody_but_the_timekeeper_says_that_a_time_is_over() {
        assert_eq!(Case::opened().refused(&facts(OWNER, 17), Command::Lapse), "duty.wrong-actor");
    }
}
