//! What a source said, by run. Facts belong to a source, not to a node: replacing what one source
//! says never removes what another one says (law 10).

use std::fmt;

use jiff::Timestamp;
use serde::{Deserialize, Serialize};

use crate::edge::Edge;
use crate::node::Node;

/// Where a source says something: `FILE:LINE` where the form has lines, else the object's own name
/// and part (`RoleBinding ns/name subject[0]`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The source: a configured system's name, or a file's path.
    pub source: SourceId,
    /// The place in it.
    pub locator: String,
}

/// The name of a source of facts: a configured system, or a file given to `scan`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub std::sync::Arc<str>);

impl SourceId {
    /// A source of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(std::sync::Arc::from(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A place in this source.
    #[must_use]
    pub fn at(&self, locator: impl Into<String>) -> Locator {
        Locator { source: self.clone(), locator: locator.into() }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

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
