//! What the engine is asked and what it answers: plain types, each answer with what it rests on and
//! whether it is partial. Computes nothing.

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use super::moved::ChangedFinding;
use super::ways::OneWay;
use crate::edge::{Edge, EdgeKey, EdgeKind, Missing};
use crate::fact::{Locator, RestsOn};
use crate::finding::{Certainty, Finding, Fingerprint, NodeRef, Step};
use crate::glob::Glob;
use crate::node::NodeId;

/// Most answers that one list holds; `total` stays exact.
pub const ANSWERS_MAX: usize = 100_000;

/// Which kinds of edge a question follows.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct EdgeFilter {
    kinds: BTreeSet<EdgeKind>,
}

impl EdgeFilter {
    /// Follows every kind.
    #[must_use]
    pub fn all() -> Self {
        Self::default()
    }

    /// Follows these kinds; none named means every kind.
    #[must_use]
    pub fn only(kinds: impl IntoIterator<Item = EdgeKind>) -> Self {
        Self { kinds: kinds.into_iter().collect() }
    }

    /// Whether edges of this kind are followed.
    #[must_use]
    pub fn follows(&self, kind: EdgeKind) -> bool {
        self.kinds.is_empty() || self.kinds.contains(&kind)
    }
}

/// A question by permission: who can do this on that.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// What is to be done; read by each entitlement's own notation.
    pub action: Glob,
    /// On what; read by each entitlement's own notation.
    pub resource: Glob,
    /// Only entitlements of this namespace, or of all namespaces.
    pub namespace: Option<String>,
}

/// Edges to take away and to add, on a copy.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Edit {
    /// Taken away, whichever source says them.
    pub remove: BTreeSet<EdgeKey>,
    /// Added, as if a source of their own said them.
    pub add: Vec<Edge>,
}

/// A list with what it rests on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Answer<T> {
    /// The answers, in order of id, the first [`ANSWERS_MAX`].
    pub answers: Vec<T>,
    /// How many there are.
    pub total: usize,
    /// Why the list is not whole, if it is not.
    pub partial: Option<String>,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// One node that has, or is had.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holder {
    /// The node.
    #[serde(flatten)]
    pub node: NodeRef,
    /// The last node between: the one that has the far end directly, on the shortest path. None
    /// where there is no node between.
    pub via: Option<NodeRef>,
    /// Whether some path is proven.
    pub certainty: Certainty,
    /// In which namespaces, `*` alone for all; empty where namespaces do not apply.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub namespaces: Vec<String>,
    /// The only objects it is good for; empty where there is no such limit.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub resource_names: Vec<String>,
}

/// An entitlement that a node has in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Held {
    /// The entitlement.
    pub entitlement: NodeRef,
    /// Whether some path to it is proven.
    pub certainty: Certainty,
    /// Who on the way has it directly, in order of id, the first [`super::SOURCES_MAX`].
    pub sources: Vec<Source>,
    /// How many have it directly.
    pub sources_total: usize,
}

/// Who has something directly, and who says so.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Source {
    /// Who.
    pub node: NodeRef,
    /// How.
    pub edge: EdgeKind,
    /// Where a source says so.
    pub because: Locator,
}

/// Who stands behind some nodes.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Behind {
    /// All of them that were come by.
    pub nodes: BTreeSet<NodeId>,
    /// Whether a limit cut the search off: then who is not among them may still stand behind.
    pub is_cut: bool,
}

/// Who can do something.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhoCan {
    /// Who can do it without a limit to named objects.
    #[serde(flatten)]
    pub answer: Answer<Holder>,
    /// Who can do it on the named objects only; no answer to the question as it was asked.
    pub limited: Vec<Holder>,
}

/// What a node can reach in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Blast {
    /// The resources; an entitlement stands for a resource that is only text. `total` counts
    /// distinct resources.
    #[serde(flatten)]
    pub answer: Answer<Holder>,
    /// The total by kind of the node that stands for the resource.
    pub by_kind: BTreeMap<String, usize>,
    /// The total by system.
    pub by_system: BTreeMap<String, usize>,
    /// The total by system and sensitivity, in this order, what is not known last of each system.
    pub by_sensitivity: Vec<Sensitive>,
}

/// How many resources of one system are how sensitive.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Sensitive {
    /// The system.
    pub system: String,
    /// What its tag `sensitivity` says of each, in the source's own words; none where nothing says so,
    /// which does not mean that it is not sensitive.
    pub sensitivity: Option<String>,
    /// How many.
    pub total: usize,
}

/// Ways from one node to another: the shortest ones, or all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Ways {
    /// Whether there is any.
    pub found: bool,
    /// Edges on the shortest; zero when there is none or both ends are the same.
    pub length: usize,
    /// The ways. Of the shortest ones those first that are proven, in order of the ids along them, at
    /// most [`crate::finding::PATHS_MAX`]; of all the shortest first.
    pub paths: Vec<Vec<Step>>,
    /// What is said of each of them, in the same order.
    pub ways: Vec<OneWay>,
    /// Whether there are more of those that were asked for, or nobody knows that there are not.
    pub more: bool,
    /// What is not known about the first of them.
    pub missing: Vec<Missing>,
    /// Why these are not all that was asked for, if a bound was met.
    pub partial: Option<String>,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// Single edges whose removal clears findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Cut {
    /// The edges, those that clear most first.
    pub edges: Vec<CutEdge>,
    /// Whether no better edge can have been missed.
    pub exact: bool,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// One edge and what its removal does.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct CutEdge {
    /// The edge.
    #[serde(flatten)]
    pub edge: EdgeKey,
    /// How many findings would have nobody left whom they affect.
    pub clears: usize,
}

/// Edges whose removal together clears findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct CutSet {
    /// The edges, all of which have to go; none when they clear nothing.
    pub edges: Vec<EdgeKey>,
    /// Whether they clear all that was asked for.
    pub clears: bool,
    /// With fewer edges it cannot be done: proven.
    pub at_least: u64,
    /// Whether it is proven that no fewer do, or that none do. Otherwise a limit was met, or nobody
    /// knows.
    pub is_exact: bool,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// What an edit would do to the findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct WhatIf {
    /// Findings that would be no more.
    pub ended: Vec<Finding>,
    /// Findings that would be new.
    pub opened: Vec<Finding>,
    /// Findings that would stay, with other content, and who would join and leave.
    pub changed: Vec<ChangedFinding>,
    /// Why the answer is not whole, if it is not.
    pub partial: Option<String>,
    /// The sources behind it.
    pub rests_on: Vec<RestsOn>,
}

/// What came, went and is otherwise; each list in order, at most [`ANSWERS_MAX`] of each.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Changes<T, C = T> {
    /// What was not there before.
    pub came: Vec<T>,
    /// How many, listed or not.
    pub came_total: usize,
    /// What is no longer there.
    pub gone: Vec<T>,
    /// How many, listed or not.
    pub gone_total: usize,
    /// What was there and is described otherwise.
    pub changed: Vec<C>,
    /// How many, listed or not.
    pub changed_total: usize,
}

/// What is different between an earlier graph and a later one, both judged by the rules of the later.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Difference {
    /// Nodes.
    pub nodes: Changes<NodeRef>,
    /// Edges between known nodes.
    pub edges: Changes<EdgeKey>,
    /// Findings; of those that are otherwise, who joined and who left.
    pub findings: Changes<Finding, ChangedFinding>,
    /// Why the findings are not all, if they are not.
    pub partial: Option<String>,
    /// The reads behind the earlier one.
    pub earlier: Vec<RestsOn>,
    /// The reads behind the later one.
    pub later: Vec<RestsOn>,
}

/// The graph in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Stats {
    /// Distinct nodes.
    pub nodes: usize,
    /// Distinct edges, dangling ones included.
    pub edges: usize,
    /// Nodes by kind.
    pub nodes_by_kind: BTreeMap<String, usize>,
    /// Edges by kind, dangling ones included.
    pub edges_by_kind: BTreeMap<String, usize>,
    /// Edges with an end that no source knows.
    pub dangling: Vec<EdgeKey>,
    /// Edges that access runs along: both ends known, nothing expired.
    pub traversable: usize,
}

/// Whether the kept state is what a full evaluation gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Verified {
    /// It is.
    pub equal: bool,
    /// The first thing that is not, in words.
    pub first_difference: Option<String>,
}

/// How a node still meets a rule.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Still {
    /// Whether it is proven that it does.
    pub certainty: Certainty,
    /// What is not known; empty exactly when proven.
    pub missing: Vec<Missing>,
    /// Through which lowest nodes, in order of id.
    pub root_causes: Vec<NodeRef>,
    /// The shortest path through each root cause to each side, at most
    /// [`crate::finding::PATHS_MAX`].
    pub paths: Vec<Vec<Step>>,
}

/// An id that no source knows.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no source knows a node `{0}`: check the id, or read the system that should have it")]
pub struct UnknownNode(pub NodeId);

/// A finding that is not there.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("the graph has no finding `{}` at this time: list the findings to see those there are", .0.0)]
pub struct UnknownFinding(pub Fingerprint);

/// A rule that no loaded pack has.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("no loaded pack has a rule `{0}`: load the pack that has it")]
pub struct UnknownRule(pub String);

/// Why an edit cannot be tried.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadEdit {
    /// An added edge has an end that no source knows.
    #[error(transparent)]
    Node(#[from] UnknownNode),
    /// No source says the edge that is to go.
    #[error("no source says an edge `{0}`: name an edge as source,kind,target")]
    Edge(EdgeKey),
}
