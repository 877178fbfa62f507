//! Puts an exception forward: the four parts, the owner, the declared use and the cadence of review.
//! What it covers is not for anybody to say: it is frozen from the graph in the same decision.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Exception, Given, Pin, Pulse, Stage, Terms, Ticket, Use, Why};
use crate::control::{Control, Controls};
use crate::facts::{About, Facts, Regulated};
use crate::id::{ExceptionId, FindingId, PersonId};
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::Reason;

/// A proposal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Propose {
    /// The finding that it is about; also among the facts.
    pub finding: FindingId,
    /// Who shall carry the risk; also the named person among the facts.
    pub owner: PersonId,
    /// Why it cannot be removed now.
    pub why: Why<Reason>,
    /// How the access is used.
    pub used: Use,
    /// What keeps the risk down; who answers for each is among the other people of the facts.
    pub controls: Vec<Control>,
    /// When it ends, exclusive.
    pub until: Timestamp,
    /// Days between two reviews.
    pub review_days: u16,
    /// Who asked for the access.
    pub requested_by: Vec<PersonId>,
    /// The ticket that belongs to it, if any.
    pub ticket: Option<Ticket>,
}

/// Put forward.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Proposed {
    /// What.
    pub terms: Terms,
    /// What was frozen with it.
    pub pin: Pin,
    /// By whom.
    pub by: PersonId,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn propose(
    state: Option<&Exception>,
    facts: &Facts,
    command: Propose,
) -> Result<Vec<Event>, Refusal> {
    let (by, until) = (facts.permitted_person()?.id(), command.until);
    if state.is_some() {
        return Err(Refusal::Exists("exception"));
    }
    let (terms, pin) = put_forward(facts, command)?;
    // What would let somebody keep an access beyond the end of an exception is a renewal of it.
    let before = facts.about.as_ref().and_then(|about| about.before.as_ref());
    if let Some(before) = before.filter(|before| before.is_renewed_by(facts.now, until)) {
        return Err(Refusal::IsRenewal { exception: before.exception });
    }
    Ok(vec![Event::Proposed(Box::new(Proposed { terms, pin, by, at: facts.now }))])
}

/// What is proposed and what is frozen with it, for a first exception and for a renewal.
pub(super) fn put_forward(facts: &Facts, command: Propose) -> Result<(Terms, Pin), Refusal> {
    let about = facts.about.as_ref().filter(|about| about.finding == command.finding);
    let about = about.ok_or(Refusal::Unknown("finding"))?;
    let pin = pin(about)?;
    let named = facts.named.as_ref().filter(|person| person.id() == command.owner);
    let named = named.ok_or(Refusal::Unknown("person"))?;
    facts.must_know_of(named)?;
    let asked = command.requested_by.iter().copied().collect();
    let asked = facts.is_among(named, &asked);
    if asked || !facts.can_own(named) {
        return Err(Refusal::CannotOwn);
    }
    within(facts.now, &command, about)?;
    let controls = Controls::try_from(command.controls).map_err(Refusal::Controls)?;
    for (number, control) in (1..).zip(controls.as_slice()) {
        let owner = facts.others.iter().find(|person| person.id() == control.owner);
        if !owner.is_some_and(crate::person::Person::is_active) {
            return Err(Refusal::ControlOwner { control: number });
        }
    }
    let terms = Terms {
        owner: command.owner,
        why: command.why.digests(),
        used: command.used,
        controls,
        until: command.until,
        review_days: command.review_days,
        requested_by: command.requested_by,
        ticket: command.ticket,
    };
    Ok((terms, pin))
}

/// What is frozen. Nothing can be frozen of a finding that is over, or whose list of identities is
/// cut short or erased: who is not named would be covered without anybody knowing.
fn pin(about: &About) -> Result<Pin, Refusal> {
    if about.ended.is_some() {
        return Err(Refusal::NothingToExcept);
    }
    let frozen = about.frozen.as_ref().map_err(|why| Refusal::CannotFreeze(*why))?;
    let regulated = match about.regulated {
        Regulated::Yes => true,
        Regulated::No => false,
        Regulated::Unknown => return Err(Refusal::OtherRules),
    };
    Ok(Pin {
        finding: about.finding,
        fingerprint: about.fingerprint.clone(),
        rule: about.rule.clone(),
        detail: about.detail.clone(),
        frozen: frozen.digest.clone(),
        covered_total: frozen.covered_total,
        regulated,
        tier: Some(about.tier.clone()),
        due: about.due,
    })
}

/// The end and the cadence lie within what the tier allows.
fn within(now: Timestamp, command: &Propose, about: &About) -> Result<(), Refusal> {
    let hours = about.days_max.saturating_mul(24);
    let longest = now.saturating_add(SignedDuration::from_hours(hours)).unwrap_or(Timestamp::MAX);
    if command.until <= now || longest < command.until {
        return Err(Refusal::BadEnd { until: command.until, days_max: about.days_max });
    }
    let most = about.review_days_max;
    if command.review_days == 0 || i64::from(command.review_days) > most {
        return Err(Refusal::BadCadence { days_max: most });
    }
    Ok(())
}

/// The exception after the event that put it forward.
pub(super) fn first(id: ExceptionId, proposed: &Proposed) -> Exception {
    let pulses = vec![Pulse::default(); proposed.terms.controls.as_slice().len()];
    Exception {
        id,
        terms: proposed.terms.clone(),
        pin: proposed.pin.clone(),
        proposed_by: proposed.by,
        proposed_at: proposed.at,
        signed: Vec::new(),
        veto: None,
        pulses,
        renews: None,
        offer: None,
        left: None,
        stage: Stage::InReview { given: Given::default() },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, about, control, facts, proposal};
    use crate::person::Person;
    use crate::refusal::NotFrozen;
    use crate::scene::{ADMIN, ALL_SEATS, AUDITOR, DEPUTY, GUARD, OTHER_OWNER, OWNER};
    use crate::scene::{day, id, person};

    fn ask(facts: &Facts, change: impl FnOnce(&mut Propose)) -> Result<Vec<Event>, Refusal> {
        let mut it = proposal();
        change(&mut it);
        Case::nothing().ask(facts, Command::Propose(Box::new(it)))
    }

    fn code(facts: &Facts, change: impl FnOnce(&mut Propose)) -> &'static str {
        ask(facts, change).expect_err("it is refused").code()
    }

    #[test]
    fn a_business_owner_may_draft_and_what_it_covers_is_frozen_from_the_graph() {
        let case = Case::proposed();
        let exception = case.exception.unwrap();
        assert_eq!(exception.status(day(1)), "in_review");
        assert_eq!(exception.pin.covered_total, 1);
        assert_eq!(exception.pulses.len(), 1);
        assert!(!exception.in_force(day(1)));
    }

    #[test]
    fn without_a_control_or_with_a_control_that_is_never_tested_there_is_no_exception() {
        let facts = facts(OWNER, 1);
        assert_eq!(code(&facts, |it| it.controls.clear()), "case.no-control");
        assert_eq!(code(&facts, |it| it.controls = vec![control(); 21]), "case.no-control");
        for (every, age) in [(0, 24), (24, 0), (24, 12), (9_999, 9_999), (24, 99_999)] {
            let refused = code(&facts, |it| {
                it.controls = vec![Control { every_hours: every, max_age_hours: age, ..control() }];
            });
            assert_eq!(refused, "case.no-control", "{every} {age}");
        }
    }

    #[test]
    fn somebody_active_answers_for_each_control() {
        let nobody = Facts { others: Vec::new(), ..facts(OWNER, 1) };
        assert_eq!(code(&nobody, |_| ()), "case.no-control-owner");
        let gone: Person = person(ADMIN).deactivated();
        let gone = Facts { others: vec![gone], ..facts(OWNER, 1) };
        assert_eq!(code(&gone, |_| ()), "case.no-control-owner");
    }

    #[test]
    fn it_ends_and_is_reviewed_within_the_bound() {
        let facts = facts(OWNER, 1);
        for until in [1, 0, 1 + 91] {
            assert_eq!(code(&facts, |it| it.until = day(until)), "case.bad-end");
        }
        assert!(ask(&facts, |it| it.until = day(91)).is_ok());
        for days in [0, 31] {
            assert_eq!(code(&facts, |it| it.review_days = days), "case.bad-cadence");
        }
    }

    #[test]
    fn the_owner_is_in_the_business_seat_and_has_no_part_in_the_access() {
        for n in [ADMIN, GUARD, AUDITOR, ALL_SEATS] {
            let facts = Facts { named: Some(person(n)), ..facts(OWNER, 1) };
            assert_eq!(code(&facts, |it| it.owner = id(n)), "duty.cannot-own", "{n}");
        }
        let held = Facts { holders: [id(OTHER_OWNER)].into(), ..facts(OWNER, 1) };
        for n in [OTHER_OWNER, DEPUTY] {
            let facts = Facts { named: Some(person(n)), ..held.clone() };
            assert_eq!(code(&facts, |it| it.owner = id(n)), "duty.cannot-own", "{n}");
            let asked = Facts { holders: [].into(), ..facts };
            let refused = code(&asked, |it| {
                it.owner = id(n);
                it.requested_by = vec![id(OTHER_OWNER)];
            });
            assert_eq!(refused, "duty.cannot-own", "{n} asked for it");
        }
    }

    #[test]
    fn what_is_over_or_cannot_be_named_is_not_excepted() {
        let over = About { ended: Some("fixed"), ..about() };
        let over = Facts { about: Some(over), ..facts(OWNER, 1) };
        assert_eq!(code(&over, |_| ()), "case.nothing-to-except");
        for why in [NotFrozen::NoRecord, NotFrozen::Cut { listed: 1_000, total: 1_200 }] {
            let cut = About { frozen: Err(why), ..about() };
            let cut = Facts { about: Some(cut), ..facts(OWNER, 1) };
            let refused = ask(&cut, |_| ()).unwrap_err();
            assert_eq!(refused.code(), "case.cannot-freeze");
            let says_how_many = refused.to_string().contains("1200 identities and names 1000");
            assert_eq!(says_how_many, why != NotFrozen::NoRecord, "{refused}");
        }
        let none = Facts { about: None, ..facts(OWNER, 1) };
        assert_eq!(code(&none, |_| ()), "case.unknown");
    }

    #[test]
    fn a_proposal_is_made_once() {
        let refused =
            Case::proposed().refused(&facts(OWNER, 1), Command::Propose(Box::new(proposal())));
        assert_eq!(refused, "case.exists");
    }
}
