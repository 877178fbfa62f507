//! The control seat says that the controls are in place. That is enforcing, not accepting: whoever
//! confirmed cannot take the risk, and whoever took it cannot confirm.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, Stage, activate};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Control, Signature};
use crate::text::{Reason, TextDigest};

/// The control seat's word.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Confirm {
    /// What is in place, and how it was put there.
    pub statement: Reason,
}

/// Said.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Confirmed {
    /// By whom.
    pub signed: Signature<Control>,
    /// What is in place.
    pub statement: TextDigest,
}

pub(super) fn confirm(
    exception: &Exception,
    facts: &Facts,
    command: &Confirm,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.sign::<Control>(facts)?;
    let given = exception.in_review(facts.now, "confirmed")?;
    if given.confirmed.is_some() {
        return Ok(Vec::new());
    }
    let statement = command.statement.digest().clone();
    let confirmed = Event::Confirmed(Confirmed { signed, statement });
    activate::with(exception, facts, confirmed)
}

pub(super) fn evolve(exception: &mut Exception, confirmed: &Confirmed) {
    exception.remember(&confirmed.signed);
    if let Stage::InReview { given } = &mut exception.stage {
        given.confirmed = Some(confirmed.signed.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::exception::Command;
    use crate::exception::scene::{Case, confirm, facts, proposal};
    use crate::scene::{ADMIN, ALL_SEATS, GUARD, OWNER, id};
    use crate::seat::SeatName;

    #[test]
    fn business_and_security_cannot_say_that_it_is_enforced() {
        for n in [OWNER, GUARD] {
            assert_eq!(Case::proposed().refused(&facts(n, 2), confirm()), "duty.wrong-seat");
        }
    }

    #[test]
    fn who_signed_from_another_seat_cannot_confirm_too() {
        let mut case = Case::proposed();
        case.exception.as_mut().unwrap().signed = vec![(id(ALL_SEATS), SeatName::Business)];
        assert_eq!(case.refused(&facts(ALL_SEATS, 2), confirm()), "duty.second-seat");
    }

    #[test]
    fn who_asked_for_the_access_and_who_stands_in_for_them_confirm_nothing() {
        let mut asked = proposal();
        asked.requested_by = vec![id(ADMIN)];
        let case = Case::nothing().then(&facts(OWNER, 1), Command::Propose(Box::new(asked)));
        assert_eq!(case.refused(&facts(ADMIN, 2), confirm()), "duty.own-access");
        assert!(case.ask(&facts(ALL_SEATS, 2), confirm()).is_ok());
    }
}
