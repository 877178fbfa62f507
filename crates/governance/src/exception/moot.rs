//! What an exception is about is over: the finding ended, or nobody whom it covers has it any more.
//! It ends by itself, with the finding as evidence, and never because somebody says so.

use super::{Ending, Event, Exception, stage::Ended};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::refusal::Refusal;

/// How a finding is named that goes on without anybody whom the exception covers.
pub const NOBODY_COVERED: &str = "nobody_covered";

pub(super) fn moot(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Timekeeper)?;
    let about = facts.about.as_ref().filter(|about| about.finding == exception.pin.finding);
    let about = about.ok_or(Refusal::Unknown("finding"))?;
    let finding = match about.ended {
        Some(how) => how,
        None if about.covered == Some(0) => NOBODY_COVERED,
        None => return Ok(Vec::new()),
    };
    if exception.is_ended() {
        return Ok(Vec::new());
    }
    let ending = Ending::Moot { finding: finding.to_owned(), detail: about.detail.clone() };
    Ok(vec![Event::Ended(Ended { at: facts.now, ending })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, about, facts, machine};
    use crate::facts::About;
    use crate::scene::ADMIN;

    fn told(about: About) -> Facts {
        Facts { about: Some(about), ..machine(Machine::Timekeeper, 4) }
    }

    #[test]
    fn it_ends_when_the_finding_has_ended_or_nobody_covered_has_it() {
        let fixed = told(About { ended: Some("fixed"), ..about() });
        assert_eq!(Case::active().then(&fixed, Command::Moot).status(4), "moot");
        let left = told(About { covered: Some(0), ..about() });
        assert_eq!(Case::active().then(&left, Command::Moot).status(4), "moot");
    }

    #[test]
    fn while_somebody_covered_has_it_or_nobody_knows_it_stands() {
        for covered in [Some(1), None] {
            let facts = told(About { covered, ..about() });
            assert_eq!(Case::active().ask(&facts, Command::Moot), Ok(Vec::new()));
        }
        assert_eq!(Case::active().refused(&facts(ADMIN, 4), Command::Moot), "duty.wrong-actor");
    }
}
