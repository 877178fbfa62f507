//! The proposal is taken back by who made it or by its owner, or by the security seat where its owner
//! cannot sign any more. Nothing can be signed after that.

use super::around::steps_in;
use super::{Ending, Event, Exception, stage::Ended};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::text::Reason;

/// Taken back.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Withdraw {
    /// Why.
    pub reason: Reason,
}

pub(super) fn withdraw(
    exception: &Exception,
    facts: &Facts,
    command: &Withdraw,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    let is_theirs = by == exception.proposed_by || by == exception.owner();
    if !is_theirs && !steps_in(exception, facts)? {
        return Err(Refusal::NotTheOwner { owner: exception.owner() });
    }
    exception.in_review(facts.now, "withdrawn")?;
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Ended(Ended { at: facts.now, ending: Ending::Withdrawn { by, reason } })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, confirm, facts, object};
    use crate::scene::{ADMIN, GUARD, LAWYER, OTHER_OWNER, OWNER, reason};

    #[test]
    fn whoever_drafted_it_or_owns_it_takes_it_back_and_nobody_signs_after_that() {
        let back = || Command::Withdraw(Withdraw { reason: reason() });
        assert_eq!(Case::proposed().refused(&facts(OTHER_OWNER, 2), back()), "duty.not-the-owner");
        let case = Case::proposed().then(&facts(OWNER, 2), back());
        assert_eq!(case.status(2), "withdrawn");
        for (n, command) in [
            (OWNER, Command::Accept),
            (ADMIN, confirm()),
            (GUARD, object()),
            (LAWYER, Command::Sign),
            (OWNER, Command::Activate),
            (OWNER, back()),
        ] {
            assert_eq!(case.refused(&facts(n, 3), command), "case.wrong-stage", "{n}");
        }
    }

    #[test]
    fn what_is_in_force_is_revoked_and_not_withdrawn() {
        let back = Command::Withdraw(Withdraw { reason: reason() });
        assert_eq!(Case::active().refused(&facts(OWNER, 4), back), "case.wrong-stage");
    }
}
