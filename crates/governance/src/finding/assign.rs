//! One named person behind a finding. Never the security seat, never somebody who has part in the
//! access.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Ownership, Stage};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Name the owner.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Assign {
    /// Who it shall be; also the named person among the facts.
    pub owner: PersonId,
}

/// The owner is named.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Assigned {
    /// Who, until when.
    pub owner: Ownership,
    /// Who named them.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
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
    if finding.order().is_some() {
        return Err(Refusal::OrderUnderWay);
    }
    facts.must_know_of(named)?;
    if !facts.can_own(named) {
        return Err(Refusal::CannotOwn);
    }
    let due = match &finding.stage {
        Stage::Open => facts.due,
        // Handing a finding on does not buy time.
        Stage::Assigned { owner } | Stage::Chosen { owner, .. } => owner.due,
        Stage::Remediating { .. } | Stage::Fulfilled { .. } | Stage::Ended { .. } => {
            return Err(finding.wrong_stage("assigned", "open, assigned or chosen"));
        }
    };
    let owner = Ownership { person: command.owner, due };
    Ok(vec![Event::Assigned(Assigned { owner, by, at: facts.now })])
}

/// A choice that was made stays as it is, with who made it; the new owner may choose anew.
pub(super) fn evolve(finding: &mut Finding, assigned: &Assigned) {
    let owner = assigned.owner.clone();
    finding.stage = match &finding.stage {
        Stage::Chosen { chosen, .. } => Stage::Chosen { owner, chosen: chosen.clone() },
        Stage::Open
        | Stage::Assigned { .. }
        | Stage::Remediating { .. }
        | Stage::Fulfilled { .. }
        | Stage::Ended { .. } => Stage::Assigned { owner },
    };
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Erased;
    use crate::finding::Event;
    use crate::scene::{ADMIN, ALL_SEATS, AUDITOR, Case, DEPUTY, GUARD, OTHER_OWNER, OWNER};
    use crate::scene::{assign_to, choose_revoke, day, facts, id, person};

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
    fn a_chosen_finding_is_handed_on_with_its_choice_and_the_new_owner_may_choose_anew() {
        let later = Facts { now: day(20), ..naming(GUARD, OTHER_OWNER) };
        let case = Case::chosen().then(&later, assign_to(OTHER_OWNER));
        let finding = case.finding.as_ref().unwrap();
        assert_eq!(finding.status(), "chosen");
        assert_eq!(finding.owner(), Some(&Ownership { person: id(OTHER_OWNER), due: day(31) }));
        let Stage::Chosen { chosen, .. } = &finding.stage else { panic!("it is chosen") };
        assert_eq!(chosen.signed.person(), id(OWNER), "who chose stays who chose");
        assert_eq!(case.refused(&facts(OWNER, 21), choose_revoke()), "duty.not-the-owner");
        let case = case.then(&facts(OTHER_OWNER, 21), choose_revoke());
        let Some(Event::RemedyChosen(chosen)) = case.events.last() else { panic!("it is chosen") };
        assert_eq!(chosen.signed.person(), id(OTHER_OWNER));
    }

    #[test]
    fn a_finding_whose_order_is_under_way_stays_with_its_owner() {
        for case in [Case::ordered(), Case::fulfilled()] {
            let refused = case.refused(&naming(GUARD, OTHER_OWNER), assign_to(OTHER_OWNER));
            assert_eq!(refused, "case.order-under-way");
        }
        let refused = Case::fixed().refused(&naming(GUARD, OTHER_OWNER), assign_to(OTHER_OWNER));
        assert_eq!(refused, "case.wrong-stage");
    }

    #[test]
    fn when_it_cannot_be_known_who_has_the_access_nobody_passes_for_uninvolved() {
        let all = Erased { affected: true, ..Erased::default() };
        let other = Erased { people: [id(OTHER_OWNER)].into(), ..Erased::default() };
        for (owner, erased, is_refused) in [
            (OWNER, all.clone(), true),
            (OTHER_OWNER, other.clone(), true),
            (DEPUTY, other.clone(), true),
            (OWNER, other.clone(), false),
        ] {
            let facts = Facts { erased, ..naming(GUARD, owner) };
            let refused = Case::opened().ask(&facts, assign_to(owner)).err();
            assert_eq!(refused == Some(Refusal::RecordErased), is_refused, "{refused:?}");
        }
        let facts = Facts { erased: all, ..facts(OWNER, 2) };
        assert_eq!(Case::assigned().refused(&facts, choose_revoke()), "case.record-erased");
    }

    #[test]
    fn somebody_unknown_cannot_own() {
        let facts = facts(GUARD, 1);
        assert_eq!(Case::opened().refused(&facts, assign_to(OWNER)), "case.unknown");
    }
}
