//! Which policy is in force, since when and by whom. There is one such subject.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::actor::{Actor, Machine};
use crate::facts::Facts;
use crate::refusal::{Refusal, Refused};
use crate::seat::{Security, Signature};

/// The policy in force.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    /// SHA-256 of the policy folder.
    pub digest: String,
    /// Who put it in force; nobody for the first start.
    pub signed: Option<Signature<Security>>,
}

/// What can be asked of the policy.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Command {
    /// Put the policy with this digest in force.
    Adopt(String),
}

/// What happened to the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub enum Event {
    /// In force.
    #[serde(rename = "policy.adopted.1")]
    Adopted(Policy),
    /// Somebody was told no.
    #[serde(rename = "policy.refused.1")]
    Refused(Refused),
}

/// Answers a command about the policy: the first is put in force by the first start, each later one
/// is signed from the security seat.
pub(crate) fn decide(
    state: Option<&Policy>,
    facts: &Facts,
    command: Command,
) -> Result<Vec<Event>, Refusal> {
    let Command::Adopt(digest) = command;
    let signed = match (state, facts.actor) {
        (None, Actor::Machine(Machine::Setup)) => None,
        (Some(_), Actor::Machine(_)) => return Err(Refusal::WrongActor("a person")),
        (None | Some(_), _) => Some(facts.sign::<Security>(&[])?),
    };
    Ok(vec![Event::Adopted(Policy { digest, signed })])
}

/// Adds one event to the policy.
pub(crate) fn evolve(state: Option<Policy>, event: &Event) -> Option<Policy> {
    match event {
        Event::Adopted(policy) => Some(policy.clone()),
        Event::Refused(_) => state,
    }
}
