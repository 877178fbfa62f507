//! The owner answers a veto, in words that stand in the ledger. The seat that objected never answers
//! itself. The answer takes the binding away; security may object again, which is then the end.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, activate};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Business, Signature};
use crate::text::{Reason, TextDigest};

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answer {
    /// What the owner says to the objection.
    pub reason: Reason,
}

/// Answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Answered {
    /// By whom.
    pub signed: Signature<Business>,
    /// What.
    pub reason: TextDigest,
}

pub(super) fn answer(
    exception: &Exception,
    facts: &Facts,
    command: &Answer,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.owner_signs(facts)?;
    if exception.is_ended() || exception.terms.until <= facts.now {
        let wanted = "in review or suspended";
        return Err(exception.wrong_stage(facts.now, "answered for", wanted));
    }
    if !exception.is_vetoed() {
        return Err(Refusal::NothingToAnswer);
    }
    let reason = command.reason.digest().clone();
    let answered = Event::VetoAnswered(Answered { signed, reason });
    activate::with(exception, facts, answered)
}

pub(super) fn evolve(exception: &mut Exception, answered: &Answered) {
    exception.remember(&answered.signed);
    if let Some(veto) = &mut exception.veto {
        veto.answered = Some(answered.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::exception::scene::{Case, answer, facts, object};
    use crate::scene::{ALL_SEATS, GUARD, OTHER_OWNER, OWNER};

    #[test]
    fn the_vetoing_seat_never_answers_its_own_veto_and_the_owner_does() {
        let case = Case::proposed().then(&facts(GUARD, 2), object());
        assert_eq!(case.refused(&facts(GUARD, 3), answer()), "duty.wrong-seat");
        assert_eq!(case.refused(&facts(ALL_SEATS, 3), answer()), "duty.cannot-own");
        assert_eq!(case.refused(&facts(OTHER_OWNER, 3), answer()), "duty.not-the-owner");
        assert!(!case.then(&facts(OWNER, 3), answer()).exception.unwrap().is_vetoed());
    }

    #[test]
    fn without_a_veto_there_is_nothing_to_answer() {
        let refused = Case::proposed().refused(&facts(OWNER, 3), answer());
        assert_eq!(refused, "case.nothing-to-answer");
    }

    #[test]
    fn an_answered_veto_no_longer_keeps_it_out_of_force() {
        let case = Case::proposed().then(&facts(GUARD, 2), object());
        let case = case.accepted().confirmed().passed(3);
        assert_eq!(case.then(&facts(OWNER, 3), answer()).status(3), "active");
    }
}
