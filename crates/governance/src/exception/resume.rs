//! Back in force: the control seat says anew that the controls are in place, and each of them has
//! been shown to work. Whatever suspended it must be over: no veto binds, no test has failed since. Its
//! owner must still be there to carry the risk.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::around::must_not_wait;
use super::{Around, Event, Exception, Stage};
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::seat::{Control, Signature};
use crate::text::{Reason, TextDigest};

/// Back in force, please.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Resume {
    /// What was put right.
    pub statement: Reason,
}

/// Back in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Resumed {
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
    /// By whose word.
    pub signed: Signature<Control>,
    /// What was put right.
    pub statement: TextDigest,
}

pub(super) fn resume(
    exception: &Exception,
    facts: &Facts,
    command: &Resume,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.sign::<Control>(facts)?;
    match &exception.stage {
        Stage::Suspended { .. } if facts.now < exception.terms.until => {}
        Stage::Suspended { .. }
        | Stage::InReview { .. }
        | Stage::Active { .. }
        | Stage::Ended { .. } => {
            return Err(exception.wrong_stage(facts.now, "resumed", "suspended"));
        }
    }
    let waits = exception.waits_for(facts.now, Around::of(exception, facts));
    must_not_wait(exception, waits)?;
    let statement = command.statement.digest().clone();
    Ok(vec![Event::Resumed(Resumed { at: facts.now, signed, statement })])
}

pub(super) fn evolve(exception: &mut Exception, resumed: &Resumed) {
    exception.remember(&resumed.signed);
    if let Stage::Suspended { by, .. } = &exception.stage {
        let by = by.clone().confirmed_anew(resumed.signed.clone());
        exception.stage = Stage::Active { since: resumed.at, by };
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::scene::{Case, answer, facts, object};
    use crate::exception::{Command, Verdict};
    use crate::scene::{ADMIN, GUARD, OWNER, reason};

    fn again() -> Command {
        Command::Resume(Resume { statement: reason() })
    }

    #[test]
    fn a_failed_control_must_pass_before_the_control_seat_can_say_that_it_is_back() {
        let case = Case::active().tested(4, Verdict::Failed);
        assert_eq!(case.status(4), "suspended");
        assert_eq!(case.refused(&facts(ADMIN, 4), again()), "case.not-ready");
        let case = case.tested(5, Verdict::Passed);
        assert_eq!(case.status(5), "suspended", "a passed test alone resumes nothing");
        assert_eq!(case.refused(&facts(OWNER, 5), again()), "duty.wrong-seat");
        assert_eq!(case.then(&facts(ADMIN, 5), again()).status(5), "active");
    }

    #[test]
    fn a_veto_must_be_answered_first() {
        let case = Case::active().then(&facts(GUARD, 4), object());
        assert_eq!(case.refused(&facts(ADMIN, 4), again()), "case.not-ready");
        let case = case.then(&facts(OWNER, 4), answer());
        assert_eq!(case.then(&facts(ADMIN, 4), again()).status(4), "active");
    }

    #[test]
    fn after_its_end_nothing_is_resumed() {
        let case = Case::active().tested(4, Verdict::Failed).tested(59, Verdict::Passed);
        assert_eq!(case.refused(&facts(ADMIN, 60), again()), "case.wrong-stage");
    }
}
