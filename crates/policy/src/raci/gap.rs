//! Where accountability is not whole: found before anybody needs the person (ACC-2). A pure question
//! about rows, people and a day.

use std::collections::BTreeMap;
use std::fmt;

use countersign_governance::id::PersonId;
use countersign_governance::seat::SeatName;
use jiff::civil::Date;

use super::{Plane, Raci};

/// How a person is there.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Presence {
    /// Who.
    pub person: PersonId,
    /// Whether they may act at all.
    pub active: bool,
    /// First and last day of an absence.
    pub away: Option<(Date, Date)>,
    /// Their seats.
    pub seats: Vec<SeatName>,
}

impl Presence {
    fn is_away(&self, on: Date) -> bool {
        self.away.is_some_and(|(from, until)| from <= on && on <= until)
    }
}

/// One gap, where and what.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Gap {
    /// The control plane, for gaps of a row.
    pub plane: Option<Plane>,
    /// The system, for gaps of a row.
    pub system: Option<String>,
    /// What is missing or too much.
    pub kind: GapKind,
}

/// What is missing or too much.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum GapKind {
    /// Nobody answers for it.
    Nobody,
    /// Several do.
    Several(Vec<PersonId>),
    /// Who answers for it is gone.
    Gone(PersonId),
    /// Who answers for it is away, and nobody stands in.
    AwayWithoutDeputy(PersonId),
    /// One person holds two seats that check each other.
    ConflictingSeats(PersonId, SeatName, SeatName),
    /// One person answers for more rows than the folder lets them.
    Overload(PersonId, usize),
    /// Nobody has said for too long that the row is so: days.
    Stale(PersonId, i64),
}

/// Every gap on a day, in order of control plane and system, then of person.
#[must_use]
pub fn gaps(raci: &Raci, systems: &[String], people: &[Presence], on: Date) -> Vec<Gap> {
    let by_id: BTreeMap<PersonId, &Presence> =
        people.iter().map(|person| (person.person, person)).collect();
    let mut found = Vec::new();
    let mut load: BTreeMap<PersonId, usize> = BTreeMap::new();
    for plane in Plane::ALL {
        for system in systems {
            let rows = raci.rows(plane, system);
            let kinds = match rows.as_slice() {
                [] => vec![GapKind::Nobody],
                [row] => {
                    let count = load.entry(row.accountable).or_default();
                    *count = count.saturating_add(1);
                    let person = by_id.get(&row.accountable).copied();
                    let age = days_between(row.attested, on);
                    let absent = absent(raci, (row.accountable, person), (plane, system), on);
                    // Whoever is gone says nothing any more: that is one gap.
                    let is_gone = matches!(absent, Some(GapKind::Gone(_)));
                    let stale = (age > raci.attest_days_max && !is_gone)
                        .then_some(GapKind::Stale(row.accountable, age));
                    absent.into_iter().chain(stale).collect()
                }
                rows => vec![GapKind::Several(rows.iter().map(|row| row.accountable).collect())],
            };
            let place = |kind| Gap { plane: Some(plane), system: Some(system.clone()), kind };
            found.extend(kinds.into_iter().map(place));
        }
    }
    // Whom no record knows is gone, which is said of each row.
    let is_over =
        |(who, rows): &(PersonId, usize)| *rows > raci.rows_each_max && by_id.contains_key(who);
    let overload = load.into_iter().filter(is_over);
    found.extend(overload.map(|(who, rows)| of_person(GapKind::Overload(who, rows))));
    for person in people.iter().filter(|person| person.active) {
        let both = raci
            .conflicts
            .iter()
            .filter(|(one, other)| person.seats.contains(one) && person.seats.contains(other));
        found.extend(
            both.map(|(one, other)| {
                of_person(GapKind::ConflictingSeats(person.person, *one, *other))
            }),
        );
    }
    found
}

fn of_person(kind: GapKind) -> Gap {
    Gap { plane: None, system: None, kind }
}

fn absent(
    raci: &Raci,
    (who, person): (PersonId, Option<&Presence>),
    (plane, system): (Plane, &str),
    on: Date,
) -> Option<GapKind> {
    match person {
        Some(person) if person.active && !person.is_away(on) => None,
        Some(person) if person.active => {
            let is_there =
                raci.deputies.iter().any(|it| it.person == who && it.covers(plane, system, on));
            (!is_there).then_some(GapKind::AwayWithoutDeputy(who))
        }
        Some(_) | None => Some(GapKind::Gone(who)),
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    from.until(to).map_or(i64::MAX, |span| i64::from(span.get_days()))
}

impl fmt::Display for Gap {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let (Some(plane), Some(system)) = (self.plane, &self.system) {
            write!(f, "{} of {system}: ", plane.as_str())?;
        }
        match &self.kind {
            GapKind::Nobody => f.write_str("nobody answers for it"),
            GapKind::Several(who) => write!(f, "{} people answer for it", who.len()),
            GapKind::Gone(_) => f.write_str("who answers for it is gone"),
            GapKind::AwayWithoutDeputy(_) => {
                f.write_str("who answers for it is away, and nobody stands in")
            }
            GapKind::ConflictingSeats(_, one, other) => {
                write!(f, "one person sits in {one} and {other}")
            }
            GapKind::Overload(_, rows) => write!(f, "one person answers for {rows} control planes"),
            GapKind::Stale(_, days) => write!(f, "nobody has attested it for {days} days"),
        }
    }
}
