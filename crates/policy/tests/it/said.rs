//! What people say of who answers for something, over the site's file: exactly one person in each cell,
//! never nobody by handing over, never somebody who is gone.

use std::collections::BTreeSet;

use countersign_governance::accountability::{self, Cell, Plane};
use countersign_governance::actor::Actor;
use countersign_governance::authority::Authority;
use countersign_governance::event::Event;
use countersign_governance::facts::{Answers, Erased, Facts};
use countersign_governance::id::{PersonId, SystemId};
use countersign_governance::person::{self, Appointment, Person};
use countersign_governance::seat::SeatName;
use countersign_governance::text::TextDigest;
use countersign_governance::{Command, State, Subject, decide, evolve};
use countersign_policy::folder::{self, Folder};
use countersign_policy::raci::{Raci, Row, Said};
use jiff::Timestamp;
use jiff::civil::{Date, date};
use proptest::prelude::*;

use crate::folder::with;

const SYSTEM: &str = "erp";

fn id(number: u8) -> PersonId {
    PersonId(uuid::Uuid::from_u128(0x0190_0000_0000_7000_8000_0000_0000_0000 + u128::from(number)))
}

fn day(number: i64) -> Date {
    date(2026, 1, 1).saturating_add(jiff::Span::new().days(number))
}

/// A folder whose file names each of these people for `credentials` of these systems, since a day.
#[expect(clippy::expect_used, reason = "the folder is whole")]
fn site(rows: &[(&str, u8, i64)]) -> Folder {
    let people: BTreeSet<u8> = rows.iter().map(|(_, who, _)| *who).collect();
    let people = people.iter().map(|who| format!("p{who} = \"{}\"\n", id(*who)));
    let rows = rows.iter().map(|(system, who, on)| {
        format!(
            "[[row]]\nplane = \"credentials\"\nsystem = \"{system}\"\naccountable = \"p{who}\"\n\
             attested = \"{}\"\n",
            day(*on)
        )
    });
    let more = people.collect::<String>() + &rows.collect::<String>();
    folder::load(&with("raci.toml", |text| format!("{text}\n[people]\n{more}"))).expect("whole")
}

fn said(who: u8, on: i64) -> Said {
    Said { plane: Plane::Credentials, system: SYSTEM.to_owned(), accountable: id(who), on: day(on) }
}

fn rows(raci: &Raci) -> Vec<(PersonId, Date)> {
    raci.rows(Plane::Credentials, SYSTEM)
        .iter()
        .map(|row| (row.accountable, row.attested))
        .collect()
}

#[test]
fn the_newer_word_counts_and_on_one_day_that_of_the_person() {
    let raci = site(&[("erp", 1, 10)]).raci;
    assert_eq!(rows(&raci.as_said(&[said(2, 9)])), [(id(1), day(10))]);
    assert_eq!(rows(&raci.as_said(&[said(2, 10)])), [(id(2), day(10))]);
    let none = site(&[]).raci;
    assert_eq!(rows(&none.as_said(&[said(2, 1)])), [(id(2), day(1))], "a file without a row");
    let several = site(&[("e*", 1, 10), ("*p", 2, 30)]).raci;
    assert_eq!(rows(&several.as_said(&[said(3, 20)])).len(), 2, "the newest row counts");
    let one = several.as_said(&[said(3, 30)]);
    assert_eq!(rows(&one), [(id(3), day(30))]);
    assert_eq!(one.rows(Plane::Credentials, "erq").len(), 1, "other systems stay as they were");
}

#[test]
fn people_are_named_by_their_name_and_whoever_is_not_there_stays_nobody() {
    let texts = with("raci.toml", |text| {
        format!(
            "{text}\n[people]\nruth = \"Ruth Adeyemi\"\nnobody = \"No Such Person\"\n\
             again = \"{}\"\n[[row]]\nplane = \"credentials\"\nsystem = \"erp\"\n\
             accountable = \"ruth\"\nresponsible = [\"nobody\"]\nattested = \"2026-10-01\"\n\
             [[deputy]]\nfor = \"ruth\"\nby = \"again\"\nplanes = [\"credentials\"]\n\
             systems = [\"*\"]\nfrom = \"2026-12-01\"\nuntil = \"2026-12-31\"\n",
            id(1)
        )
    });
    let raci = folder::load(&texts).expect("whole").raci;
    let before = raci.rows(Plane::Credentials, "erp")[0].accountable;
    assert_ne!(before, id(1));
    let now = raci.resolved(|name| (name == "Ruth Adeyemi").then(|| id(1)));
    let row: Row = now.rows(Plane::Credentials, "erp")[0].clone();
    assert_eq!(row.accountable, id(1));
    assert_eq!(now.people.get("ruth"), Some(&id(1)));
    let left: Vec<&str> = now.unresolved.values().map(String::as_str).collect();
    assert_eq!(left, ["No Such Person"]);
    assert!(now.unresolved.contains_key(&row.responsible[0]), "a name that nobody has");
    assert!(now.deputies.is_empty(), "nobody stands in for themselves under another name");
}

/// What somebody does on the next day.
#[derive(Debug, Clone)]
enum Move {
    Attest(u8),
    HandOver(u8, u8),
    TakeOver(u8),
    /// Leaves.
    Leave(u8),
    /// The site writes this person into its file, as attested on this day.
    File(u8, i64),
    /// Nothing happens for so many days.
    Wait(i64),
}

fn moves() -> impl Strategy<Value = Vec<Move>> {
    let who = || 1_u8..6;
    let one = prop_oneof![
        3 => who().prop_map(Move::Attest),
        4 => (who(), who()).prop_map(|(by, to)| Move::HandOver(by, to)),
        4 => who().prop_map(Move::TakeOver),
        1 => who().prop_map(Move::Leave),
        1 => (who(), -5_i64..60).prop_map(|(who, on)| Move::File(who, on)),
        1 => (0_i64..20).prop_map(Move::Wait),
    ];
    proptest::collection::vec(one, 1..40)
}

/// Person 5 sits in security, the others in business.
#[expect(clippy::panic, reason = "whoever is appointed has a record")]
fn person(number: u8, has_left: bool) -> Person {
    let seat = if number == 5 { SeatName::Security } else { SeatName::Business };
    let text = TextDigest("text:sha256:x".to_owned());
    let appointment = Appointment {
        name: text.clone(),
        seats: [seat].into(),
        identities: text,
        stands_in: Vec::new(),
        away: None,
        manager: None,
    };
    let subject = Subject::Person(id(number));
    let appointed = Event::Person(person::Event::Appointed(appointment));
    let mut state = evolve(subject, subject.nothing(), &appointed);
    if has_left {
        state = evolve(subject, state, &Event::Person(person::Event::Deactivated {}));
    }
    let State::Person(Some(person)) = state else { panic!("appointed") };
    person
}

fn facts(actor: u8, named: Option<Person>, answers: Answers, (left, on): (&[u8], i64)) -> Facts {
    let now = Timestamp::UNIX_EPOCH + jiff::SignedDuration::from_hours(24 * (20_454 + on));
    Facts {
        now,
        actor: Actor::Person(id(actor)),
        person: Some(person(actor, left.contains(&actor))),
        named,
        others: Vec::new(),
        related: Default::default(),
        case: None,
        one_case_ended: None,
        owner: None,
        next: None,
        authority: Authority::everything(),
        holders: BTreeSet::new(),
        erased: Erased::default(),
        holders_cut: false,
        by_hand: false,
        due: Timestamp::UNIX_EPOCH,
        deputy_for: None,
        policy: None,
        on_path: false,
        reach: None,
        about: None,
        answers: Some(answers),
        routine: None,
        review: None,
    }
}

/// The cell with what was said of it, the file, and who has left.
struct World {
    base: Raci,
    file: (u8, i64),
    state: State,
    left: Vec<u8>,
}

impl World {
    fn raci(&self) -> Raci {
        let mut raci = self.base.clone();
        for row in &mut raci.rows {
            (row.accountable, row.attested) = (id(self.file.0), day(self.file.1));
        }
        let State::Accountability(Some(state)) = &self.state else { return raci };
        let said = state.said.map(|it| Said {
            plane: Plane::Credentials,
            system: SYSTEM.to_owned(),
            accountable: it.accountable,
            on: jiff::tz::TimeZone::UTC.to_datetime(it.at).date(),
        });
        raci.as_said(said.as_slice())
    }

    fn accountable(&self) -> Vec<PersonId> {
        rows(&self.raci()).into_iter().map(|(who, _)| who).collect()
    }
}

#[test]
fn one_person_answers_whatever_is_said_and_nobody_who_is_gone_takes_over() {
    let base = site(&[(SYSTEM, 1, 0)]).raci;
    let config =
        ProptestConfig { cases: 256, failure_persistence: None, ..ProptestConfig::default() };
    proptest!(config, |(steps in moves())| {
        let cell = Cell { plane: Plane::Credentials, system: SystemId(uuid::Uuid::from_u128(7)) };
        let subject = Subject::Accountability(cell);
        let base = base.clone();
        let mut world = World { base, file: (1, 0), state: subject.nothing(), left: Vec::new() };
        let mut on = 0;
        for step in steps {
            on += 1;
            let before = world.accountable();
            prop_assert_eq!(before.len(), 1, "one row, one person");
            let left = world.left.clone();
            let gone = |who: &PersonId| left.iter().any(|it| id(*it) == *who);
            let (by, command, named) = match step {
                Move::Attest(by) => (by, accountability::Command::Attest, None),
                Move::HandOver(by, to) => {
                    let named = person(to, left.contains(&to));
                    (by, accountability::Command::HandOver(id(to)), Some(named))
                }
                Move::TakeOver(by) => (by, accountability::Command::TakeOver, None),
                Move::Leave(who) => {
                    world.left.push(who);
                    continue;
                }
                Move::File(who, from) => {
                    world.file = (who, from);
                    continue;
                }
                Move::Wait(days) => {
                    on += days;
                    continue;
                }
            };
            let answers = Answers { accountable: Some(before[0]), is_active: !gone(&before[0]) };
            let facts = facts(by, named, answers, (&left, on));
            let takes = command == accountability::Command::TakeOver;
            let offered = matches!(&world.state, State::Accountability(Some(it))
                if it.offer.as_ref().is_some_and(|offer| offer.to == id(by)));
            let Ok(events) = decide(&world.state, &facts, Command::Accountability(cell, command)) else {
                continue;
            };
            for event in &events {
                world.state = evolve(subject, world.state, event);
            }
            let after = world.accountable();
            prop_assert_eq!(after.len(), 1);
            prop_assert!(!left.contains(&by), "nobody who is gone does anything");
            if takes {
                prop_assert!(offered, "nobody takes what was not handed to them");
            } else {
                prop_assert_eq!(after, before, "what is handed over stays until it is taken");
            }
        }
    });
}

#[test]
fn what_is_said_of_one_cell_alone_is_what_the_whole_says_of_it() {
    let file = site(&[("*", 1, 0), (SYSTEM, 2, 5), ("crm", 3, 2)]).raci;
    for words in [vec![], vec![said(4, 1)], vec![said(4, 9)]] {
        let whole = file.as_said(&words);
        for system in [SYSTEM, "crm", "other"] {
            for plane in Plane::ALL {
                let here: Vec<Said> =
                    words.iter().filter(|it| it.system == system).cloned().collect();
                let here: Vec<Said> = here.into_iter().filter(|it| it.plane == plane).collect();
                let one = file.at(plane, system).as_said(&here);
                assert_eq!(one.rows(plane, system), whole.rows(plane, system), "{system}");
                for who in 1..5 {
                    let row = |raci: &Raci| raci.row_for(id(who), plane, system, day(9)).cloned();
                    assert_eq!(row(&one), row(&whole), "{who} {system}");
                }
            }
        }
    }
}

#[test]
fn somebody_has_the_duties_of_the_rows_that_are_theirs_and_no_other() {
    let raci = site(&[("*", 1, 0), (SYSTEM, 2, 5)]).raci;
    let told = |who, system| raci.duties(id(who), system, day(9));
    let named = |words: &[&str]| words.iter().map(|it| (*it).to_owned()).collect::<BTreeSet<_>>();
    let general = "accountable.credentials.*";
    assert_eq!(told(1, None), named(&[general]));
    assert_eq!(told(1, Some("crm")), named(&["accountable.credentials", general]));
    assert_eq!(told(1, Some(SYSTEM)), named(&[general]), "somebody else answers for it there");
    let both = ["accountable.credentials", "accountable.credentials.erp"];
    assert_eq!(told(2, Some(SYSTEM)), named(&both));
    assert!(told(3, Some(SYSTEM)).is_empty());
}
