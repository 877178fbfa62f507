//! A person: the seats they sit in, the identities that are theirs, and for whom they stand in.
//! Names and ids of identities are texts and stand outside the events.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
use crate::appointment::leads_to;
pub use crate::appointment::{
    Appointment, Away, Before, ForCase, OneCase, Only, Person, Second, StandIn,
};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::instant::Instant;
use crate::refusal::{Refusal, Refused};
use crate::seat::SeatName;
use crate::text::TextDigest;

/// Most days for which somebody from outside is given a seat.
pub const FOR_CASE_DAYS_MAX: i64 = 90;

/// A token for a program.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct TokenTaken {
    /// Until when it is good, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
}

/// By what somebody signs in without the provider of their organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum LocalWay {
    /// A password of this server.
    Password,
    /// A link that is good once.
    Link,
}

/// From where somebody signs in, as far as that says who they are: no leaf holds an address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum From {
    /// The machine on which the server runs.
    ThisMachine,
    /// An address that is good within one network only.
    PrivateNetwork,
    /// Anywhere else.
    Elsewhere,
}

/// A sign-in past the provider of the organisation.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct LocalSignIn {
    /// By what.
    pub way: LocalWay,
    /// From where.
    pub from: From,
}

/// The seats that somebody's groups stand for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct SeatedByGroup {
    /// All of them; empty where their groups stand for none, or for none any more.
    pub seats: BTreeSet<SeatName>,
    /// Digest of the groups that the provider named and policy gives seats, as a text (JSON).
    pub groups: TextDigest,
}

/// What can be asked of a person's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Appoint to these seats, new or instead of the former ones.
    Appoint(Appointment),
    /// Give somebody from outside one seat for one case.
    AppointForCase(ForCase),
    /// End all appointments at once.
    Deactivate,
    /// Take away who they are at the provider of sign-ins: whom it knows so is nobody here any more.
    Unlink,
    /// Take a token for a program that acts in their name.
    TakeToken(TokenTaken),
    /// Sign in past the provider of the organisation.
    SignInLocally(LocalSignIn),
    /// Sit where the groups stand for that the provider names, by the policy in force.
    SitByGroup(SeatedByGroup),
}

/// What happened to a person's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Appointed.
    #[serde(rename = "person.appointed.3")]
    Appointed(Appointment),
    /// Appointed, as it was written before it was kept to whom somebody reports.
    #[serde(rename = "person.appointed.2")]
    AppointedSecond(Second),
    /// Somebody from outside was given one seat for one case.
    #[serde(rename = "person.appointed_for_case.1")]
    AppointedForCase(ForCase),
    /// Appointed, as it was written first.
    #[serde(rename = "person.appointed.1")]
    AppointedBefore(Before),
    /// No longer active.
    #[serde(rename = "person.deactivated.1")]
    Deactivated {},
    /// Whom the provider of sign-ins knew as them is nobody here any more.
    #[serde(rename = "person.unlinked.1")]
    Unlinked {},
    /// A program was signed in that acts in their name; they confirmed it themselves.
    #[serde(rename = "person.token_taken.1")]
    TokenTaken(TokenTaken),
    /// Signed in past the provider of the organisation.
    #[serde(rename = "person.signed_in_locally.1")]
    SignedInLocally(LocalSignIn),
    /// Their groups at the provider of sign-ins stand for other seats than before.
    #[serde(rename = "person.seated_by_group.1")]
    SeatedByGroup(SeatedByGroup),
    /// Somebody was told no.
    #[serde(rename = "person.refused.1")]
    Refused(Refused),
}

/// Answers a command about a person.
pub(crate) fn decide(
    subject: PersonId,
    state: Option<&Person>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    match command {
        Command::Appoint(appointment) => {
            must_be_another(subject, facts)?;
            if appointment.seats.is_empty() {
                return Err(Refusal::Empty("a person needs at least one seat"));
            }
            if appointment.away.is_some_and(|Away { from, until }| until < from) {
                return Err(Refusal::Empty("an absence ends on the day it begins, or later"));
            }
            must_be_no_circle(subject, facts, &appointment)?;
            Ok(vec![Event::Appointed(appointment)])
        }
        Command::AppointForCase(it) => {
            must_be_another(subject, facts)?;
            must_fit_one_case(state, facts, &it)?;
            Ok(vec![Event::AppointedForCase(it)])
        }
        Command::Deactivate => {
            must_be_another(subject, facts)?;
            let is_active = state.ok_or(Refusal::Unknown("person"))?.is_active();
            Ok(if is_active { vec![Event::Deactivated {}] } else { Vec::new() })
        }
        Command::Unlink => {
            must_be_another(subject, facts)?;
            state.ok_or(Refusal::Unknown("person"))?;
            Ok(vec![Event::Unlinked {}])
        }
        Command::TakeToken(taken) => {
            must_be_themselves(subject, facts)?;
            Ok(vec![Event::TokenTaken(taken)])
        }
        Command::SignInLocally(local) => {
            must_be_themselves(subject, facts)?;
            Ok(vec![Event::SignedInLocally(local)])
        }
        Command::SitByGroup(seated) => sit_by_group(state, facts, seated),
    }
}

/// Whoever appoints themselves could take any seat, or disown what they hold.
fn must_be_another(subject: PersonId, facts: &Facts) -> Result<(), Refusal> {
    if facts.actor == Actor::Machine(Machine::Setup) {
        return Ok(());
    }
    let by = facts.permitted_person()?.id();
    if by == subject { Err(Refusal::OwnAppointment) } else { Ok(()) }
}

/// Nobody reports to themselves, or stands in for themselves, along whatever way. What the first start
/// brings is looked at whole, when its file is read.
fn must_be_no_circle(
    subject: PersonId,
    facts: &Facts,
    appointment: &Appointment,
) -> Result<(), Refusal> {
    if facts.actor == Actor::Machine(Machine::Setup) {
        return Ok(());
    }
    let record = |id: PersonId| facts.related.get(&id);
    if let Some(manager) = appointment.manager {
        record(manager).ok_or(Refusal::Unknown("person"))?;
        let above = |id| record(id).and_then(Person::manager).into_iter();
        if leads_to([manager], subject, above) {
            return Err(Refusal::Circle("reports to"));
        }
    }
    let now = facts.now;
    let in_force = appointment.stands_in.iter().filter(|it| now < it.until).map(|it| it.person);
    let for_whom = |id| {
        let whom: Vec<PersonId> =
            record(id).map(|it| it.stands_in_for(now).collect()).unwrap_or_default();
        whom.into_iter()
    };
    if leads_to(in_force, subject, for_whom) {
        return Err(Refusal::Circle("stands in for"));
    }
    Ok(())
}

/// Somebody from outside signs one case from one seat that signs, for a while, and sits nowhere else.
fn must_fit_one_case(state: Option<&Person>, facts: &Facts, it: &ForCase) -> Result<(), Refusal> {
    if state.is_some_and(|person| person.is_active() && person.only().is_none()) {
        return Err(Refusal::AppointedAlready);
    }
    let signs = match it.case {
        OneCase::Exception(_) => {
            [SeatName::Control, SeatName::Legal, SeatName::Security].as_slice()
        }
        OneCase::Finding(_) => [SeatName::Control, SeatName::Security].as_slice(),
    };
    if !signs.contains(&it.seat) {
        return Err(Refusal::NotForOneCase { seat: it.seat });
    }
    let last = facts.now.checked_add(SignedDuration::from_hours(24 * FOR_CASE_DAYS_MAX));
    if it.until <= facts.now || last.is_ok_and(|last| it.until > last) {
        return Err(Refusal::BadEnd { until: it.until, days_max: FOR_CASE_DAYS_MAX });
    }
    match facts.one_case_ended {
        None => Err(Refusal::Unknown("case")),
        Some(true) => Err(Refusal::CaseEnded),
        Some(false) => Ok(()),
    }
}

/// What somebody does to come in, nobody else does for them.
fn must_be_themselves(subject: PersonId, facts: &Facts) -> Result<(), Refusal> {
    let by = facts.active_person()?.id();
    if by == subject { Ok(()) } else { Err(Refusal::WrongActor("the person themselves")) }
}

/// What the provider says of groups, and policy of what they stand for, only we report: nobody says it
/// of themselves, and nobody who has no record, or whose record is over, is seated by it.
fn sit_by_group(
    state: Option<&Person>,
    facts: &Facts,
    seated: SeatedByGroup,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Doorkeeper)?;
    let person = state.ok_or(Refusal::Unknown("person"))?;
    let is_from_outside = person.only().is_some();
    if !person.is_active() || is_from_outside || *person.by_group() == seated.seats {
        return Ok(Vec::new());
    }
    Ok(vec![Event::SeatedByGroup(seated)])
}

/// Adds one event to a person's record.
pub(crate) fn evolve(id: PersonId, state: Option<Person>, event: &Event) -> Option<Person> {
    match event {
        Event::Appointed(appointment) => Some(appointed(id, state, appointment.clone())),
        Event::AppointedBefore(before) => Some(appointed(id, state, before.lifted())),
        Event::AppointedSecond(second) => Some(appointed(id, state, second.lifted())),
        Event::AppointedForCase(it) => Some(Person::for_case(id, it)),
        Event::Deactivated {} => state.map(Person::deactivated),
        Event::SeatedByGroup(seated) => {
            state.map(|person| person.seated_by_group(seated.seats.clone()))
        }
        Event::Unlinked {}
        | Event::TokenTaken(_)
        | Event::SignedInLocally(_)
        | Event::Refused(_) => state,
    }
}

/// An appointment says nothing of groups: somebody who is active keeps what theirs stand for.
fn appointed(id: PersonId, state: Option<Person>, appointment: Appointment) -> Person {
    let by_group = state.filter(Person::is_active).map(|it| it.by_group().clone());
    Person::appointed(id, appointment).seated_by_group(by_group.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::decide::{Command as Asking, State, decide as answer};
    use crate::scene;

    fn local() -> Command {
        Command::SignInLocally(LocalSignIn { way: LocalWay::Password, from: From::Elsewhere })
    }

    fn told(who: u128, command: Command) -> Result<usize, &'static str> {
        let record = State::Person(Some(scene::person(1)));
        let asked = Asking::Person(scene::id(1), command);
        answer(&record, &scene::facts(who, 0), asked).map(|it| it.len()).map_err(|no| no.code())
    }

    #[test]
    fn nobody_takes_their_own_link_away_and_a_link_of_nobody_is_none() {
        assert_eq!(told(4, Command::Unlink), Ok(1));
        assert_eq!(told(1, Command::Unlink), Err("duty.own-appointment"));
        let asked = Asking::Person(scene::id(1), Command::Unlink);
        let refusal = answer(&State::Person(None), &scene::facts(4, 0), asked).unwrap_err();
        assert_eq!(refusal.code(), "case.unknown");
    }

    #[test]
    fn what_somebody_does_to_come_in_is_their_own_and_changes_no_record() {
        let taken = || Command::TakeToken(TokenTaken { until: scene::day(1) });
        for command in [taken, local] {
            assert_eq!(told(1, command()), Ok(1));
            assert_eq!(told(2, command()), Err("duty.wrong-actor"), "for somebody else");
            let machine = scene::machine(Machine::Setup, 0);
            let record = State::Person(Some(scene::person(1)));
            let asked = Asking::Person(scene::id(1), command());
            assert!(answer(&record, &machine, asked).is_err(), "a machine signs in nowhere");
        }
        let record = Some(scene::person(1));
        let LocalSignIn { way, from } =
            LocalSignIn { way: LocalWay::Link, from: From::ThisMachine };
        let event = Event::SignedInLocally(LocalSignIn { way, from });
        assert_eq!(evolve(scene::id(1), record.clone(), &event), record);
    }

    #[test]
    fn groups_seat_somebody_by_our_own_report_alone_and_only_while_their_record_stands() {
        let seats = |all: &[SeatName]| SeatedByGroup {
            seats: all.iter().copied().collect(),
            groups: scene::reason().digest().clone(),
        };
        let legal = || seats(&[SeatName::Legal]);
        for who in [1, 2, 4] {
            assert_eq!(told(who, Command::SitByGroup(legal())), Err("duty.wrong-actor"));
        }
        let by = |machine| scene::machine(machine, 0);
        let ask = |state: Option<Person>, facts: &Facts, seats| {
            let asked = Asking::Person(scene::id(1), Command::SitByGroup(seats));
            answer(&State::Person(state), facts, asked)
        };
        let there = Some(scene::person(1));
        assert!(ask(there.clone(), &by(Machine::Setup), legal()).is_err(), "no other machine");
        let doorkeeper = by(Machine::Doorkeeper);
        assert_eq!(ask(None, &doorkeeper, legal()).unwrap_err().code(), "case.unknown");
        let gone = there.clone().map(Person::deactivated);
        assert_eq!(ask(gone, &doorkeeper, legal()).unwrap().len(), 0, "nobody comes back by it");
        assert_eq!(ask(there.clone(), &doorkeeper, legal()).unwrap().len(), 1);
        let seated = evolve(scene::id(1), there.clone(), &Event::SeatedByGroup(legal())).unwrap();
        assert!(seated.seats().contains(&SeatName::Legal));
        assert_eq!(ask(Some(seated.clone()), &doorkeeper, legal()).unwrap().len(), 0, "once");
        assert_eq!(Some(seated.clone().as_appointed()), there, "appointed to what they were");
        let anew = Event::Appointed(seated.appointment().clone());
        let anew = evolve(scene::id(1), Some(seated.clone()), &anew).unwrap();
        assert!(anew.seats().contains(&SeatName::Legal), "an appointment says nothing of groups");
        let left = evolve(scene::id(1), Some(seated), &Event::SeatedByGroup(seats(&[])));
        assert_eq!(left, there, "who left the groups sits where people put them");
    }

    #[test]
    fn an_appointment_of_the_second_form_is_read_as_one_of_somebody_who_reports_to_nobody() {
        let golden = r#"{"person.appointed.2":{"name":"text:sha256:ab","seats":["control"],"identities":"text:sha256:cd","stands_in":[],"away":{"from":"2026-12-01","until":"2026-12-09"}}}"#;
        let event: Event = serde_json::from_str(golden).unwrap();
        let person = evolve(PersonId(uuid::Uuid::from_u128(9)), None, &event).unwrap();
        assert!(person.appointment().away.is_some() && person.manager().is_none());
        assert_eq!(serde_json::to_string(&event).unwrap(), golden, "written as it was");
        let mut state = serde_json::to_value(&person).unwrap();
        state.as_object_mut().unwrap().remove("only");
        state["appointment"].as_object_mut().unwrap().remove("manager");
        assert_eq!(serde_json::from_value::<Person>(state).unwrap(), person, "an older record");
    }

    fn outside(seat: SeatName, until: i64) -> ForCase {
        ForCase {
            name: scene::text("name"),
            identities: scene::text("none"),
            case: OneCase::Exception(crate::id::ExceptionId(uuid::Uuid::from_u128(300))),
            seat,
            until: scene::day(until),
        }
    }

    #[test]
    fn somebody_from_outside_is_given_one_seat_that_signs_for_a_while() {
        let told = |state: Option<Person>, ended, it: ForCase| {
            let facts = Facts { one_case_ended: ended, ..scene::facts(scene::GUARD, 1) };
            let asked = Asking::Person(scene::id(40), Command::AppointForCase(it));
            answer(&State::Person(state), &facts, asked).map(|it| it.len()).map_err(|no| no.code())
        };
        let legal = || outside(SeatName::Legal, 9);
        let event = Event::AppointedForCase(legal());
        let json = serde_json::to_string(&event).unwrap();
        assert!(json.contains("\"exception:0000"), "{json}");
        assert_eq!(serde_json::from_str::<Event>(&json).unwrap(), event);
        assert_eq!(told(None, Some(false), legal()), Ok(1));
        assert_eq!(told(None, None, legal()), Err("case.unknown"));
        assert_eq!(told(None, Some(true), legal()), Err("case.ended"));
        assert_eq!(told(None, Some(false), outside(SeatName::Legal, 1)), Err("case.bad-end"));
        assert_eq!(told(None, Some(false), outside(SeatName::Legal, 92)), Err("case.bad-end"));
        for seat in [SeatName::Business, SeatName::Operations, SeatName::Auditor] {
            assert_eq!(told(None, Some(false), outside(seat, 9)), Err("case.not-for-one-case"));
        }
        let inside = Some(scene::person(1));
        assert_eq!(told(inside.clone(), Some(false), legal()), Err("case.appointed-already"));
        let gone = inside.map(Person::deactivated);
        assert_eq!(told(gone, Some(false), legal()), Ok(1));
        let again = Some(Person::for_case(scene::id(40), &legal()));
        assert_eq!(told(again, Some(false), legal()), Ok(1));
    }

    #[test]
    fn nobody_reports_to_themselves_or_stands_in_for_themselves_along_whatever_way() {
        let with = |manager: Option<u128>, for_whom: Option<u128>, n: u128| {
            let mut appointment = scene::person(1).appointment().clone();
            appointment.manager = manager.map(scene::id);
            let until = scene::day(9);
            appointment.stands_in =
                for_whom.map(|n| StandIn { person: scene::id(n), until }).into_iter().collect();
            Person::appointed(scene::id(n), appointment)
        };
        let told = |asked: Person, others: Vec<Person>| {
            let related = others.into_iter().map(|it| (it.id(), it)).collect();
            let facts = Facts { related, ..scene::facts(scene::GUARD, 1) };
            let command = Command::Appoint(asked.appointment().clone());
            let asked = Asking::Person(asked.id(), command);
            answer(&State::Person(None), &facts, asked).map(|it| it.len()).map_err(|no| no.code())
        };
        let (two, three) = (with(Some(13), None, 12), with(Some(11), None, 13));
        assert_eq!(told(with(Some(12), None, 11), vec![two, three]), Err("case.circle"));
        assert_eq!(told(with(Some(11), None, 11), vec![with(None, None, 11)]), Err("case.circle"));
        assert_eq!(told(with(Some(12), None, 11), Vec::new()), Err("case.unknown"));
        assert_eq!(told(with(Some(12), None, 11), vec![with(Some(13), None, 12)]), Ok(1));
        let (two, three) = (with(None, Some(13), 12), with(None, Some(11), 13));
        assert_eq!(told(with(None, Some(12), 11), vec![two, three]), Err("case.circle"));
        assert_eq!(told(with(None, Some(11), 11), Vec::new()), Err("case.circle"));
        assert_eq!(told(with(None, Some(12), 11), vec![with(None, None, 12)]), Ok(1));
    }

    #[test]
    fn an_appointment_of_the_first_form_is_read_as_one_without_an_absence() {
        let golden = r#"{"person.appointed.1":{"name":"text:sha256:ab","seats":["control"],"identities":"text:sha256:cd","stands_in":[]}}"#;
        let event: Event = serde_json::from_str(golden).unwrap();
        let person = evolve(PersonId(uuid::Uuid::from_u128(9)), None, &event).unwrap();
        assert!(person.is_active() && person.appointment().away.is_none());
        assert_eq!(serde_json::to_string(&event).unwrap(), golden, "written as it was");
    }
}
