//! Unites what several sources say about the same node or edge, for reading only: each source's
//! facts stay its own (law 10). The first source in order of name gives the scalars, tags are
//! united, an edge is proven if any source proves it. Knows nothing of access.

use std::cmp::Ordering;
use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use jiff::Timestamp;

use super::answer::Edit;
use crate::edge::{Edge, EdgeKey, EdgeKind, Missing};
use crate::fact::{Locator, Run, SourceId};
use crate::node::{Node, NodeId};

/// What each source says, shared between an engine and the one that comes after it.
pub(super) type Runs = BTreeMap<SourceId, Arc<Run>>;

/// A node as all sources together describe it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The united description.
    pub(super) node: Node,
    /// When the first source that knows it was read.
    pub(super) read_at: Timestamp,
    /// Past its own end when its source was read.
    pub(super) ended: bool,
}

/// An edge as all sources together describe it, its ends as positions among the nodes.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    /// Position of the source.
    pub(super) source: u32,
    /// Position of the target.
    pub(super) target: u32,
    /// How.
    pub(super) kind: EdgeKind,
    /// Not past its own end when its source was read.
    pub(super) live: bool,
    /// What is not known; empty when proven.
    pub(super) missing: Vec<Missing>,
    /// Where the fact stands that counts.
    pub(super) because: Locator,
}

/// All edges: those between known nodes, and those that dangle.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    /// Both ends known, one of each key, in no particular order.
    pub(super) joined: Vec<Joined>,
    /// At least one end unknown, one of each key, in order.
    pub(super) dangling: Vec<EdgeKey>,
}

/// All nodes in order of id.
pub(super) fn nodes(runs: &Runs) -> Vec<Seen> {
    let mut rows: Vec<(usize, &Node, Timestamp)> = Vec::new();
    for (rank, run) in runs.values().enumerate() {
        rows.extend(run.facts.nodes.iter().map(|node| (rank, node, run.read_at)));
    }
    rows.sort_unstable_by(|a, b| {
        a.1.id.cmp(&b.1.id).then(a.0.cmp(&b.0)).then_with(|| by_content(a.1, b.1))
    });
    rows.chunk_by(|a, b| a.1.id == b.1.id).filter_map(unite).collect()
}

/// All edges, after the edit.
pub(super) fn edges(runs: &Runs, nodes: &[Seen], edit: &Edit) -> Edges {
    let places: HashMap<&NodeId, u32> =
        nodes.iter().map(|seen| &seen.node.id).zip(0u32..).collect();
    let mut said: Vec<Said<'_>> = Vec::new();
    let mut dangling = Vec::new();
    let removes = !edit.remove.is_empty();
    let facts = runs
        .values()
        .enumerate()
        .flat_map(|(rank, run)| run.facts.edges.iter().map(move |edge| (rank, edge, run.read_at)));
    let kept = facts.filter(|(_, edge, _)| !removes || !edit.remove.contains(&edge.key));
    let added = edit.add.iter().map(|edge| (usize::MAX, edge, Timestamp::MIN));
    for (rank, edge, read_at) in kept.chain(added) {
        match (places.get(&edge.key.source), places.get(&edge.key.target)) {
            (Some(&source), Some(&target)) => {
                let live = !is_past(edge.expires, read_at);
                said.push(Said { source, target, rank, live, edge });
            }
            _ => dangling.push(edge.key.clone()),
        }
    }
    dangling.sort_unstable();
    dangling.dedup();
    said.sort_unstable_by_key(Said::key);
    let joined = said.chunk_by(|a, b| a.key() == b.key()).filter_map(join).collect();
    Edges { joined, dangling }
}

/// Takes in what a source says now. A partial run copies what its source said before, where an older engine still holds that.
pub(super) fn take_in(runs: &mut Runs, run: Run) {
    let run = match runs.remove(&run.source) {
        Some(old) if !run.is_complete() => absorb(Arc::unwrap_or_clone(old), run),
        Some(_) | None => run,
    };
    runs.insert(run.source.clone(), Arc::new(run));
}

/// What a source says after a partial run, which only adds and updates.
fn absorb(old: Run, new: Run) -> Run {
    let mut run = Run { facts: old.facts, ..new };
    let nodes: std::collections::HashSet<&NodeId> =
        new.facts.nodes.iter().map(|node| &node.id).collect();
    run.facts.nodes.retain(|node| !nodes.contains(&node.id));
    let edges: std::collections::HashSet<(&EdgeKey, &Option<String>, &str)> =
        new.facts.edges.iter().map(statement).collect();
    run.facts.edges.retain(|edge| !edges.contains(&statement(edge)));
    run.facts.nodes.extend(new.facts.nodes);
    run.facts.edges.extend(new.facts.edges);
    run
}

/// One statement of a source about an edge: two grantors, or two bindings, are two statements.
fn statement(edge: &Edge) -> (&EdgeKey, &Option<String>, &str) {
    (&edge.key, &edge.grantor, &edge.because.locator)
}

/// One source's word on an edge.
struct Said<'a> {
    source: u32,
    target: u32,
    rank: usize,
    live: bool,
    edge: &'a Edge,
}

impl Said<'_> {
    fn key(&self) -> (u32, u32, EdgeKind) {
        (self.source, self.target, self.edge.key.kind)
    }

    /// Which of several words counts: live before ended, proven before potential, then by source.
    fn before(&self, other: &Self) -> Ordering {
        let worth = |it: &Self| (!it.live, !it.edge.missing.is_empty(), it.rank);
        worth(self).cmp(&worth(other)).then_with(|| {
            let detail = |edge: &Edge| {
                (edge.because.clone(), edge.grantor.clone(), edge.granted_at, edge.expires)
            };
            detail(self.edge)
                .cmp(&detail(other.edge))
                .then_with(|| self.edge.missing.cmp(&other.edge.missing))
        })
    }
}

fn join(said: &[Said<'_>]) -> Option<Joined> {
    let first = match said {
        [only] => only,
        several => several.iter().min_by(|a, b| a.before(b))?,
    };
    Some(Joined {
        source: first.source,
        target: first.target,
        kind: first.edge.key.kind,
        live: first.live,
        missing: first.edge.missing.clone(),
        because: first.edge.because.clone(),
    })
}

fn unite(rows: &[(usize, &Node, Timestamp)]) -> Option<Seen> {
    let ((_, first, read_at), rest) = rows.split_first()?;
    let mut seen =
        Seen { node: (*first).clone(), read_at: *read_at, ended: is_past(first.expires, *read_at) };
    for (_, other, read_at) in rest {
        if seen.node.expires.is_none() {
            seen.node.expires = other.expires;
            seen.ended = is_past(other.expires, *read_at);
        }
        fill(&mut seen.node, other);
    }
    Some(seen)
}

/// Takes from another source what is still unsaid. Action, resource, notation and names belong
/// together and come from one source.
fn fill(node: &mut Node, other: &Node) {
    if node.action.is_none() && node.resource.is_none() && node.resource_names.is_empty() {
        node.action.clone_from(&other.action);
        node.resource.clone_from(&other.resource);
        node.notation = other.notation;
        node.resource_names.clone_from(&other.resource_names);
    }
    node.environment = node.environment.take().or_else(|| other.environment.clone());
    node.process = node.process.take().or_else(|| other.process.clone());
    node.owner = node.owner.take().or_else(|| other.owner.clone());
    node.created = node.created.or(other.created);
    node.last_used = node.last_used.or(other.last_used);
    for (key, value) in &other.tags {
        node.tags.entry(key.clone()).or_insert_with(|| value.clone());
    }
}

/// Half-open: at the instant of the end it is over.
fn is_past(expires: Option<Timestamp>, read_at: Timestamp) -> bool {
    expires.is_some_and(|end| end <= read_at)
}

/// An order among rows of one source about one node, so that the order of the rows says nothing.
fn by_content(a: &Node, b: &Node) -> Ordering {
    let text = |node: &Node| {
        let Node { because, name, system, action, resource, resource_names, .. } = node.clone();
        (because, node.kind, name, system, action, resource, resource_names)
    };
    let rest = |node: &Node| {
        let Node { environment, process, owner, tags, .. } = node.clone();
        let notation = node.notation == crate::node::Notation::Kubernetes;
        let times = (node.created, node.last_used, node.expires);
        (notation, environment, process, owner, times, tags)
    };
    text(a).cmp(&text(b)).then_with(|| rest(a).cmp(&rest(b)))
}
