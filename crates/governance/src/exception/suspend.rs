//! Puts an exception out of force for now: a person of one of its seats who sees that something is
//! wrong, or the clock that sees that a control has not been shown to work for too long.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, Stage, Suspension, owner_left};
use crate::actor::{Actor, Machine};
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::Reason;

/// Out of force, please.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Suspend {
    /// Because somebody says so.
    Person(Reason),
    /// Because a control is not proven any more, or nobody took it over from an owner who left; for the
    /// timekeeper alone.
    Unproven,
}

/// Out of force for now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Suspended {
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// Why.
    pub because: Suspension,
}

pub(super) fn suspend(
    exception: &Exception,
    facts: &Facts,
    command: &Suspend,
) -> Result<Vec<Event>, Refusal> {
    let because = match (facts.actor, command) {
        (Actor::Person(_), Suspend::Person(reason)) => {
            let by = facts.permitted_person()?.id();
            Suspension::Person { by, reason: reason.digest().clone() }
        }
        (Actor::Machine(_), Suspend::Unproven) => {
            facts.machine(Machine::Timekeeper)?;
            match unproven(exception, facts.now) {
                Some(control) => Suspension::Unproven { control },
                None if owner_left::lapsed(exception, facts.now).is_some() => {
                    Suspension::OwnerLeft {}
                }
                // A test passed meanwhile, or somebody took it over.
                None => return Ok(Vec::new()),
            }
        }
        (Actor::Person(_), Suspend::Unproven) => {
            return Err(Refusal::WrongActor("the timekeeper"));
        }
        (Actor::Machine(_), Suspend::Person(_)) => return Err(Refusal::WrongActor("a person")),
    };
    match &exception.stage {
        Stage::Active { .. } if facts.now < exception.terms.until => {
            Ok(vec![Event::Suspended(Suspended { at: facts.now, because })])
        }
        Stage::Suspended { .. } => Ok(Vec::new()),
        Stage::Active { .. } | Stage::InReview { .. } | Stage::Ended { .. } => {
            Err(exception.wrong_stage(facts.now, "suspended", "active"))
        }
    }
}

/// The first control whose last passed test is too old, counted from one.
pub(super) fn unproven(exception: &Exception, now: Timestamp) -> Option<u32> {
    let controls = exception.terms.controls.as_slice().iter().zip(&exception.pulses);
    let mut numbered = (1..).zip(controls);
    numbered.find(|(_, (control, pulse))| !pulse.holds(control, now)).map(|(number, _)| number)
}

pub(super) fn evolve(exception: &mut Exception, suspended: &Suspended) {
    if let Stage::Active { by, .. } = &exception.stage {
        let (since, because, by) = (suspended.at, suspended.because.clone(), by.clone());
        exception.stage = Stage::Suspended { since, because, by };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, machine};
    use crate::scene::{ADMIN, day, reason};

    #[test]
    fn a_person_puts_it_out_of_force_with_a_reason() {
        let ask = Command::Suspend(Suspend::Person(reason()));
        let case = Case::active().then(&facts(ADMIN, 4), ask.clone());
        assert_eq!(case.status(4), "suspended");
        assert_eq!(case.ask(&facts(ADMIN, 4), ask), Ok(Vec::new()));
    }

    #[test]
    fn a_control_unproven_for_too_long_suspends_by_computation_first_and_by_event_after() {
        // Passed on day 3, good for two days.
        let case = Case::active();
        let exception = case.exception.clone().unwrap();
        assert!(exception.in_force(day(5) - jiff::SignedDuration::from_nanos(1)));
        assert!(!exception.in_force(day(5)), "no event was needed");
        assert_eq!(case.status(5), "suspended");
        let ask = || Command::Suspend(Suspend::Unproven);
        let timekeeper = |on| machine(Machine::Timekeeper, on);
        assert_eq!(case.ask(&timekeeper(4), ask()), Ok(Vec::new()), "not yet");
        let case = case.then(&timekeeper(5), ask());
        let stage = case.exception.unwrap().stage;
        let Stage::Suspended { because, .. } = stage else { panic!("suspended") };
        assert_eq!(because, Suspension::Unproven { control: 1 });
    }

    #[test]
    fn nobody_plays_the_timekeeper() {
        let ask = Command::Suspend(Suspend::Unproven);
        assert_eq!(Case::active().refused(&facts(ADMIN, 9), ask), "duty.wrong-actor");
    }
}
