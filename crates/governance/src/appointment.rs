//! Who is appointed to which seats, whose identities are theirs, and for whom they stand in. What can
//! be asked of such a record is `person`.

use std::borrow::Cow;
use std::collections::BTreeSet;

use jiff::Timestamp;
use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::id::PersonId;
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

impl Before {
    /// As it is written now.
    pub(crate) fn lifted(&self) -> Appointment {
        Appointment {
            name: self.name.clone(),
            seats: self.seats.clone(),
            identities: self.identities.clone(),
            stands_in: self.stands_in.clone(),
            away: None,
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
        Self { id, appointment, active: true, by_group: BTreeSet::new() }
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

    /// The seats: those that somebody appointed them to, and those of their groups.
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
