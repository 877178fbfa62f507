//! The owner takes the acceptance back: the finding stands uncovered, with its old date. Where the owner
//! cannot sign any more the security seat ends it, so that no acceptance outlives whoever could take it
//! back; that is no decision about the risk, which stands again.

use super::around::steps_in;
use super::{Ending, Event, Exception, Stage, stage::Ended};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::Security;
use crate::text::Reason;

/// The owner's change of mind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revoke {
    /// Why.
    pub reason: Reason,
}

pub(super) fn revoke(
    exception: &Exception,
    facts: &Facts,
    command: &Revoke,
) -> Result<Vec<Event>, Refusal> {
    let reason = command.reason.digest().clone();
    let ending = if steps_in(exception, facts)? {
        Ending::OwnerGone { signed: exception.sign::<Security>(facts)?, reason }
    } else {
        Ending::Revoked { signed: exception.owner_signs(facts)?, reason }
    };
    match exception.stage {
        Stage::Active { .. } | Stage::Suspended { .. } => {}
        Stage::InReview { .. } | Stage::Ended { .. } => {
            return Err(exception.wrong_stage(facts.now, "revoked", "active or suspended"));
        }
    }
    Ok(vec![Event::Ended(Ended { at: facts.now, ending })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts};
    use crate::scene::{ADMIN, OWNER, reason};

    #[test]
    fn only_the_owner_revokes_and_it_is_out_of_force_at_once() {
        let back = || Command::Revoke(Revoke { reason: reason() });
        assert_eq!(Case::active().refused(&facts(ADMIN, 4), back()), "duty.wrong-seat");
        assert_eq!(Case::proposed().refused(&facts(OWNER, 2), back()), "case.wrong-stage");
        let case = Case::active().then(&facts(OWNER, 4), back());
        assert_eq!(case.status(4), "revoked");
        assert!(!case.exception.unwrap().in_force(crate::scene::day(4)));
    }
}
