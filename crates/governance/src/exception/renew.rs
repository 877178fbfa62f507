//! Puts an exception forward once more, after one that has been in force. Never silent: it is a new
//! case, which takes nothing over but the count of renewals, so that every signature is given anew. It
//! rests on new facts about the last period, climbs a tier, and needs at the cap a plan with dates by
//! which the access goes.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::propose::{self, Propose, Proposed, put_forward};
use super::{Event, Exception, Pin, Terms};
use crate::facts::{Before, Facts, LastPeriod};
use crate::id::{ExceptionId, PersonId};
use crate::instant::Instant;
use crate::refusal::{NoPlan, NothingNew, Refusal};
use crate::text::{Reason, TextDigest};

/// Most steps of a plan.
pub const STEPS_MAX: usize = 20;

/// A renewal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renew {
    /// The exception that it renews.
    pub of: ExceptionId,
    /// All that a first one says, said anew.
    pub propose: Propose,
    /// What the access was used for in the last period.
    pub used_for: Reason,
    /// By what steps the access goes.
    pub plan: Vec<Planned>,
}

/// A step of a plan, with its words.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Planned {
    /// What is done.
    pub what: Reason,
    /// By when.
    pub by: Timestamp,
}

/// Put forward once more.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renewed {
    /// What.
    pub terms: Terms,
    /// What was frozen with it.
    pub pin: Pin,
    /// What it renews, and by which new facts.
    pub renews: Renews,
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// What a renewal renews, and by which new facts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Renews {
    /// The exception before it.
    pub exception: ExceptionId,
    /// Which renewal of the first one it is, counted from one: each climbs a tier.
    pub renewal: u32,
    /// What the access was used for in the last period, as its proposer says.
    pub used_for: TextDigest,
    /// What is known of the last period, as a text (JSON): tests of the controls, last use, whether the
    /// combination is still there.
    pub evidence: TextDigest,
    /// By what steps the access goes; never empty at the cap.
    pub plan: Vec<Step>,
}

/// A step of a plan by which an access goes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    /// What is done, as a text.
    pub what: TextDigest,
    /// By when.
    #[schemars(with = "Instant")]
    pub by: Timestamp,
}

pub(super) fn renew(
    state: Option<&Exception>,
    facts: &Facts,
    command: Renew,
) -> Result<Vec<Event>, Refusal> {
    let by = facts.permitted_person()?.id();
    if state.is_some() {
        return Err(Refusal::Exists("exception"));
    }
    let before = facts.about.as_ref().and_then(|about| about.before.as_ref());
    let before = before.filter(|before| before.exception == command.of);
    let before = before.ok_or(Refusal::NothingToRenew)?;
    if before.waits {
        return Err(Refusal::Exists("renewal"));
    }
    let renewal = before.renewal.saturating_add(1);
    if renewal > before.renewals_max {
        return Err(Refusal::RenewalsUsedUp { most: before.renewals_max });
    }
    let until = command.propose.until;
    let (terms, pin) = put_forward(facts, command.propose)?;
    let last = before.last.as_ref().ok_or(Refusal::NothingToRenew)?;
    has_new_facts(last)?;
    let plan = plan(&command.plan, (facts.now, until))?;
    if plan.is_empty() && is_at_the_cap(before) {
        return Err(Refusal::NoPlan(NoPlan::Missing));
    }
    let renews = Renews {
        exception: before.exception,
        renewal,
        used_for: command.used_for.digest().clone(),
        evidence: last.evidence.clone(),
        plan,
    };
    Ok(vec![Event::Renewed(Box::new(Renewed { terms, pin, renews, by, at: facts.now }))])
}

/// Whether the next renewal is the last that the tier allows, or no tier is left to climb to.
#[must_use]
pub fn is_at_the_cap(before: &Before) -> bool {
    before.renewal.saturating_add(1) >= before.renewals_max || before.at_the_top
}

/// The last period says something that the last signature did not rest on: each control was shown to
/// work in it, and the need is stated again and not copied.
fn has_new_facts(last: &LastPeriod) -> Result<(), Refusal> {
    if !last.controls_passed {
        return Err(Refusal::NothingNew(NothingNew::Untested));
    }
    match last.repeated {
        Some(part) => Err(Refusal::NothingNew(NothingNew::Repeated(part))),
        None => Ok(()),
    }
}

/// A plan has dates that come one after the other, and all of them before the end.
fn plan(steps: &[Planned], (now, until): (Timestamp, Timestamp)) -> Result<Vec<Step>, Refusal> {
    if steps.len() > STEPS_MAX {
        return Err(Refusal::NoPlan(NoPlan::TooMany));
    }
    let mut earliest = now;
    for (number, step) in (1..).zip(steps) {
        if step.by <= now || step.by < earliest || until < step.by {
            return Err(Refusal::NoPlan(NoPlan::Date(number)));
        }
        earliest = step.by;
    }
    let kept = steps.iter().map(|it| Step { what: it.what.digest().clone(), by: it.by });
    Ok(kept.collect())
}

/// The exception after the event that put it forward once more.
pub(super) fn first(id: ExceptionId, renewed: &Renewed) -> Exception {
    let Renewed { terms, pin, renews, by, at } = renewed.clone();
    let renews = Some(Box::new(renews));
    Exception { renews, ..propose::first(id, &Proposed { terms, pin, by, at }) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, about, before, facts, proposal, renewal};
    use crate::exception::{Stage, propose::Propose};
    use crate::facts::About;
    use crate::scene::{OWNER, day, reason};

    fn after(change: impl FnOnce(&mut Before)) -> Facts {
        let mut it = before();
        change(&mut it);
        Facts { about: Some(About { before: Some(it), ..about() }), ..facts(OWNER, 55) }
    }

    fn ask(facts: &Facts, change: impl FnOnce(&mut Renew)) -> Result<Vec<Event>, Refusal> {
        let mut it = renewal();
        change(&mut it);
        Case::nothing().ask(facts, Command::Renew(Box::new(it)))
    }

    fn code(facts: &Facts, change: impl FnOnce(&mut Renew)) -> &'static str {
        ask(facts, change).expect_err("it is refused").code()
    }

    fn step(on: i64) -> Planned {
        Planned { what: reason(), by: day(on) }
    }

    fn until(on: i64) -> Command {
        Command::Propose(Box::new(Propose { until: day(on), ..proposal() }))
    }

    #[test]
    fn a_renewal_is_never_silent_nobody_has_signed_it_and_nothing_is_taken_over() {
        let case = Case::nothing().then(&after(|_| ()), Command::Renew(Box::new(renewal())));
        let it = case.exception.unwrap();
        assert_eq!((it.status(day(55)), it.renewal()), ("in_review", 1));
        assert_eq!(it.stage, Stage::InReview { given: crate::exception::Given::default() });
        assert!(it.signed.is_empty() && !it.in_force(day(56)));
        assert!(it.pulses.iter().all(|pulse| pulse.last.is_none()), "each control is tested anew");
    }

    #[test]
    fn a_renewal_without_new_facts_is_refused() {
        let untested = after(|it| it.last.as_mut().unwrap().controls_passed = false);
        assert_eq!(code(&untested, |_| ()), "case.nothing-new");
        let copied = ask(&after(|it| it.last.as_mut().unwrap().repeated = Some("need")), |_| ())
            .unwrap_err();
        assert_eq!(copied.code(), "case.nothing-new");
        assert!(copied.to_string().contains("`need`"), "{copied}");
    }

    #[test]
    fn what_was_never_in_force_or_was_followed_by_another_cannot_be_renewed() {
        let none = Facts { about: Some(about()), ..facts(OWNER, 55) };
        assert_eq!(code(&none, |_| ()), "case.nothing-to-renew");
        let other = ExceptionId(uuid::Uuid::from_u128(7));
        assert_eq!(code(&after(|_| ()), |it| it.of = other), "case.nothing-to-renew");
        assert_eq!(code(&after(|it| it.waits = true), |_| ()), "case.exists");
    }

    #[test]
    fn the_last_renewal_needs_a_plan_with_dates_and_after_it_there_is_none() {
        let last = after(|it| it.renewal = 1);
        assert_eq!(code(&last, |it| it.plan.clear()), "case.no-plan");
        assert!(ask(&last, |it| it.plan = vec![step(60), step(100)]).is_ok());
        let top = after(|it| it.at_the_top = true);
        assert_eq!(code(&top, |it| it.plan.clear()), "case.no-plan");
        assert!(
            ask(&after(|_| ()), |it| it.plan.clear()).is_ok(),
            "below the cap it may do without"
        );
        let over = after(|it| it.renewal = 2);
        assert_eq!(code(&over, |_| ()), "case.renewals-used-up");
    }

    #[test]
    fn the_dates_of_a_plan_come_one_after_the_other_between_now_and_the_end() {
        for dates in [vec![55], vec![10], vec![121], vec![100, 99]] {
            let refused = code(&after(|_| ()), |it| {
                it.plan = dates.iter().map(|on| step(*on)).collect();
            });
            assert_eq!(refused, "case.no-plan", "{dates:?}");
        }
        let many = code(&after(|_| ()), |it| it.plan = vec![step(60); STEPS_MAX + 1]);
        assert_eq!(many, "case.no-plan");
        assert!(ask(&after(|_| ()), |it| it.plan = vec![step(56), step(120)]).is_ok());
    }

    #[test]
    fn a_new_request_soon_after_an_exception_or_beyond_its_end_is_a_renewal() {
        // It stands until day 60: what ends earlier lets nobody keep anything longer.
        assert!(Case::nothing().ask(&after(|_| ()), until(60)).is_ok());
        assert_eq!(Case::nothing().refused(&after(|_| ()), until(61)), "case.is-a-renewal");
        // It has ended: for thirty days every request counts as one.
        let ended = |on| Facts {
            now: day(on),
            ..after(|it| {
                it.stands = false;
                it.end = day(40);
            })
        };
        assert_eq!(Case::nothing().refused(&ended(41), until(100)), "case.is-a-renewal");
        assert_eq!(Case::nothing().refused(&ended(69), until(100)), "case.is-a-renewal");
        assert!(Case::nothing().ask(&ended(70), until(100)).is_ok());
    }

    proptest! {
        /// Whatever policy and the last period say, what comes of it is unsigned, new, counted and
        /// planned at the cap; and what cannot be renewed is refused.
        #[test]
        fn no_policy_makes_a_renewal_silent_or_endless(
            (renewal_is, most, days) in (0_u32..6, 0_u32..4, 0_i64..60),
            flags in any::<[bool; 4]>(),
            steps in proptest::collection::vec(40_i64..130, 0..4),
        ) {
            let [stands, top, passed, waits] = flags;
            let told = after(|it| {
                it.renewal = renewal_is;
                it.renewals_max = most;
                it.renewal_days = days;
                it.stands = stands;
                it.at_the_top = top;
                it.last.as_mut().unwrap().controls_passed = passed;
                it.waits = waits;
            });
            let asked = ask(&told, |it| it.plan = steps.iter().map(|on| step(*on)).collect());
            let Ok(events) = asked else { return Ok(()) };
            let [Event::Renewed(it)] = events.as_slice() else { panic!("one event") };
            prop_assert_eq!(it.renews.renewal, renewal_is + 1);
            prop_assert!(it.renews.renewal <= most && passed && !waits);
            let capped = it.renews.renewal == most || top;
            prop_assert!(!capped || !it.renews.plan.is_empty(), "at the cap the access is planned to go");
            prop_assert!(it.renews.plan.iter().all(|step| day(55) < step.by && step.by <= it.terms.until));
            prop_assert!(first(crate::exception::scene::exception_id(), it).signed.is_empty());
        }
    }
}
