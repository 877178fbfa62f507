//! Unites what several sources say about the same node or edge, for reading only: each source's
//! facts stay its own (law 10), and where only one speaks nothing is copied. The first source in order of name gives the scalars, tags are
//! united, an edge is proven if any source proves it. Knows nothing of access.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use crate::edge::{Edge, EdgeKey, EdgeKind};
use crate::fact::{Run, SourceId};
use crate::node::{Node, NodeId};

/// What each source says, shared between an engine and the one that comes after it.
pub(super) type Runs = BTreeMap<SourceId, Arc<Run>>;

/// A node where its only source says it, or as several sources together describe it.
#[derive(Debug, Clone)]
pub(super) enum Described {
    /// The run, and the position among its nodes.
    By(Arc<Run>, usize),
    /// The united description.
    Together(Box<Node>),
}

impl Deref for Described {
    type Target = Node;

    #[expect(clippy::indexing_slicing, reason = "the position was found in this very run")]
    fn deref(&self) -> &Node {
        match self {
            Self::By(run, at) => &run.facts.nodes[*at],
            Self::Together(node) => node,
        }
    }
}

impl PartialEq for Described {
    fn eq(&self, other: &Self) -> bool {
        let is_same = match (self, other) {
            (Self::By(one, at), Self::By(other, place)) => Arc::ptr_eq(one, other) && at == place,
            (Self::By(..) | Self::Together(_), _) => false,
        };
        is_same || **self == **other
    }
}

/// A node as all sources together describe it.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// The description.
    pub(super) node: Described,
    /// When the first source that knows it was read.
    pub(super) read_at: Timestamp,
    /// Past its own end when its source was read.
    pub(super) ended: bool,
}

/// An edge as all sources together describe it, in the direction in which access is gained.
#[derive(Debug, Clone, Copy)]
pub(super) struct Joined {
    /// Position of who gains.
    pub(super) from: u32,
    /// Position of that from which they gain.
    pub(super) to: u32,
    /// How.
    pub(super) kind: EdgeKind,
    /// Not past its own end when its source was read.
    pub(super) live: bool,
    /// Which run says so; where several do, the one that counts.
    pub(super) rank: u32,
    /// Where among its edges.
    pub(super) at: u32,
}

/// All edges: those between known nodes, and those that dangle.
#[derive(Debug, Clone, Default)]
pub(super) struct Edges {
    /// Both ends known, one of each ends and kind, in order of them.
    pub(super) joined: Vec<Joined>,
    /// At least one end unknown, one of each key, in order.
    pub(super) dangling: Vec<EdgeKey>,
}

/// All nodes in order of id.
pub(super) fn nodes(runs: &[Arc<Run>]) -> Vec<Seen> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (rank, run) in runs.iter().enumerate() {
        let nodes = run.facts.nodes.iter().enumerate();
        rows.extend(nodes.map(|(at, node)| Row { rank, run, at, node }));
    }
    // Sources say most in order: a stable sort takes what is in order as it is.
    rows.sort_by(|a, b| {
        let by_id = a.node.id.cmp(&b.node.id);
        by_id.then(a.rank.cmp(&b.rank)).then_with(|| by_content(a.node, b.node))
    });
    rows.chunk_by(|a, b| a.node.id == b.node.id).filter_map(unite).collect()
}

/// All edges of the runs. Those of `gone` count as said by no run before `supposed`.
pub(super) fn edges(
    runs: &[Arc<Run>],
    nodes: &[Seen],
    gone: &BTreeSet<EdgeKey>,
    supposed: usize,
) -> Edges {
    let known = nodes.iter().map(|seen| seen.node.id.as_str()).zip(0u32..);
    let mut places = HashMap::with_capacity_and_hasher(nodes.len(), RandomState::default());
    places.extend(known);
    let (mut said, mut dangling) = (Vec::new(), Vec::new());
    let all = runs.iter().map(|run| run.facts.edges.len()).sum();
    said.reserve_exact(all);
    for (rank, run) in (0u32..).zip(runs) {
        // Neighbours often have the same beginning.
        let mut last: Option<(&str, Option<u32>)> = None;
        let may_be_gone = !gone.is_empty() && (rank as usize) < supposed;
        for (at, edge) in (0u32..).zip(&run.facts.edges) {
            if may_be_gone && gone.contains(&edge.key) {
                continue;
            }
            let source = edge.key.source.as_str();
            let from = match last {
                Some((known, place)) if known == source => place,
                _ => places.get(source).copied(),
            };
            last = Some((source, from));
            let to = places.get(edge.key.target.as_str()).copied();
            let (Some(mut from), Some(mut to)) = (from, to) else {
                dangling.push(edge.key.clone());
                continue;
            };
            if edge.key.kind == EdgeKind::IsAccountOf {
                std::mem::swap(&mut from, &mut to);
            }
            let live = !is_past(edge.expires, run.read_at);
            said.push(Joined { from, to, kind: edge.key.kind, live, rank, at });
        }
    }
    dangling.sort_unstable();
    dangling.dedup();
    let key = |it: &Joined| (it.from, it.to, it.kind);
    said.sort_unstable_by_key(key);
    let joined = said.chunk_by(|a, b| key(a) == key(b)).filter_map(|it| join(runs, it)).collect();
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

/// The edge that a run says at a position.
pub(super) fn fact<'a>(runs: &'a [Arc<Run>], joined: &Joined) -> Option<&'a Edge> {
    runs.get(joined.rank as usize)?.facts.edges.get(joined.at as usize)
}

/// Which of several words counts: live before ended, proven before potential, then by source.
fn before(runs: &[Arc<Run>], one: &Joined, other: &Joined) -> Ordering {
    let (Some(a), Some(b)) = (fact(runs, one), fact(runs, other)) else { return Ordering::Equal };
    let worth = |it: &Joined, edge: &Edge| (!it.live, !edge.missing.is_empty(), it.rank);
    worth(one, a).cmp(&worth(other, b)).then_with(|| {
        let detail = |edge: &Edge| {
            (edge.because.clone(), edge.grantor.clone(), edge.granted_at, edge.expires)
        };
        detail(a).cmp(&detail(b)).then_with(|| a.missing.cmp(&b.missing))
    })
}

fn join(runs: &[Arc<Run>], said: &[Joined]) -> Option<Joined> {
    match said {
        [only] => Some(*only),
        several => several.iter().min_by(|a, b| before(runs, a, b)).copied(),
    }
}

/// What one source says of a node.
struct Row<'a> {
    rank: usize,
    run: &'a Arc<Run>,
    at: usize,
    node: &'a Node,
}

fn unite(rows: &[Row<'_>]) -> Option<Seen> {
    let (first, rest) = rows.split_first()?;
    let read_at = first.run.read_at;
    let mut ended = is_past(first.node.expires, read_at);
    if rest.is_empty() {
        return Some(Seen { node: Described::By(Arc::clone(first.run), first.at), read_at, ended });
    }
    let mut node = first.node.clone();
    for other in rest {
        if node.expires.is_none() {
            node.expires = other.node.expires;
            ended = is_past(other.node.expires, other.run.read_at);
        }
        fill(&mut node, other.node);
    }
    Some(Seen { node: Described::Together(Box::new(node)), read_at, ended })
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
