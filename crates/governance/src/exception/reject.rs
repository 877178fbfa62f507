//! The owner does not take the risk: it is over, and the finding's clock decides.

use super::{Ending, Event, Exception, stage::Ended};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::text::Reason;

/// The owner's no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reject {
    /// Why.
    pub reason: Reason,
}

pub(super) fn reject(
    exception: &Exception,
    facts: &Facts,
    command: &Reject,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.owner_signs(facts)?;
    exception.in_review(facts.now, "rejected")?;
    let reason = command.reason.digest().clone();
    Ok(vec![Event::Ended(Ended { at: facts.now, ending: Ending::Rejected { signed, reason } })])
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts};
    use crate::scene::{ADMIN, OWNER, reason};

    #[test]
    fn only_the_owner_rejects_and_only_before_it_is_in_force() {
        let no = || Command::Reject(Reject { reason: reason() });
        assert_eq!(Case::proposed().refused(&facts(ADMIN, 2), no()), "duty.wrong-seat");
        assert_eq!(Case::active().refused(&facts(OWNER, 4), no()), "case.wrong-stage");
        let case = Case::proposed().then(&facts(OWNER, 2), no());
        assert_eq!(case.status(2), "rejected");
    }
}
