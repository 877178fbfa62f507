//! How much depends on a process, in four words. A word of its own, because the facts of a decision and the
//! process itself both need it.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How much depends on a process.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
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
