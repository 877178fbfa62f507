//! One named person behind a finding. Never the security seat, never somebody who has part in the
//! access.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Ownership, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::Refusal;

/// Name the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Who it shall be; also the named person among the facts.
    pub owner: PersonId,
}

/// The owner is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Assigned {
    /// Who, until when.
    pub owner: Ownership,
    /// Who named them.
    pub by: PersonId,
    /// When.
    pub at: Timestamp,
}

pub(super) fn assign(
    finding: &Finding,
    facts: &Facts,
    command: Assign,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    let named = facts.named.as_ref().filter(|person| person.id() == command.owner);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    if !facts.can_own(named) {
        return Err(Refusal::CannotOwn);
    }
    let due = match &finding.stage {
        Stage::Open => {
            facts.now.saturating_add(SignedDuration::from_hours(facts.due_days.saturating_mul(24)))
        }
        // Handing a finding on does not buy time.
        Stage::Assigned { owner } => Ok(owner.due),
        Stage::Chosen { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. }
        | Stage::Ended { .. } => return Err(finding.wrong_stage("assigned", "open or assigned")),
    };
    let due = due.unwrap_or(Timestamp::MAX);
    let owner = Ownership { person: command.owner, due };
    Ok(vec![Event::Assigned(Assigned { owner, by, at: facts.now })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::scene::{ADMIN, ALL_SEATS, AUDITOR, Case, DEPUTY, GUARD, OTHER_OWNER, OWNER};
    use crate::scene::{assign_to, day, facts, id, person};

    fn naming(by: u128, owner: u128) -> Facts {
        Facts { named: Some(person(owner)), ..facts(by, 1) }
    }

    #[test]
    fn the_owner_is_one_named_person_with_a_date_by_severity() {
        let case = Case::assigned();
        let owner = case.finding.unwrap().owner().cloned();
        assert_eq!(owner, Some(Ownership { person: id(OWNER), due: day(31) }));
    }

    #[test]
    fn handing_a_finding_on_does_not_buy_time() {
        let later = Facts { now: day(20), ..naming(GUARD, OTHER_OWNER) };
        let case = Case::assigned().then(&later, assign_to(OTHER_OWNER));
        let owner = case.finding.unwrap().owner().cloned();
        assert_eq!(owner, Some(Ownership { person: id(OTHER_OWNER), due: day(31) }));
    }

    #[test]
    fn neither_security_nor_control_nor_an_auditor_nor_an_inactive_person_can_own() {
        for n in [ADMIN, GUARD, AUDITOR, ALL_SEATS] {
            assert_eq!(Case::opened().refused(&naming(GUARD, n), assign_to(n)), "duty.cannot-own");
        }
    }

    #[test]
    fn who_holds_the_access_or_stands_in_for_who_does_cannot_own() {
        let holders = std::collections::BTreeSet::from([id(OTHER_OWNER)]);
        for n in [OTHER_OWNER, DEPUTY] {
            let facts = Facts { holders: holders.clone(), ..naming(GUARD, n) };
            assert_eq!(Case::opened().refused(&facts, assign_to(n)), "duty.cannot-own");
        }
        let later = Facts { holders, now: day(11), ..naming(GUARD, DEPUTY) };
        assert!(Case::opened().ask(&later, assign_to(DEPUTY)).is_ok(), "the deputation is over");
    }

    #[test]
    fn somebody_unknown_cannot_own() {
        let facts = facts(GUARD, 1);
        assert_eq!(Case::opened().refused(&facts, assign_to(OWNER)), "case.unknown");
    }
}
