//! What the engine finds: one toxic thing with its root cause, its paths and whom it affects. The
//! case that people work on (owner, clock, decisions) is `governance::finding`.

use serde::{Deserialize, Serialize};

use crate::edge::{EdgeKind, Missing};
use crate::fact::Locator;
use crate::node::{NodeId, NodeKind};
use crate::rule::{Class, Severity};

/// SHA-256 (lower-case hex) of rule id, root cause and the minimal path edges from the root cause to
/// each side. The affected set is not in it: joiners and leavers change no fingerprint.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(pub String);

/// Most identities listed in one finding; `affected_total` is exact.
pub const AFFECTED_MAX: usize = 1_000;

/// Most paths shown in one finding.
pub const PATHS_MAX: usize = 5;

/// A node as every output names it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct NodeRef {
    /// The system's own id.
    pub id: NodeId,
    /// What it is.
    pub kind: NodeKind,
    /// What people call it.
    pub name: String,
    /// Where it lives.
    pub system: String,
}

/// One step of a path: a node, and the edge that led to it (none for the first).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// The node.
    #[serde(flatten)]
    pub node: NodeRef,
    /// The edge that leads here from the step before.
    pub edge: Option<EdgeKind>,
    /// Where the source says that there is such an edge (for the first step: such a node).
    pub because: Locator,
}

/// Proven, or potential with what is missing.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Every step is a fact.
    Proven,
    /// At least one fact is not known.
    Potential,
}

impl Certainty {
    /// The name in files and outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Proven => "proven",
            Self::Potential => "potential",
        }
    }
}

/// One toxic thing in the graph.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// What makes it the same finding tomorrow.
    pub fingerprint: Fingerprint,
    /// The rule's id.
    pub rule: String,
    /// The rule's class.
    pub class: Class,
    /// The rule's title.
    pub title: String,
    /// The rule's severity.
    pub severity: Severity,
    /// Whether every step is a fact.
    pub certainty: Certainty,
    /// What is not known; empty exactly when proven.
    pub missing: Vec<Missing>,
    /// The lowest node where all sides meet.
    pub root_cause: NodeRef,
    /// Whom it affects, in order of id, the first [`AFFECTED_MAX`], or fewer where all findings together
    /// affect more than are kept (`engine::AFFECTED_KEPT_MAX`).
    pub affected: Vec<NodeRef>,
    /// How many it affects.
    pub affected_total: usize,
    /// The shortest paths, at most [`PATHS_MAX`]: from the nearest affected through the root cause to
    /// each side first, then from the next affected.
    pub paths: Vec<Vec<Step>>,
    /// Official ids.
    pub owasp_nhi: Vec<String>,
    /// Official ids.
    pub csf: Vec<String>,
    /// What to do about it.
    pub remedy: String,
}
