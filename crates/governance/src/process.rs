//! A business process: how critical it is and who owns its risk.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
pub use crate::criticality::Criticality;
use crate::facts::Facts;
use crate::id::{PersonId, ProcessId};
use crate::refusal::{Refusal, Refused};
use crate::seat::SeatName;
use crate::text::TextDigest;

/// A process, as the events say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Process {
    /// Which.
    pub id: ProcessId,
    /// What is known of it.
    pub definition: Definition,
}

/// What is known of a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Definition {
    /// The short key by which rules and nodes name it (`procure-to-pay`).
    pub key: String,
    /// The name people use, as a text.
    pub name: TextDigest,
    /// How critical.
    pub criticality: Criticality,
    /// The one person who owns its risk.
    pub owner: PersonId,
    /// Whether the law or a supervisor has a say, so that legal or compliance signs too. The current
    /// state of a process that was kept before this was asked does not say, which is no.
    #[serde(default)]
    pub regulated: bool,
}

/// What was known of a process before it could be regulated.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Before {
    /// The short key by which rules and nodes name it.
    key: String,
    /// The name people use, as a text.
    name: TextDigest,
    /// How critical.
    criticality: Criticality,
    /// The one person who owns its risk.
    owner: PersonId,
}

impl Before {
    /// As it is written now.
    fn lifted(&self) -> Definition {
        Definition {
            key: self.key.clone(),
            name: self.name.clone(),
            criticality: self.criticality,
            owner: self.owner,
            regulated: false,
        }
    }
}

/// What can be asked of a process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Define it, anew or instead of the former definition.
    Define(Definition),
}

/// What happened to a process.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// Defined.
    #[serde(rename = "process.defined.2")]
    Defined(Definition),
    /// Defined, as it was written first.
    #[serde(rename = "process.defined.1")]
    DefinedBefore(Before),
    /// Somebody was told no.
    #[serde(rename = "process.refused.1")]
    Refused(Refused),
}

/// Answers a command about a process.
pub(crate) fn decide(facts: &Facts, command: Command) -> Result<Vec<Event>, Refusal> {
    if facts.actor != Actor::Machine(Machine::Setup) {
        facts.permitted_person()?;
    }
    let Command::Define(definition) = command;
    let owner = facts.named.as_ref().ok_or(Refusal::Unknown("person"))?;
    let fits = owner.id() == definition.owner
        && owner.is_active()
        && owner.seats().contains(&SeatName::Business);
    if fits { Ok(vec![Event::Defined(definition)]) } else { Err(Refusal::CannotOwn) }
}

/// Adds one event to a process.
pub(crate) fn evolve(id: ProcessId, state: Option<Process>, event: &Event) -> Option<Process> {
    match event {
        Event::Defined(definition) => Some(Process { id, definition: definition.clone() }),
        Event::DefinedBefore(before) => Some(Process { id, definition: before.lifted() }),
        Event::Refused(_) => state,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_process_of_the_first_form_is_read_as_one_that_is_not_regulated() {
        let owner = "00000000-0000-0000-0000-000000000001";
        let golden = format!(
            r#"{{"process.defined.1":{{"key":"payroll","name":"text:sha256:ab","criticality":"high","owner":"{owner}"}}}}"#
        );
        let event: Event = serde_json::from_str(&golden).unwrap();
        let id = ProcessId(uuid::Uuid::from_u128(9));
        let process = evolve(id, None, &event).unwrap();
        assert_eq!(process.definition.key, "payroll");
        assert!(!process.definition.regulated);
        assert_eq!(serde_json::to_string(&event).unwrap(), golden, "written as it was");
    }
}
