//! An item is put before somebody else by name: by whoever is asked about it, or by whoever started the
//! review, when those who are asked are silent or gone.

use std::collections::BTreeSet;

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Item, Standing};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Before whom.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Delegate {
    /// Who is to be asked; also the named person among the facts.
    pub to: PersonId,
}

/// It was put before somebody else.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Delegated {
    /// By whom.
    pub by: PersonId,
    /// Who is asked now.
    pub to: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn delegate(
    item: &Item,
    facts: &Facts,
    command: Delegate,
) -> Result<Vec<Event>, Refusal> {
    let person = facts.permitted_person()?;
    let (_, review) = item.running(facts)?;
    if item.standing != Standing::Open {
        return Err(item.wrong_stage("delegated"));
    }
    let by = person.id();
    let may = item.reviewers.contains(&by)
        || review.started_by == Some(by)
        || person.stands_in_for(facts.now).any(|other| item.reviewers.contains(&other));
    if !may {
        let reviewers = item.reviewers.iter().copied().collect();
        return Err(Refusal::NotTheReviewer { reviewers });
    }
    let named = facts.named.as_ref().filter(|named| named.id() == command.to);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    facts.must_know_of(named)?;
    // Whoever cannot decide about it is not asked.
    let cannot = !named.can_answer()
        || facts.has_part_in(named)
        || item.was_decided_by(named.id())
        || item.reviewers == BTreeSet::from([named.id()]);
    if cannot {
        return Err(Refusal::CannotAnswer);
    }
    Ok(vec![Event::Delegated(Delegated { by, to: command.to, at: facts.now })])
}

pub(super) fn evolve(item: &mut Item, delegated: &Delegated) {
    item.reviewers = BTreeSet::from([delegated.to]);
    item.asked_at = delegated.at;
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::item::Command;
    use crate::item::scene::{Case, facts, revoke};
    use crate::scene::{ADMIN, AUDITOR, GUARD, LAWYER, OTHER_OWNER, OWNER, id, person};

    fn to(n: u128, facts: Facts) -> (Facts, Command) {
        (Facts { named: Some(person(n)), ..facts }, Command::Delegate(Delegate { to: id(n) }))
    }

    #[test]
    fn who_is_asked_or_who_started_the_review_puts_it_before_somebody_else() {
        for by in [OWNER, ADMIN] {
            let (facts, command) = to(GUARD, facts(by, 4));
            let case = Case::opened().then(&facts, command);
            assert_eq!(case.item.as_ref().unwrap().reviewers, BTreeSet::from([id(GUARD)]));
            let gone = crate::item::scene::facts(OTHER_OWNER, 5);
            assert_eq!(case.refused(&gone, revoke()), "duty.not-the-reviewer");
        }
        let (facts, command) = to(GUARD, facts(LAWYER, 4));
        assert_eq!(Case::opened().refused(&facts, command), "duty.not-the-reviewer");
    }

    #[test]
    fn nobody_is_asked_who_could_not_decide() {
        let (reads, command) = to(AUDITOR, facts(OWNER, 4));
        assert_eq!(Case::opened().refused(&reads, command), "duty.cannot-answer");
        let (holds, command) = to(GUARD, facts(OWNER, 4));
        let holds = Facts { holders: BTreeSet::from([id(GUARD)]), ..holds };
        assert_eq!(Case::opened().refused(&holds, command), "duty.cannot-answer");
    }
}
