//! Its owner left, or sits where no risk can be carried any more. At once somebody else is accountable
//! by name: a deputy, or the next by the ways to an owner. That cuts nothing; it is out of force only
//! when nobody has taken it over within the days of the tier, which is a boundary that is kept like any
//! other.

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::suspend::Suspended;
use super::{Event, Exception, Stage, Suspension};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::person::Person;
use crate::refusal::Refusal;

/// Its owner left.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnerLeft {
    /// Who owned it.
    pub owner: PersonId,
    /// Who is accountable from now on; nobody where no way led to somebody who could carry it.
    pub accountable: Option<PersonId>,
    /// Until when somebody must have taken it over, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

/// Its owner is back before anybody took it over.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct OwnerReturned {
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn owner_left(exception: &Exception, facts: &Facts) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Steward)?;
    if exception.is_ended() || exception.terms.until <= facts.now {
        return Ok(Vec::new());
    }
    let owner = facts.owner.as_ref().filter(|person| person.id() == exception.owner());
    let is_there = owner.is_some_and(Person::can_carry);
    match (exception.left, is_there) {
        (None, true) => Ok(Vec::new()),
        (Some(left), false) if left.accountable == facts.next => Ok(Vec::new()),
        (left, false) => {
            let until = match left {
                Some(left) => left.until,
                None => until(exception, facts)?,
            };
            let (owner, accountable) = (exception.owner(), facts.next);
            Ok(vec![Event::OwnerLeft(OwnerLeft { owner, accountable, until, at: facts.now })])
        }
        (Some(_), true) => {
            let mut events: Vec<Event> = lapsed(exception, facts.now).into_iter().collect();
            events.push(Event::OwnerReturned(OwnerReturned { at: facts.now }));
            Ok(events)
        }
    }
}

/// The end of the days in which somebody must take it over.
fn until(exception: &Exception, facts: &Facts) -> Result<Timestamp, Refusal> {
    let about = facts.about.as_ref().filter(|about| about.finding == exception.pin.finding);
    // A server that cannot tell the tier does not make days up.
    let days = about.map(|about| about.takeover_days).filter(|days| *days > 0);
    let hours = days.ok_or(Refusal::OtherRules)?.saturating_mul(24);
    let length = SignedDuration::from_hours(hours);
    Ok(facts.now.saturating_add(length).unwrap_or(Timestamp::MAX))
}

/// That it is out of force already, where nobody took it over in time and no clock has said so yet:
/// what comes too late does not put it back.
pub(super) fn lapsed(exception: &Exception, now: Timestamp) -> Option<Event> {
    let is_active = matches!(exception.stage, Stage::Active { .. });
    let is_over = exception.left.is_some_and(|left| left.until <= now);
    let because = Suspension::OwnerLeft {};
    (is_active && is_over).then_some(Event::Suspended(Suspended { at: now, because }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exception::Command;
    use crate::exception::scene::{Case, facts, machine, steward};
    use crate::exception::suspend::Suspend;
    use crate::scene::{ADMIN, DEPUTY, OTHER_OWNER, OWNER, day, id, person};

    #[test]
    fn when_the_owner_leaves_somebody_is_accountable_at_once_by_name_and_nothing_is_cut() {
        let case = Case::active().then(&steward(Some(DEPUTY), 4), Command::OwnerLeft);
        assert_eq!(case.status(4), "active");
        let left = case.exception.as_ref().unwrap().left.unwrap();
        assert_eq!((left.accountable, left.until), (Some(id(DEPUTY)), day(4 + 14)));
        // Said once; and again when the one who is accountable leaves too, by the same day.
        assert_eq!(case.ask(&steward(Some(DEPUTY), 5), Command::OwnerLeft), Ok(Vec::new()));
        let case = case.then(&steward(None, 6), Command::OwnerLeft);
        let left = case.exception.as_ref().unwrap().left.unwrap();
        assert_eq!((left.accountable, left.until), (None, day(18)));
    }

    #[test]
    fn it_is_suspended_only_when_nobody_takes_it_over_in_the_days_of_the_tier() {
        let case = Case::active().then(&steward(Some(OTHER_OWNER), 4), Command::OwnerLeft);
        let case = (4..19).fold(case, Case::passed);
        let it = case.exception.clone().unwrap();
        assert!(it.in_force(day(17)) && !it.in_force(day(18)), "a boundary, without any event");
        let clock = machine(Machine::Timekeeper, 18);
        let case = case.then(&clock, Command::Suspend(Suspend::Unproven));
        let Stage::Suspended { because, .. } = case.exception.unwrap().stage else { panic!() };
        assert_eq!(because, Suspension::OwnerLeft {});
    }

    #[test]
    fn an_owner_who_is_back_in_time_goes_on_and_too_late_it_stays_out_of_force() {
        let case = Case::active().then(&steward(Some(OTHER_OWNER), 4), Command::OwnerLeft);
        let back = |on| Facts { owner: Some(person(OWNER)), ..steward(None, on) };
        let soon = case.clone().then(&back(4), Command::OwnerLeft);
        assert_eq!((soon.status(4), soon.exception.unwrap().left), ("active", None));
        let case = (4..19).fold(case, Case::passed);
        assert_eq!(case.then(&back(18), Command::OwnerLeft).status(18), "suspended");
    }

    #[test]
    fn only_the_steward_says_so_and_only_where_the_tier_can_be_told() {
        assert_eq!(
            Case::active().refused(&facts(ADMIN, 4), Command::OwnerLeft),
            "duty.wrong-actor"
        );
        let blind = Facts { about: None, ..steward(None, 4) };
        assert_eq!(Case::active().refused(&blind, Command::OwnerLeft), "case.other-rules");
    }
}
