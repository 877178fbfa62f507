//! Somebody from outside on the one case for which they were called in, and on every other: a property
//! over whatever anybody tries.

use proptest::prelude::*;

use super::scene::{Case, answer as told, confirm, exception_id, facts, object, proposal, tested};
use super::*;
use crate::appointment::{ForCase, OneCase};
use crate::decide::{Command as Asking, State, decide as answer};
use crate::id::ExceptionId;
use crate::person::{self, Person};
use crate::scene::{GUARD, LAWYER, OWNER, day, id, reason, text};

const OUTSIDE: u128 = 40;

fn outside(case: OneCase, seat: SeatName, until: i64) -> Person {
    let it =
        ForCase { name: text("name"), identities: text("none"), case, seat, until: day(until) };
    person::evolve(id(OUTSIDE), None, &person::Event::AppointedForCase(it)).unwrap()
}

fn theirs() -> OneCase {
    OneCase::Exception(exception_id())
}

fn by(person: &Person, on: i64, case: ExceptionId) -> Facts {
    let case = Some(OneCase::Exception(case));
    let actor = crate::actor::Actor::Person(person.id());
    Facts { actor, person: Some(person.clone()), case, ..facts(OWNER, on) }
}

fn every() -> Vec<Command> {
    vec![
        Command::Propose(Box::new(proposal())),
        Command::Accept,
        Command::Reject(reject::Reject { reason: reason() }),
        confirm(),
        object(),
        told(),
        Command::Sign,
        Command::Activate,
        Command::Suspend(suspend::Suspend::Person(reason())),
        Command::Resume(resume::Resume { statement: reason() }),
        Command::Revoke(revoke::Revoke { reason: reason() }),
        Command::Withdraw(withdraw::Withdraw { reason: reason() }),
        Command::Test(tested(3, Verdict::Passed)),
        Command::Moot,
        Command::Expire,
    ]
}

/// Which seat gave this event, if it is a signature.
fn signed(event: &Event) -> Option<SeatName> {
    match event {
        Event::Confirmed(_) => Some(SeatName::Control),
        Event::Signed(_) => Some(SeatName::Legal),
        Event::Vetoed(_) => Some(SeatName::Security),
        _ => None,
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// Whoever was called in signs that case, from that seat, until then, and does nothing else anywhere.
    #[test]
    fn somebody_from_outside_signs_their_one_case_from_their_one_seat_and_nothing_else(
        seat in 0_usize..6,
        until in 2_i64..12,
        on in 2_i64..12,
        own in any::<bool>(),
        regulated in any::<bool>(),
        steps in prop::collection::vec(0_usize..15, 1..12),
    ) {
        let seat = SeatName::ALL[seat];
        let person = outside(theirs(), seat, until);
        let asked = if own { exception_id() } else { ExceptionId(uuid::Uuid::from_u128(301)) };
        let about = if regulated { super::scene::regulated() } else { super::scene::about() };
        let propose = Facts { about: Some(about.clone()), ..facts(OWNER, 1) };
        let mut case = Case::proposed_by(&propose);
        for step in steps {
            let command = every().swap_remove(step);
            let facts = Facts { about: Some(about.clone()), ..by(&person, on, asked) };
            let state = State::Exception(case.exception.clone().map(Box::new));
            let Ok(events) = answer(&state, &facts, Asking::Exception(asked, command)) else {
                continue;
            };
            for event in events {
                let crate::event::Event::Exception(event) = event else {
                    return Err(TestCaseError::fail("another subject"));
                };
                prop_assert!(own, "another case: {:?}", event);
                prop_assert!(on < until, "after the end: {:?}", event);
                // What comes into force by their signature is no deed of theirs.
                if !matches!(event, Event::Activated(_)) {
                    prop_assert_eq!(signed(&event), Some(seat));
                }
                case.exception = evolve(exception_id(), case.exception, &event);
            }
        }
        let seats = case.exception.iter().flat_map(|it| &it.signed);
        prop_assert!(seats.filter(|(who, _)| *who == id(OUTSIDE)).all(|(_, is)| *is == seat));
    }
}

#[test]
fn a_second_seat_on_the_same_case_is_refused_to_whoever_has_signed_it() {
    let control = outside(theirs(), SeatName::Control, 9);
    let case =
        Case::proposed_by(&Facts { about: Some(super::scene::regulated()), ..facts(OWNER, 1) });
    let case = case.then(&by(&control, 2, exception_id()), confirm());
    let legal = outside(theirs(), SeatName::Legal, 9);
    assert_eq!(case.refused(&by(&legal, 3, exception_id()), Command::Sign), "duty.second-seat");
    assert!(case.ask(&facts(LAWYER, 3), Command::Sign).is_ok(), "somebody else may");
}

#[test]
fn what_is_refused_says_why() {
    let legal = outside(theirs(), SeatName::Legal, 9);
    let state = State::Exception(Case::proposed().exception.map(Box::new));
    let told = |person: &Person, on, of: ExceptionId, command| {
        answer(&state, &by(person, on, of), Asking::Exception(of, command)).map_err(|it| it.code())
    };
    let other = ExceptionId(uuid::Uuid::from_u128(301));
    assert_eq!(told(&legal, 2, other, Command::Sign), Err("duty.other-case"));
    assert_eq!(told(&legal, 2, exception_id(), Command::Activate), Err("duty.other-case"));
    assert_eq!(told(&legal, 9, exception_id(), Command::Sign), Err("duty.seat-over"));
    assert_eq!(told(&legal, 2, exception_id(), confirm()), Err("duty.wrong-seat"));
    let facts = Facts { person: Some(legal.clone()), ..facts(GUARD, 2) };
    let own = crate::person::Command::Deactivate;
    let told = answer(&State::Person(None), &facts, Asking::Person(id(OWNER), own));
    assert_eq!(told.map_err(|it| it.code()), Err("duty.other-case"));
}
