//! A person: the seats they sit in, the identities that are theirs, and for whom they stand in.
//! Names and ids of identities are texts and stand outside the events.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
pub use crate::appointment::{Appointment, Away, Before, Person, StandIn};
use crate::facts::Facts;
use crate::id::PersonId;
use crate::refusal::{Refusal, Refused};

/// What can be asked of a person's record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Appoint to these seats, new or instead of the former ones.
    Appoint(Appointment),
    /// End all appointments at once.
    Deactivate,
}

/// What happened to a person's record.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Appointed.
    #[serde(rename = "person.appointed.2")]
    Appointed(Appointment),
    /// Appointed, as it was written first.
    #[serde(rename = "person.appointed.1")]
    AppointedBefore(Before),
    /// No longer active.
    #[serde(rename = "person.deactivated.1")]
    Deactivated {},
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
    let by_setup = facts.actor == Actor::Machine(Machine::Setup);
    if !by_setup {
        let by = facts.permitted_person()?.id();
        // Whoever appoints themselves could take any seat, or disown what they hold.
        if by == subject {
            return Err(Refusal::OwnAppointment);
        }
    }
    match command {
        Command::Appoint(appointment) if appointment.seats.is_empty() => {
            let _ = appointment;
            Err(Refusal::Empty("a person needs at least one seat"))
        }
        Command::Appoint(Appointment { away: Some(Away { from, until }), .. }) if until < from => {
            Err(Refusal::Empty("an absence ends on the day it begins, or later"))
        }
        Command::Appoint(appointment) => Ok(vec![Event::Appointed(appointment)]),
        Command::Deactivate => match state {
            Some(person) if person.is_active() => Ok(vec![Event::Deactivated {}]),
            Some(_) => Ok(Vec::new()),
            None => Err(Refusal::Unknown("person")),
        },
    }
}

/// Adds one event to a person's record.
pub(crate) fn evolve(id: PersonId, state: Option<Person>, event: &Event) -> Option<Person> {
    match event {
        Event::Appointed(appointment) => Some(Person::appointed(id, appointment.clone())),
        Event::AppointedBefore(before) => Some(Person::appointed(id, before.lifted())),
        Event::Deactivated {} => state.map(Person::deactivated),
        Event::Refused(_) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_appointment_of_the_first_form_is_read_as_one_without_an_absence() {
        let golden = r#"{"person.appointed.1":{"name":"text:sha256:ab","seats":["control"],"identities":"text:sha256:cd","stands_in":[]}}"#;
        let event: Event = serde_json::from_str(golden).unwrap();
        let person = evolve(PersonId(uuid::Uuid::from_u128(9)), None, &event).unwrap();
        assert!(person.is_active() && person.appointment().away.is_none());
        assert_eq!(serde_json::to_string(&event).unwrap(), golden, "written as it was");
    }
}
