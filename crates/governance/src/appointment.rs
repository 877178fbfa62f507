//! Who is appointed to which seats, whose identities are theirs, and for whom they stand in. What can
//! be asked of such a record is `person`.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::{ExceptionId, FindingId, PersonId};
use crate::instant::Instant;
use crate::seat::SeatName;
use crate::text::TextDigest;

/// A person, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    id: PersonId,
    appointment: Appointment,
    active: bool,
    /// The seats that their groups at the provider of sign-ins stood for when they came from there last.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    by_group: BTreeSet<SeatName>,
    /// The one case for which somebody from outside sits in one seat; nothing for everybody else, and in
    /// the records that were kept before anybody could be.
    #[serde(default)]
    only: Option<Only>,
}

/// A case that is signed; written as `finding:ID` or `exception:ID`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub enum OneCase {
    /// A finding.
    Finding(FindingId),
    /// An exception.
    Exception(ExceptionId),
}

/// Words that name no case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this names no case: write finding:ID or exception:ID")]
pub struct NoCase;

impl fmt::Display for OneCase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Finding(id) => write!(f, "finding:{id}"),
            Self::Exception(id) => write!(f, "exception:{id}"),
        }
    }
}

impl From<OneCase> for String {
    fn from(case: OneCase) -> Self {
        case.to_string()
    }
}

impl TryFrom<String> for OneCase {
    type Error = NoCase;

    fn try_from(text: String) -> Result<Self, NoCase> {
        match text.split_once(':').ok_or(NoCase)? {
            ("finding", id) => id.parse().map(Self::Finding).map_err(|_| NoCase),
            ("exception", id) => id.parse().map(Self::Exception).map_err(|_| NoCase),
            _ => Err(NoCase),
        }
    }
}

/// The one seat of somebody from outside, on one case.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct Only {
    /// The case.
    pub case: OneCase,
    /// The seat.
    pub seat: SeatName,
    /// Until when, exclusive.
    pub until: Timestamp,
}

/// Somebody from outside, appointed to one seat for one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ForCase {
    /// The name, as a text.
    pub name: TextDigest,
    /// The identities in the graph that are this person's, as a text: a JSON list of ids.
    pub identities: TextDigest,
    /// The case, `finding:ID` or `exception:ID`.
    #[schemars(with = "String")]
    pub case: OneCase,
    /// The seat.
    pub seat: SeatName,
    /// Until when, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
}

/// What a person is appointed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Appointment {
    /// The name, as a text.
    pub name: TextDigest,
    /// The seats.
    pub seats: BTreeSet<SeatName>,
    /// The identities in the graph that are this person's, as a text: a JSON list of ids.
    pub identities: TextDigest,
    /// For whom this person stands in, and until when.
    pub stands_in: Vec<StandIn>,
    /// When they are away; nothing where no absence is known. The current state of a person that was kept
    /// before this was asked has none.
    #[serde(default)]
    pub away: Option<Away>,
    /// To whom this person reports; nothing where nobody is known. The current state of a person that was
    /// kept before this was asked has none.
    #[serde(default)]
    pub manager: Option<PersonId>,
}

/// An absence, in whole days.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Away {
    /// The first day.
    #[schemars(with = "String")]
    pub from: Date,
    /// The last day.
    #[schemars(with = "String")]
    pub until: Date,
}

/// What a person was appointed to before absences were kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The name, as a text.
    name: TextDigest,
    /// The seats.
    seats: BTreeSet<SeatName>,
    /// The identities in the graph that are this person's, as a text: a JSON list of ids.
    identities: TextDigest,
    /// For whom this person stands in, and until when.
    stands_in: Vec<StandIn>,
}

/// What a person was appointed to before it was kept to whom they report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Second {
    /// The name, as a text.
    name: TextDigest,
    /// The seats.
    seats: BTreeSet<SeatName>,
    /// The identities in the graph that are this person's, as a text: a JSON list of ids.
    identities: TextDigest,
    /// For whom this person stands in, and until when.
    stands_in: Vec<StandIn>,
    /// When they are away; nothing where no absence is known. The current state of a person that was kept
    /// before this was asked has none.
    #[serde(default)]
    away: Option<Away>,
}

impl Second {
    /// As it is written now.
    pub(crate) fn lifted(&self) -> Appointment {
        Appointment {
            name: self.name.clone(),
            seats: self.seats.clone(),
            identities: self.identities.clone(),
            stands_in: self.stands_in.clone(),
            away: self.away,
            manager: None,
        }
    }
}

impl ForCase {
    /// As whom they are known: without a seat that is good anywhere else.
    fn plain(&self) -> Appointment {
        Appointment {
            name: self.name.clone(),
            seats: BTreeSet::new(),
            identities: self.identities.clone(),
            stands_in: Vec::new(),
            away: None,
            manager: None,
        }
    }
}

impl Before {
    /// As it is written now.
    pub(crate) fn lifted(&self) -> Appointment {
        Appointment {
            name: self.name.clone(),
            seats: self.seats.clone(),
            identities: self.identities.clone(),
            stands_in: self.stands_in.clone(),
            away: None,
            manager: None,
        }
    }
}

/// Standing in for somebody, bounded in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct StandIn {
    /// For whom.
    pub person: PersonId,
    /// Until when, exclusive.
    #[schemars(with = "Instant")]
    pub until: Timestamp,
}

impl Person {
    /// Appointed, and active.
    pub(crate) fn appointed(id: PersonId, appointment: Appointment) -> Self {
        Self { id, appointment, active: true, by_group: BTreeSet::new(), only: None }
    }

    /// The same person in the seats that their groups stand for, besides those they are appointed to.
    pub(crate) fn seated_by_group(self, by_group: BTreeSet<SeatName>) -> Self {
        Self { by_group, ..self }
    }

    /// The same person in the seats alone to which somebody appointed them.
    #[must_use]
    pub fn as_appointed(self) -> Self {
        self.seated_by_group(BTreeSet::new())
    }

    /// From outside, for one case.
    pub(crate) fn for_case(id: PersonId, it: &ForCase) -> Self {
        let only = Only { case: it.case, seat: it.seat, until: it.until };
        Self {
            id,
            appointment: it.plain(),
            active: true,
            by_group: BTreeSet::new(),
            only: Some(only),
        }
    }

    /// The same person, no longer active.
    pub(crate) fn deactivated(self) -> Self {
        Self { active: false, ..self }
    }

    /// Who.
    #[must_use]
    pub fn id(&self) -> PersonId {
        self.id
    }

    /// Whether they may act at all.
    #[must_use]
    pub fn is_active(&self) -> bool {
        self.active
    }

    /// The seats that are theirs on every case: those that somebody appointed them to, and those of their
    /// groups; none for somebody from outside.
    #[must_use]
    pub fn seats(&self) -> Cow<'_, BTreeSet<SeatName>> {
        if self.by_group.is_empty() {
            Cow::Borrowed(&self.appointment.seats)
        } else {
            Cow::Owned(&self.appointment.seats | &self.by_group)
        }
    }

    /// The seats of their groups at the provider of sign-ins.
    #[must_use]
    pub fn by_group(&self) -> &BTreeSet<SeatName> {
        &self.by_group
    }

    /// The seats that are theirs on a case at a time: beside their own the one that somebody from outside
    /// was given for it.
    #[must_use]
    pub fn seats_on(&self, case: Option<OneCase>, now: Timestamp) -> BTreeSet<SeatName> {
        let only = self.only.filter(|it| Some(it.case) == case && now < it.until);
        self.seats().iter().copied().chain(only.map(|it| it.seat)).collect()
    }

    /// The one case of somebody from outside.
    #[must_use]
    pub fn only(&self) -> Option<Only> {
        self.only
    }

    /// To whom they report.
    #[must_use]
    pub fn manager(&self) -> Option<PersonId> {
        self.appointment.manager
    }

    /// Whether they sit where a risk can be carried: active, in the business seat, and not in the one
    /// that sets the rules.
    #[must_use]
    pub fn can_carry(&self) -> bool {
        self.active
            && self.seats().contains(&SeatName::Business)
            && !self.seats().contains(&SeatName::Security)
    }

    /// Whether they can answer for something: active, in a seat that does more than read.
    #[must_use]
    pub fn can_answer(&self) -> bool {
        self.active && self.seats().iter().any(|seat| *seat != SeatName::Auditor)
    }

    /// All that they are appointed to.
    #[must_use]
    pub fn appointment(&self) -> &Appointment {
        &self.appointment
    }

    /// For whom they stand in at this time.
    pub fn stands_in_for(&self, now: Timestamp) -> impl Iterator<Item = PersonId> + '_ {
        self.appointment.stands_in.iter().filter(move |it| now < it.until).map(|it| it.person)
    }
}

/// Everybody with whom somebody is bound when they sign: themselves, those for whom they stand in, and all
/// to whom any of these report, all the way up. Whoever is not among the records leads no further.
#[must_use]
pub fn bound<'a>(
    person: &'a Person,
    now: Timestamp,
    record: impl Fn(PersonId) -> Option<&'a Person>,
) -> BTreeSet<PersonId> {
    let mut bound: BTreeSet<PersonId> =
        [person.id].into_iter().chain(person.stands_in_for(now)).collect();
    let mut next: Vec<PersonId> = bound.iter().copied().collect();
    while let Some(id) = next.pop() {
        let known = if id == person.id { Some(person) } else { record(id) };
        if let Some(manager) = known.and_then(Person::manager)
            && bound.insert(manager)
        {
            next.push(manager);
        }
    }
    bound
}

/// Whether somebody is met again on the way from these people along a relation: a circle.
#[must_use]
pub fn leads_to<'a, I: Iterator<Item = PersonId>>(
    from: impl IntoIterator<Item = PersonId>,
    to: PersonId,
    next: impl Fn(PersonId) -> I + 'a,
) -> bool {
    let mut seen = BTreeSet::new();
    let mut open: Vec<PersonId> = from.into_iter().collect();
    while let Some(id) = open.pop() {
        if id == to {
            return true;
        }
        if seen.insert(id) {
            open.extend(next(id));
        }
    }
    false
}
