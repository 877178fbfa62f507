//! A person: the seats they sit in, the identities that are theirs, and for whom they stand in.
//! Names and ids of identities are texts and stand outside the events.

use std::collections::BTreeSet;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::{Refusal, Refused};
use crate::seat::SeatName;
use crate::text::TextDigest;

/// A person, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Person {
    id: PersonId,
    appointment: Appointment,
    active: bool,
}

/// What a person is appointed to.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Appointment {
    /// The name, as a text.
    pub name: TextDigest,
    /// The seats.
    pub seats: BTreeSet<SeatName>,
    /// The identities in the graph that are this person's, as a text: a JSON list of ids.
    pub identities: TextDigest,
    /// For whom this person stands in, and until when.
    pub stands_in: Vec<StandIn>,
}

/// Standing in for somebody, bounded in time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
pub struct StandIn {
    /// For whom.
    pub person: PersonId,
    /// Until when, exclusive.
    pub until: Timestamp,
}

impl Person {
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

    /// The seats.
    #[must_use]
    pub fn seats(&self) -> &BTreeSet<SeatName> {
        &self.appointment.seats
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

/// What can be asked of a person's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Appoint to these seats, new or instead of the former ones.
    Appoint(Appointment),
    /// End all appointments at once.
    Deactivate,
}

/// What happened to a person's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Appointed.
    #[serde(rename = "person.appointed.1")]
    Appointed(Appointment),
    /// No longer active.
    #[serde(rename = "person.deactivated.1")]
    Deactivated {},
    /// Somebody was told no.
    #[serde(rename = "person.refused.1")]
    Refused(Refused),
}

/// Answers a command about a person.
pub(crate) fn decide(
    state: Option<&Person>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let by_setup = facts.actor == Actor::Machine(Machine::Setup);
    if !by_setup {
        facts.permitted_person()?;
    }
    match command {
        Command::Appoint(appointment) if appointment.seats.is_empty() => {
            let _ = appointment;
            Err(Refusal::Empty("a person needs at least one seat"))
        }
        Command::Appoint(appointment) => Ok(vec![Event::Appointed(appointment)]),
        Command::Deactivate => match state {
            Some(person) if person.active => Ok(vec![Event::Deactivated {}]),
            Some(_) => Ok(Vec::new()),
            None => Err(Refusal::Unknown("person")),
        },
    }
}

/// Adds one event to a person's record.
pub(crate) fn evolve(id: PersonId, state: Option<Person>, event: &Event) -> Option<Person> {
    match event {
        Event::Appointed(appointment) => {
            Some(Person { id, appointment: appointment.clone(), active: true })
        }
        Event::Deactivated {} => state.map(|person| Person { active: false, ..person }),
        Event::Refused(_) => state,
    }
}
