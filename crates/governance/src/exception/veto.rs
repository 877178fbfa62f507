//! Security objects, and does nothing else: the objection binds until the owner has answered it. A
//! second objection after the answer ends the exception.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::answer::Answered;
use super::{Ending, Event, Exception, Stage, Suspension, stage::Ended, suspend::Suspended};
use crate::facts::Facts;
use crate::refusal::Refusal;
use crate::seat::{Security, Signature};
use crate::text::{Reason, TextDigest};

/// An objection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Object {
    /// Why.
    pub reason: Reason,
}

/// What security objected, and what was answered.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Veto {
    /// The objection.
    pub vetoed: Vetoed,
    /// The owner's answer; until there is one, the objection binds.
    pub answered: Option<Answered>,
}

/// Objected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Vetoed {
    /// By whom.
    pub signed: Signature<Security>,
    /// Why.
    pub reason: TextDigest,
}

pub(super) fn veto(
    exception: &Exception,
    facts: &Facts,
    command: &Object,
) -> Result<Vec<Event>, Refusal> {
    let signed = exception.sign::<Security>(facts)?;
    if exception.is_ended() || exception.terms.until <= facts.now {
        let wanted = "in review, active or suspended";
        return Err(exception.wrong_stage(facts.now, "vetoed", wanted));
    }
    let reason = command.reason.digest().clone();
    match &exception.veto {
        Some(Veto { answered: None, .. }) => Err(Refusal::Exists("veto")),
        // The answer did not lift it.
        Some(Veto { answered: Some(_), .. }) => {
            let ending = Ending::Vetoed { signed, reason };
            Ok(vec![Event::Ended(Ended { at: facts.now, ending })])
        }
        None => Ok(objected(exception, facts.now, Vetoed { signed, reason })),
    }
}

fn objected(exception: &Exception, now: Timestamp, vetoed: Vetoed) -> Vec<Event> {
    let mut events = vec![Event::Vetoed(vetoed)];
    if matches!(exception.stage, Stage::Active { .. }) {
        events.push(Event::Suspended(Suspended { at: now, because: Suspension::Vetoed {} }));
    }
    events
}

pub(super) fn evolve(exception: &mut Exception, vetoed: &Vetoed) {
    exception.remember(&vetoed.signed);
    exception.veto = Some(Veto { vetoed: vetoed.clone(), answered: None });
}

#[cfg(test)]
mod tests {
    use crate::exception::scene::{Case, answer, facts, object};
    use crate::scene::{ADMIN, GUARD, OWNER, day};

    #[test]
    fn only_security_vetoes_and_what_is_in_force_stops_at_once() {
        for n in [OWNER, ADMIN] {
            assert_eq!(Case::active().refused(&facts(n, 4), object()), "duty.wrong-seat");
        }
        let case = Case::active().then(&facts(GUARD, 4), object());
        assert_eq!(case.status(4), "suspended");
        assert!(!case.exception.unwrap().in_force(day(4)));
    }

    #[test]
    fn a_veto_stands_once_and_a_second_one_after_the_answer_ends_it() {
        let case = Case::proposed().then(&facts(GUARD, 2), object());
        assert_eq!(case.refused(&facts(GUARD, 2), object()), "case.exists");
        let case = case.then(&facts(OWNER, 2), answer());
        assert_eq!(case.status(2), "in_review");
        assert_eq!(case.then(&facts(GUARD, 3), object()).status(3), "vetoed");
    }
}
