//! What a question to the graph is answered with, in the JSON form that other programs rely on
//! (version 1). The API sends it, and the command line shows it, whether it asked a server or files.

use std::collections::BTreeMap;

use countersign_access::edge::{EdgeKey, Missing};
use countersign_access::engine::{
    ChangedFinding, Changes, CutEdge, Holder, OneWay, Sensitive, SideWays,
};
use countersign_access::fact::RestsOn;
use countersign_access::finding::{Finding, NodeRef, Step};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::shape;

/// Version of the JSON form.
const VERSION: u32 = 1;

/// An answer with its version and whether it is whole.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphReply)]
pub struct Reply<B> {
    /// Version of this form.
    pub version: u32,
    /// What was asked for.
    #[serde(flatten)]
    pub body: B,
    /// Whether something could not be read or a limit was met.
    pub partial: bool,
    /// Why; empty when not partial.
    pub why_partial: Vec<String>,
}

impl<B> Reply<B> {
    /// An answer, and why it is partial if it is.
    pub(super) fn new(body: B, why_partial: Vec<String>) -> Self {
        Self { version: VERSION, body, partial: !why_partial.is_empty(), why_partial }
    }

    pub(super) fn is_partial_too(&mut self, why: String) {
        self.partial = true;
        self.why_partial.push(why);
    }
}

/// What each question is answered with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Body {
    /// The graph in figures.
    Stats(Stats),
    /// Nodes.
    List(List),
    /// Resources.
    Blast(Blast),
    /// Entitlements.
    Access(Access),
    /// Ways.
    Ways(Ways),
    /// Ways of a finding.
    WaysOf(Box<FindingWays>),
    /// Edges to take away.
    Cut(Cut),
    /// Edges to take away together.
    CutSet(CutSet),
    /// What would be.
    WhatIf(WhatIf),
    /// Whether the graph is what it should be.
    Verified(Verified),
    /// What is different between two times.
    Difference(Box<Difference>),
}

/// The graph in figures.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphStats)]
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
    #[schema(value_type = Vec<shape::Edge>)]
    pub dangling: Vec<EdgeKey>,
    /// Edges that access runs along: both ends known, nothing expired.
    pub traversable: usize,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// Nodes, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphNodes)]
pub struct List {
    /// Each with `id`, `kind`, `name`, `system`, `via` (the node through which) and `certainty`; where
    /// they apply `namespaces` and `resource_names` too.
    #[schema(value_type = Vec<shape::Holder>)]
    pub answers: Vec<Holder>,
    /// How many there are, listed or not.
    pub total: usize,
    /// Who has it on named objects only; no answer to the question.
    #[schema(value_type = Vec<shape::Holder>)]
    pub limited: Vec<Holder>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// Distinct resources, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphBlast)]
pub struct Blast {
    /// Each with `id`, `kind`, `name`, `system`, `via` and `certainty`. An entitlement stands for a
    /// resource that is only text.
    #[schema(value_type = Vec<shape::Holder>)]
    pub answers: Vec<Holder>,
    /// How many there are, listed or not.
    pub total: usize,
    /// The total by kind of the node that stands for the resource.
    pub by_kind: BTreeMap<String, usize>,
    /// The total by system.
    pub by_system: BTreeMap<String, usize>,
    /// The total by system and sensitivity: `system`, `sensitivity` as the source's tag of this name
    /// says it or null where nothing says it, and `total`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub by_sensitivity: Vec<Sensitive>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// Entitlements that a node has in the end, in order of id.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphAccess)]
pub struct Access {
    /// Each with whoever has it directly.
    pub answers: Vec<Held>,
    /// How many there are, listed or not.
    pub total: usize,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// An entitlement that a node has in the end.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphHeld)]
pub struct Held {
    /// Its id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// Where it lives.
    pub system: String,
    /// Proven, or potential where not every step is a fact.
    pub certainty: String,
    /// The ids of those on the way who have it directly, the first of them.
    pub through: Vec<String>,
    /// How many have it directly.
    pub through_total: usize,
    /// For each of them: the source and the place that says so.
    pub because: Vec<String>,
}

/// Ways from one node to another: the shortest, or all.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphWays)]
pub struct Ways {
    /// Whether there is any.
    pub found: bool,
    /// Edges on the shortest; zero when there is none or both ends are the same.
    pub length: usize,
    /// At most five of the shortest ones; or all, shortest first. A step is a node (`id`, `kind`, `name`,
    /// `system`), the `edge` that leads to it, and `because`: `source` and `locator`.
    #[schema(value_type = Vec<Vec<shape::Step>>)]
    pub paths: Vec<Vec<Step>>,
    /// What is said of each path, in the same order: `fingerprint`, `length`, `certainty` and `missing`.
    #[serde(default)]
    #[schema(value_type = Vec<Object>)]
    pub ways: Vec<OneWay>,
    /// Whether there are more of those that were asked for, or nobody knows that there are not.
    #[serde(default)]
    pub more: bool,
    /// What is not known about the first of them: `kind`, `what`.
    #[schema(value_type = Vec<shape::Missing>)]
    pub missing: Vec<Missing>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// All ways of a finding to each thing that its rule asks for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphFindingWays)]
pub struct FindingWays {
    /// Which finding.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// Its root cause: `id`, `kind`, `name`, `system`.
    #[schema(value_type = Object)]
    pub root_cause: NodeRef,
    /// Where the ways begin.
    #[schema(value_type = Object)]
    pub from: NodeRef,
    /// The value that the sides share, where the rule asks for one and it matters.
    pub shared: Option<String>,
    /// For each thing that must be reached `side`, `paths` (shortest first), what is said of each of them
    /// in `ways`, and whether there may be `more`. The `fingerprint` of a way is the one that the finding
    /// has where this is its way; null where it does not lead through the root cause.
    #[schema(value_type = Vec<Object>)]
    pub sides: Vec<SideWays>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<Object>)]
    pub rests_on: Vec<RestsOn>,
}

/// Single edges whose removal clears findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphCut)]
pub struct Cut {
    /// `source`, `kind`, `target`, and how many findings it `clears`; the best first.
    #[schema(value_type = Vec<shape::CutEdge>)]
    pub edges: Vec<CutEdge>,
    /// Whether no better edge can have been missed.
    pub exact: bool,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// Edges whose removal together clears a finding.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphCutSet)]
pub struct CutSet {
    /// `source`, `kind`, `target` of each: all have to go. Empty when no edges clear it, or none were found.
    #[schema(value_type = Vec<shape::Edge>)]
    pub edges: Vec<EdgeKey>,
    /// Whether they clear it.
    pub clears: bool,
    /// With fewer edges it cannot be done: proven.
    pub at_least: u64,
    /// Whether it is proven that no fewer edges clear it, or that none do.
    pub is_exact: bool,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// What an edit would do to the findings.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphWhatIf)]
pub struct WhatIf {
    /// Findings that would be no more.
    #[schema(value_type = Vec<shape::Finding>)]
    pub ended: Vec<Finding>,
    /// Findings that would be new.
    #[schema(value_type = Vec<shape::Finding>)]
    pub opened: Vec<Finding>,
    /// Findings that would stay, with other content: as they would be, with who would join (`joined`,
    /// `joined_total`) and leave (`left`, `left_total`), and whether these totals are exact
    /// (`totals_exact`).
    #[schema(value_type = Vec<shape::ChangedFinding>)]
    pub changed: Vec<ChangedFinding>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// Whether the kept state is what a full evaluation gives.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphVerified)]
pub struct Verified {
    /// It is.
    pub equal: bool,
    /// The first thing that is not, in words.
    pub first_difference: Option<String>,
    /// The reads behind it: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub rests_on: Vec<RestsOn>,
}

/// What came, went and is otherwise between two times.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[schema(as = GraphDifference)]
pub struct Difference {
    /// Nodes: `came`, `gone` and `changed`, each with its `.._total`. A node has `id`, `kind`, `name` and
    /// `system`.
    #[schema(value_type = shape::Changes<shape::Node, shape::Node>)]
    pub nodes: Changes<NodeRef>,
    /// Edges, likewise: `source`, `kind`, `target`.
    #[schema(value_type = shape::Changes<shape::Edge, shape::Edge>)]
    pub edges: Changes<EdgeKey>,
    /// Findings, likewise: both times judged by the rules that this server has now. Those that are
    /// otherwise say who joined (`joined`, `joined_total`) and left (`left`, `left_total`), and whether
    /// these totals are exact (`totals_exact`).
    #[schema(value_type = shape::Changes<shape::Finding, shape::ChangedFinding>)]
    pub findings: Changes<Finding, ChangedFinding>,
    /// The reads behind the earlier time: `source`, `read_at`, `complete`.
    #[schema(value_type = Vec<shape::Read>)]
    pub earlier: Vec<RestsOn>,
    /// The reads behind the later time.
    #[schema(value_type = Vec<shape::Read>)]
    pub later: Vec<RestsOn>,
}
