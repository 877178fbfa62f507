//! What a source said, by run. Facts belong to a source, not to a node: replacing what one source
//! says never removes what another one says (law 10).

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::edge::Edge;
use crate::node::Node;
pub use crate::source::{Locator, SourceId};

/// Something that could not be read. "Not visible" is never "none".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Unreadable {
    /// Which object or place: `FILE:LINE`, a catalog, a database.
    #[serde(rename = "where")]
    pub place: String,
    /// Why: denied, malformed, truncated.
    pub why: String,
}

/// Part of what a source says; chunks of one run are added together.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Chunk {
    /// Nodes.
    pub nodes: Vec<Node>,
    /// Edges; either end may be unknown (dangling).
    pub edges: Vec<Edge>,
}

/// All that one source said in one run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Run {
    /// Who says so.
    pub source: SourceId,
    /// When it was read, by our clock, at the start of the read.
    pub read_at: Timestamp,
    /// What could not be read. Only a run with nothing unreadable is complete, and only a complete
    /// run can show that something is gone.
    pub unreadable: Vec<Unreadable>,
    /// What it said.
    pub facts: Chunk,
}

impl Run {
    /// True when nothing was unreadable.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        self.unreadable.is_empty()
    }
}

/// What an answer rests on: one source and the age of its last read.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct RestsOn {
    /// The source.
    pub source: SourceId,
    /// When it was read.
    pub read_at: Timestamp,
    /// Whether that read saw everything.
    pub complete: bool,
}
