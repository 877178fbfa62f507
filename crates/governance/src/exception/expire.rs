//! The end of an exception has come. That it is not in force any more needs no event: this one says
//! that the consequence was started. The finding stands uncovered with its old date.

use super::stage::Outcome;
use super::{Ending, Event, Exception, stage::Ended};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::refusal::Refusal;

pub(super) fn expire(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Timekeeper)?;
    if exception.is_ended() || facts.now < exception.terms.until {
        return Ok(Vec::new());
    }
    let ending = Ending::Expired { outcome: Outcome::Reopen };
    Ok(vec![Event::Ended(Ended { at: facts.now, ending })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::scene::{Case, facts, machine};
    use crate::exception::{Command, Verdict};
    use crate::scene::{ADMIN, day};

    #[test]
    fn the_end_comes_by_the_clock_and_the_event_only_says_what_follows() {
        let daily = |case: Case, on| case.tested(on, Verdict::Passed);
        let case = (4..60).fold(Case::active(), daily);
        let exception = case.exception.clone().unwrap();
        assert!(exception.in_force(day(60) - jiff::SignedDuration::from_nanos(1)));
        assert!(!exception.in_force(day(60)), "no event was needed");
        assert_eq!(case.status(60), "expired");
        let early = case.ask(&machine(Machine::Timekeeper, 59), Command::Expire);
        assert_eq!(early, Ok(Vec::new()));
        let case = case.then(&machine(Machine::Timekeeper, 61), Command::Expire);
        assert_eq!(case.status(61), "expired");
        assert!(case.exception.as_ref().unwrap().is_ended());
        assert_eq!(case.refused(&facts(ADMIN, 61), Command::Expire), "duty.wrong-actor");
    }
}
