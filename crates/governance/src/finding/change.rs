//! The judge sees the same finding with somebody more or less affected, or in other words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Known};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;

/// What the judge sees now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// All of it.
    pub known: Known,
}

/// It is seen otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// What is seen now.
    pub known: Known,
    /// Since when.
    #[schemars(with = "Instant")]
    pub at: Timestamp,
}

pub(super) fn change(
    finding: &Finding,
    facts: &Facts,
    command: Change,
) -> Result<Vec<Event>, Refusal> {
    facts.machine(Machine::Judge)?;
    if finding.is_ended() {
        return Err(finding.wrong_stage("changed", "not ended"));
    }
    if finding.known == command.known {
        return Ok(Vec::new());
    }
    Ok(vec![Event::Changed(Changed { known: command.known, at: facts.now })])
}
