//! The judge sees a finding for the first time.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Known};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// What the judge saw.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Open {
    /// All of it.
    pub known: Known,
}

/// It was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Opened {
    /// What was seen.
    pub known: Known,
    /// When.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn open(
    state: Option<&Finding>,
    facts: &Facts,
    command: Open,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Judge)?;
    if state.is_some() {
        return Err(Refusal::Exists("finding"));
    }
    Ok(vec![Event::Opened(Opened { known: command.known, at: facts.now })])
}
