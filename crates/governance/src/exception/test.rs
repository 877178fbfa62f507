//! A control was tested. Failed suspends at once; could not be told is recorded and changes nothing
//! until the last passed test is too old.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::suspend::{self, Suspended};
use super::{Event, Exception, Stage, Suspension, Verdict, activate};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// What a test showed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Tested {
    /// Which control, counted from one.
    pub control: u32,
    /// When the read began.
    #[schemars(with = "Instant")]
    pub read_at: Timestamp,
    /// What it showed.
    pub verdict: Verdict,
    /// What was read, as a text (JSON of `access::change::Evidence`).
    pub evidence: TextDigest,
}

pub(super) fn test(
    exception: &Exception,
    facts: &Facts,
    command: Tested,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Prober)?;
    if exception.is_ended() {
        return Ok(Vec::new());
    }
    let pulse = at(command.control).and_then(|index| exception.pulses.get(index));
    let pulse = pulse.ok_or(Refusal::Unknown("control"))?;
    // What was read from now on says nothing yet, and an older read than the last says nothing new.
    let overtaken = pulse.last.is_some_and(|(at, _)| command.read_at <= at);
    if overtaken || facts.now < command.read_at {
        return Err(Refusal::Overtaken);
    }
    let (control, verdict) = (command.control, command.verdict);
    let evidence = command.evidence.clone();
    let is_active = matches!(exception.stage, Stage::Active { .. });
    // It was out of force already: a pass that comes too late does not put it back.
    let lapsed = suspend::unproven(exception, facts.now).filter(|_| is_active);
    let mut events = Vec::new();
    if let (Some(control), Verdict::Passed | Verdict::Unknown) = (lapsed, verdict) {
        let because = Suspension::Unproven { control };
        events.push(Event::Suspended(Suspended { at: facts.now, because }));
    }
    events.extend(activate::with(exception, facts, Event::ControlTested(command))?);
    if verdict == Verdict::Failed && is_active {
        let because = Suspension::ControlFailed { control, evidence };
        events.push(Event::Suspended(Suspended { at: facts.now, because }));
    }
    Ok(events)
}

/// The index of a control that is counted from one.
fn at(control: u32) -> Option<usize> {
    usize::try_from(control).ok().and_then(|number| number.checked_sub(1))
}

pub(super) fn evolve(exception: &mut Exception, tested: &Tested) {
    if let Some(pulse) = at(tested.control).and_then(|index| exception.pulses.get_mut(index)) {
        *pulse = pulse.after(tested.read_at, tested.verdict);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, machine, tested};
    use crate::scene::{ADMIN, day};

    #[test]
    fn a_failed_test_suspends_at_once() {
        let case = Case::active().tested(4, Verdict::Failed);
        assert_eq!(case.status(4), "suspended");
        let stage = case.exception.unwrap().stage;
        let Stage::Suspended { because, .. } = stage else { panic!("suspended") };
        assert!(matches!(because, Suspension::ControlFailed { control: 1, .. }));
    }

    #[test]
    fn a_test_that_could_not_run_changes_nothing_before_the_maximum_age() {
        let case = Case::active().tested(4, Verdict::Unknown);
        let exception = case.exception.unwrap();
        assert!(exception.in_force(day(4)));
        assert!(!exception.in_force(day(5)), "the last passed test is two days old");
    }

    #[test]
    fn a_passed_test_keeps_it_alive() {
        let exception = Case::active().tested(4, Verdict::Passed).exception.unwrap();
        assert!(exception.in_force(day(5)));
    }

    #[test]
    fn a_pass_that_comes_after_the_proof_lapsed_does_not_put_it_back_in_force() {
        let case = Case::active().tested(5, Verdict::Passed);
        assert_eq!(case.status(5), "suspended");
        assert!(!case.exception.unwrap().in_force(day(6)));
    }

    #[test]
    fn only_the_prober_reports_and_an_older_read_says_nothing_new() {
        let ask = Command::Test(tested(4, Verdict::Passed));
        assert_eq!(Case::active().refused(&facts(ADMIN, 4), ask), "duty.wrong-actor");
        let prober = machine(Machine::Prober, 4);
        for on in [2, 3, 5] {
            let ask = Command::Test(tested(on, Verdict::Passed));
            assert_eq!(Case::active().refused(&prober, ask), "proof.overtaken", "{on}");
        }
        let other = Tested { control: 2, ..tested(4, Verdict::Passed) };
        assert_eq!(Case::active().refused(&prober, Command::Test(other)), "case.unknown");
    }
}
