//! A business process: how critical it is and who owns its risk.

use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Definition {
    /// The short key by which rules and nodes name it (`procure-to-pay`).
    pub key: String,
    /// The name people use, as a text.
    pub name: TextDigest,
    /// How critical.
    pub criticality: Criticality,
    /// The one person who owns its risk.
    pub owner: PersonId,
}

/// How much depends on a process.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Criticality {
    /// Can wait for days.
    Low,
    /// Can wait for a day.
    Medium,
    /// Can wait for hours.
    High,
    /// Cannot wait.
    Critical,
}

impl Criticality {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Low => "low",
            Self::Medium => "medium",
            Self::High => "high",
            Self::Critical => "critical",
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
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub enum Event {
    /// Defined.
    #[serde(rename = "process.defined.1")]
    Defined(Definition),
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
        Event::Refused(_) => state,
    }
}
