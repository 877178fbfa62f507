//! Low-risk routine passes without a person: our own check of who answers for what puts the one owner behind
//! a finding whom the policy names for it. Only where the policy says so of the very tier that the case is
//! of, only for a process that is not high or critical whatever a policy says, and never by the fallback: who
//! owns what nobody else does is for people to say. It begins the clock of somebody and decides nothing else.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Ownership, Stage};
use crate::actor::Machine;
use crate::criticality::Criticality;
use crate::facts::{Facts, Routine};
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// Put the owner behind it whom the policy names.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entrust {
    /// Who; also the named person among the facts.
    pub owner: PersonId,
    /// Along which way the policy named them.
    pub way: Way,
}

/// A way to an owner about whom there is no doubt.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Way {
    /// It names them itself.
    Explicit,
    /// They alone answer for its system.
    System,
    /// They own its process.
    Process,
}

/// The owner whom the policy names is behind it, and nobody pressed a button for it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Entrusted {
    /// Who, until when.
    pub owner: Ownership,
    /// Along which way the policy named them.
    pub way: Way,
    /// What of the policy lets it pass without a person, as `tier.ID.KEY`.
    pub by: String,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// Whether the laws let a case of this criticality pass without a person, whatever a policy says.
#[must_use]
pub fn is_low_risk(criticality: Criticality) -> bool {
    matches!(criticality, Criticality::Low | Criticality::Medium)
}

pub(super) fn entrust(
    finding: &Finding,
    facts: &Facts,
    command: &Entrust,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Steward)?;
    let routine = facts.routine.as_ref().filter(|it| is_low_risk(it.criticality));
    let Some(Routine { by, .. }) = routine else { return Err(Refusal::WrongActor("a person")) };
    // What somebody objects to is for people.
    if !matches!(finding.stage, Stage::Open) || finding.dispute.is_some() {
        return Err(finding.wrong_stage("entrusted to its owner", "open and not disputed"));
    }
    let named = facts.named.as_ref().filter(|person| person.id() == command.owner);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    facts.must_know_of(named)?;
    if !facts.can_own(named) {
        return Err(Refusal::CannotOwn);
    }
    let owner = Ownership { person: command.owner, due: facts.due };
    let by = by.clone();
    Ok(vec![Event::Entrusted(Entrusted { owner, way: command.way, by, at: facts.now })])
}

pub(super) fn evolve(finding: &mut Finding, entrusted: &Entrusted) {
    if matches!(finding.stage, Stage::Open) {
        finding.stage = Stage::Assigned { owner: entrusted.owner.clone() };
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::facts::Erased;
    use crate::finding::Command;
    use crate::scene::{ADMIN, ALL_SEATS, AUDITOR, Case, DEPUTY, GUARD, OTHER_OWNER, OWNER};
    use crate::scene::{day, facts, id, machine, person};

    const BY: &str = "tier.routine.without_a_person";

    fn routine(criticality: Criticality) -> Option<Routine> {
        Some(Routine { by: BY.to_owned(), criticality })
    }

    fn told(owner: u128) -> Facts {
        Facts {
            named: Some(person(owner)),
            routine: routine(Criticality::Low),
            ..machine(Machine::Steward, 1)
        }
    }

    fn to(owner: u128) -> Command {
        Command::Entrust(Entrust { owner: id(owner), way: Way::Process })
    }

    #[test]
    fn the_owner_is_behind_it_with_a_date_and_the_event_says_by_which_policy() {
        let case = Case::opened().then(&told(OWNER), to(OWNER));
        let finding = case.finding.as_ref().unwrap();
        assert_eq!(finding.status(), "assigned");
        assert_eq!(finding.owner(), Some(&Ownership { person: id(OWNER), due: day(31) }));
        let Some(Event::Entrusted(it)) = case.events.last() else { panic!("it is entrusted") };
        assert_eq!((it.by.as_str(), it.way), (BY, Way::Process));
    }

    #[test]
    fn what_is_not_routine_takes_a_person_and_so_does_a_process_that_is_high_or_critical() {
        for routine in [None, routine(Criticality::High), routine(Criticality::Critical)] {
            let facts = Facts { routine, ..told(OWNER) };
            assert_eq!(Case::opened().refused(&facts, to(OWNER)), "duty.wrong-actor");
        }
        let medium = Facts { routine: routine(Criticality::Medium), ..told(OWNER) };
        assert!(Case::opened().ask(&medium, to(OWNER)).is_ok());
    }

    #[test]
    fn neither_a_person_nor_another_machine_does_it() {
        for facts in [facts(GUARD, 1), machine(Machine::Judge, 1), machine(Machine::Timekeeper, 1)]
        {
            let facts = Facts { actor: facts.actor, person: facts.person, ..told(OWNER) };
            assert_eq!(Case::opened().refused(&facts, to(OWNER)), "duty.wrong-actor");
        }
    }

    #[test]
    fn whoever_could_not_be_assigned_is_not_entrusted_either() {
        for n in [ADMIN, GUARD, AUDITOR, ALL_SEATS] {
            assert_eq!(Case::opened().refused(&told(n), to(n)), "duty.cannot-own");
        }
        let holders = std::collections::BTreeSet::from([id(OTHER_OWNER)]);
        for n in [OTHER_OWNER, DEPUTY] {
            let facts = Facts { holders: holders.clone(), ..told(n) };
            assert_eq!(Case::opened().refused(&facts, to(n)), "duty.cannot-own");
        }
        let erased = Erased { affected: true, ..Erased::default() };
        let facts = Facts { erased, ..told(OWNER) };
        assert_eq!(Case::opened().refused(&facts, to(OWNER)), "case.record-erased");
        let facts = Facts { named: None, ..told(OWNER) };
        assert_eq!(Case::opened().refused(&facts, to(OWNER)), "case.unknown");
    }

    #[test]
    fn nothing_is_taken_from_somebody_and_nothing_that_is_disputed_or_over_is_given() {
        for case in [Case::assigned(), Case::chosen(), Case::ordered(), Case::fixed()] {
            assert_eq!(case.refused(&told(OTHER_OWNER), to(OTHER_OWNER)), "case.wrong-stage");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(500) })]

        /// Whatever a policy says: it passes for low risk, where the policy says so of its tier, to somebody
        /// who may own it, and for nothing else.
        #[test]
        fn nothing_passes_without_a_person_but_low_risk_routine_to_somebody_who_may_own_it(
            criticality in 0_usize..4, says_so in any::<bool>(), owner in 1_u128..9, holds in any::<bool>(),
            cut in any::<bool>(), by_steward in any::<bool>(),
        ) {
            let criticalities =
                [Criticality::Low, Criticality::Medium, Criticality::High, Criticality::Critical];
            let routine = says_so.then(|| Routine { by: BY.to_owned(), criticality: criticalities[criticality] });
            let holders = holds.then(|| id(owner)).into_iter().collect();
            let who = if by_steward { Machine::Steward } else { Machine::Judge };
            let facts = Facts {
                routine, holders, holders_cut: cut, named: Some(person(owner)), ..machine(who, 1)
            };
            let passed = Case::opened().ask(&facts, to(owner)).is_ok();
            let may = person(owner).can_carry() && !holds && !cut;
            prop_assert_eq!(passed, says_so && criticality < 2 && may && by_steward);
        }
    }
}
