//! What brings an exception into force: every signature it needs, no veto that binds, and each control
//! shown to work. It happens by itself with the last of them; asking for it says what is missing.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::around::must_not_wait;
use super::{Around, Event, Exception, Stage, evolve as evolve_all};
use crate::actor::Actor;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::{Refusal, Wait};

/// All is there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Activated {
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn activate(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.permitted_person()?;
    exception.in_review(facts.now, "activated")?;
    let waits = exception.waits_for(facts.now, Around::of(exception, facts));
    must_not_wait(exception, waits)?;
    Ok(vec![Event::Activated(Activated { at: facts.now })])
}

/// An event, and the coming into force when nothing is missing after it.
///
/// # Errors
/// When all that is missing is what this event would be given for in vain: somebody who carries the
/// risk, or a node that can tell whether legal must sign. A test is recorded without an owner too:
/// it says what is so in the system.
pub(super) fn with(
    exception: &Exception,
    facts: &Facts,
    event: Event,
) -> Result<Vec<Event>, Refusal> {
    let now = facts.now;
    let after = evolve_all(exception.id, Some(exception.clone()), &event);
    let would_begin = after
        .filter(|after| matches!(after.stage, Stage::InReview { .. }) && now < after.terms.until);
    let Some(after) = would_begin else { return Ok(vec![event]) };
    let waits = after.waits_for(now, Around::of(exception, facts));
    if waits.iter().any(|wait| !matches!(wait, Wait::Owner | Wait::Rules)) {
        return Ok(vec![event]);
    }
    match (must_not_wait(exception, waits), facts.actor) {
        (Ok(()), _) => Ok(vec![event, Event::Activated(Activated { at: now })]),
        (Err(Refusal::OwnerGone { .. }), Actor::Machine(_)) => Ok(vec![event]),
        (Err(refusal), _) => Err(refusal),
    }
}

pub(super) fn evolve(exception: &mut Exception, activated: &Activated) {
    let Stage::InReview { given } = &exception.stage else { return };
    if let Some(by) = given.complete(exception.pin.regulated) {
        exception.stage = Stage::Active { since: activated.at, by };
    }
}

#[cfg(test)]
mod tests {
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, object};
    use crate::scene::{GUARD, OWNER, day};

    #[test]
    fn it_comes_into_force_with_the_last_signature_or_test_and_in_any_order() {
        type Step = fn(Case) -> Case;
        let orders: [[Step; 3]; 3] = [
            [Case::accepted, Case::confirmed, |it| it.passed(3)],
            [Case::confirmed, |it| it.passed(3), Case::accepted],
            [|it| it.passed(3), Case::accepted, Case::confirmed],
        ];
        for order in orders {
            let mut case = Case::proposed();
            for step in order {
                assert_eq!(case.status(3), "in_review");
                case = step(case);
            }
            assert_eq!(case.status(3), "active");
            assert!(case.exception.unwrap().in_force(day(4)));
        }
    }

    #[test]
    fn asking_says_what_is_missing() {
        let case = Case::proposed().accepted();
        let refused = case.ask(&facts(OWNER, 3), Command::Activate).unwrap_err();
        assert_eq!(refused.code(), "case.not-ready");
        let words = refused.to_string();
        assert!(words.contains("control seat") && words.contains("control 1"), "{words}");
    }

    #[test]
    fn a_veto_that_binds_keeps_it_out_of_force() {
        let case = Case::proposed().then(&facts(GUARD, 2), object());
        let case = case.accepted().confirmed().passed(3);
        assert_eq!(case.status(3), "in_review");
    }
}
