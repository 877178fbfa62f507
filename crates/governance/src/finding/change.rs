//! The judge sees the same finding with somebody more or less affected, or in other words.

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Event, Finding, Known};
use crate::actor::Machine;
use crate::facts::Facts;
use crate::instant::Instant;
use crate::refusal::Refusal;
use crate::text::TextDigest;

/// What the judge sees now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// All of it.
    pub known: Known,
    /// Who joined and who left, if anybody did or that is not known.
    pub moved: Option<Moved>,
}

/// Who joined and who left since it was seen last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    /// How many joined.
    pub joined_total: u64,
    /// How many left.
    pub left_total: u64,
    /// Whether both are exact; otherwise at least so many.
    pub totals_exact: bool,
    /// The first of each by id and name, as a text (JSON).
    pub names: TextDigest,
}

/// It is seen otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Changed {
    /// What is seen now.
    pub known: Known,
    /// Who joined and who left; none when nobody did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub moved: Option<Moved>,
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
    let Change { known, moved } = command;
    Ok(vec![Event::Changed(Changed { known, moved, at: facts.now })])
}
