//! The owner takes the risk, by name. Only the owner can, or a deputy in their place, which leaves the
//! risk with the owner.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, Stage, activate};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Business, Signature};

/// Taken.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Accepted {
    /// By whom.
    pub signed: Signature<Business>,
}

pub(super) fn accept(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    let signed = exception.owner_signs(facts)?;
    let given = exception.in_review(facts.now, "accepted")?;
    if given.accepted.is_some() {
        return Ok(Vec::new());
    }
    activate::with(exception, facts, Event::Accepted(Accepted { signed }))
}

pub(super) fn evolve(exception: &mut Exception, accepted: &Accepted) {
    exception.remember(&accepted.signed);
    if let Stage::InReview { given } = &mut exception.stage {
        given.accepted = Some(accepted.signed.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts};
    use crate::scene::{ADMIN, ALL_SEATS, GUARD, OTHER_OWNER, OWNER, day, id};

    #[test]
    fn only_the_owner_accepts() {
        let case = Case::proposed();
        assert_eq!(case.refused(&facts(OTHER_OWNER, 2), Command::Accept), "duty.not-the-owner");
        for n in [ADMIN, GUARD] {
            assert_eq!(case.refused(&facts(n, 2), Command::Accept), "duty.wrong-seat");
        }
        assert_eq!(case.refused(&facts(ALL_SEATS, 2), Command::Accept), "duty.cannot-own");
        assert_eq!(case.then(&facts(OWNER, 2), Command::Accept).status(2), "in_review");
    }

    #[test]
    fn an_owner_who_came_to_hold_the_access_accepts_no_more() {
        let mut holding = facts(OWNER, 2);
        holding.holders = [id(OWNER)].into();
        assert_eq!(Case::proposed().refused(&holding, Command::Accept), "duty.own-access");
    }

    #[test]
    fn accepting_twice_is_accepting_once() {
        let case = Case::proposed().then(&facts(OWNER, 2), Command::Accept);
        assert_eq!(case.ask(&facts(OWNER, 3), Command::Accept), Ok(Vec::new()));
    }

    #[test]
    fn a_proposal_whose_end_has_passed_is_not_accepted() {
        let case = Case::proposed();
        assert_eq!(case.status_at(day(60)), "expired");
        assert_eq!(case.refused(&facts(OWNER, 60), Command::Accept), "case.wrong-stage");
    }
}
