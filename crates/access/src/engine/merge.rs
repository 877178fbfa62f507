//! Unites what several sources say about the same node or edge, for reading only: each source's
//! facts stay its own (law 10), and where only one speaks nothing is copied. The first source in order of name gives the scalars, tags are
//! united, an edge is proven if any source proves it. Knows nothing of access.

use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::ops::Deref;
use std::sync::Arc;

use foldhash::fast::RandomState;
use jiff::Timestamp;

use super::answer::Edit;
use super::watch::Pace;
use crate::edge::{Edge, EdgeKey, EdgeKind};
use crate::fact::{Chunk, Run, SourceId};
use crate::node::{Node, NodeId};

/// What each source says, shared between an engine and the one that comes after it.
pub(super) type Runs = BTreeMap<SourceId, Arc<Run>>;

/// A node where its only source says it, or as several sources together describe it.
#[derive(Debug, Clone)]
pub(super) enum Described {
    /// The run, and the position among its nodes.
    By(Arc<Run>, usize),
    /// The united description.
    Together(Arc<Together>),
}

/// A united description, with who says what of it.
#[derive(Debug)]
pub(super) struct Together {
    node: Node,
    said: Vec<(Arc<Run>, usize)>,
}

impl Described {
    /// Who says it: the run and the position among its nodes.
    pub(super) fn said(&self) -> impl Iterator<Item = (&Arc<Run>, usize)> {
        let (one, several) = match self {
            Self::By(run, at) => (Some((run, *at)), &[][..]),
            Self::Together(together) => (None, together.said.as_slice()),
        };
        one.into_iter().chain(several.iter().map(|(run, at)| (run, *at)))
    }

    /// Whether both are one and the same description, told without reading it.
    pub(super) fn is_same(&self, other: &Self) -> bool {
        match (self, other) {
            (Self::By(one, at), Self::By(other, place)) => Arc::ptr_eq(one, other) && at == place,
            (Self::Together(one), Self::Together(other)) => Arc::ptr_eq(one, other),
            (Self::By(..), Self::Together(_)) | (Self::Together(_), Self::By(..)) => false,
        }
    }
}

impl Deref for Described {
    type Target = Node;

    #[expect(clippy::indexing_slicing, reason = "the position was found in this very run")]
    fn deref(&self) -> &Node {
        match self {
            Self::By(run, at) => &run.facts.nodes[*at],
            Self::Together(together) => &together.node,
        }
    }
}

impl PartialEq for Described {
    fn eq(&self, other: &Self) -> bool {
        self.is_same(other) || **self == **other
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

/// What one source says of an edge, in the direction in which access is gained.
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
    /// Nothing is missing in it.
    pub(super) sure: bool,
    /// Which run says so.
    pub(super) rank: u32,
    /// Where among its edges.
    pub(super) at: u32,
}

/// Which edge it is about: edges are in order of this.
pub(super) type Ends = (u32, u32, EdgeKind);

impl Joined {
    /// What a run says at a position about an edge between these two.
    pub(super) fn of(
        (run, rank): (&Run, u32),
        at: u32,
        (from, to): (u32, u32),
        edge: &Edge,
    ) -> Self {
        let live = !is_past(edge.expires, run.read_at);
        let sure = edge.missing.is_empty();
        Self { from, to, kind: edge.key.kind, live, sure, rank, at }
    }

    pub(super) fn ends(&self) -> Ends {
        (self.from, self.to, self.kind)
    }
}

/// Where a run says something: which, by its place among the runs, and at which position.
pub(super) type Place = (u32, u32);

/// What sources say of edges.
#[derive(Debug, Clone, Default)]
pub(super) struct Said {
    /// Of edges between known nodes.
    pub(super) joined: Vec<Joined>,
    /// Of edges with an unknown end.
    pub(super) loose: Vec<Place>,
}

/// All runs, those first who come first by name, and behind them what the edit adds; how many come before.
pub(super) fn with_supposed(runs: &Runs, edit: &Edit) -> (Vec<Arc<Run>>, usize) {
    let mut runs: Vec<Arc<Run>> = runs.values().cloned().collect();
    let supposed = runs.len();
    if !edit.add.is_empty() {
        let facts = Chunk { nodes: Vec::new(), edges: edit.add.clone() };
        let (source, read_at) = (SourceId::new("supposed"), Timestamp::MIN);
        runs.push(Arc::new(Run { source, read_at, unreadable: Vec::new(), facts }));
    }
    (runs, supposed)
}

/// All nodes in order of id.
pub(super) fn nodes(runs: &[Arc<Run>]) -> Vec<Seen> {
    let rows = rows(runs, 0..runs.len());
    rows.chunk_by(|a, b| a.node.id == b.node.id).filter_map(unite).collect()
}

/// What these runs say of nodes, in order of id.
pub(super) fn rows(runs: &[Arc<Run>], ranks: impl IntoIterator<Item = usize>) -> Vec<Row<'_>> {
    let mut rows: Vec<Row<'_>> = Vec::new();
    for (rank, run) in ranks.into_iter().filter_map(|rank| Some((rank, runs.get(rank)?))) {
        let nodes = run.facts.nodes.iter().enumerate();
        rows.extend(nodes.map(|(at, node)| Row { rank, run, at, node }));
    }
    // Sources say most in order: a stable sort takes what is in order as it is.
    rows.sort_by(|a, b| a.node.id.cmp(&b.node.id).then_with(|| in_order(a, b)));
    rows
}

/// Which of two words about one node comes first.
pub(super) fn in_order(a: &Row<'_>, b: &Row<'_>) -> Ordering {
    a.rank.cmp(&b.rank).then_with(|| by_content(a.node, b.node))
}

/// Finds nodes by id: by a table where there is much to find, else in their order.
pub(super) enum Places<'a> {
    Table(HashMap<&'a str, u32, RandomState>),
    Order(&'a [Seen]),
}

/// How many searches in order cost as much as to write one entry of a table.
const SEARCHES_AN_ENTRY: usize = 8;

impl<'a> Places<'a> {
    /// For about so many questions.
    pub(super) fn of(nodes: &'a [Seen], questions: usize) -> Self {
        if questions.saturating_mul(SEARCHES_AN_ENTRY) < nodes.len() {
            return Self::Order(nodes);
        }
        let mut table = HashMap::with_capacity_and_hasher(nodes.len(), RandomState::default());
        table.extend(nodes.iter().map(|seen| seen.node.id.as_str()).zip(0u32..));
        Self::Table(table)
    }

    pub(super) fn find(&self, id: &str) -> Option<u32> {
        match self {
            Self::Table(table) => table.get(id).copied(),
            Self::Order(nodes) => {
                let place = nodes.binary_search_by(|seen| seen.node.id.as_str().cmp(id)).ok()?;
                u32::try_from(place).ok()
            }
        }
    }

    /// The ends of an edge, who gains first.
    pub(super) fn ends(&self, key: &EdgeKey) -> Option<(u32, u32)> {
        let source = self.find(key.source.as_str())?;
        Some(in_direction(key.kind, source, self.find(key.target.as_str())?))
    }
}

fn in_direction(kind: EdgeKind, source: u32, target: u32) -> (u32, u32) {
    if kind == EdgeKind::IsAccountOf { (target, source) } else { (source, target) }
}

/// Adds what a run says of edges, but for those of `gone`.
///
/// # Errors
/// When it was called off.
pub(super) fn say<E>(
    said: &mut Said,
    (run, rank): (&Run, u32),
    places: &Places<'_>,
    gone: &BTreeSet<EdgeKey>,
    pace: &mut Pace<'_, E>,
) -> Result<(), E> {
    // Neighbours often have the same beginning.
    let mut last: Option<(&str, Option<u32>)> = None;
    for (at, edge) in (0u32..).zip(&run.facts.edges) {
        pace.step(1)?;
        if !gone.is_empty() && gone.contains(&edge.key) {
            continue;
        }
        let source = edge.key.source.as_str();
        let from = match last {
            Some((known, place)) if known == source => place,
            _ => places.find(source),
        };
        last = Some((source, from));
        match from.zip(places.find(edge.key.target.as_str())) {
            Some((from, to)) => {
                let ends = in_direction(edge.key.kind, from, to);
                said.joined.push(Joined::of((run, rank), at, ends, edge));
            }
            None => said.loose.push((rank, at)),
        }
    }
    Ok(())
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
pub(super) fn fact(runs: &[Arc<Run>], (rank, at): Place) -> Option<&Edge> {
    runs.get(rank as usize)?.facts.edges.get(at as usize)
}

/// Which of several words counts: live before ended, proven before potential, then by source.
fn before(runs: &[Arc<Run>], one: &Joined, other: &Joined) -> Ordering {
    let place = |it: &Joined| (it.rank, it.at);
    let (Some(a), Some(b)) = (fact(runs, place(one)), fact(runs, place(other))) else {
        return Ordering::Equal;
    };
    let worth = |it: &Joined| (!it.live, !it.sure, it.rank);
    worth(one).cmp(&worth(other)).then_with(|| {
        let detail = |edge: &Edge| {
            (edge.because.clone(), edge.grantor.clone(), edge.granted_at, edge.expires)
        };
        detail(a).cmp(&detail(b)).then_with(|| a.missing.cmp(&b.missing))
    })
}

/// The word that counts of several about one edge, and then the others.
pub(super) fn settle<'s>(
    runs: &[Arc<Run>],
    said: &'s mut [Joined],
) -> Option<(Joined, &'s [Joined])> {
    if said.len() > 1 {
        let best = (0..said.len()).min_by(|a, b| match (said.get(*a), said.get(*b)) {
            (Some(a), Some(b)) => before(runs, a, b),
            _ => Ordering::Equal,
        })?;
        said.swap(0, best);
    }
    said.split_first().map(|(first, rest)| (*first, rest))
}

/// What one source says of a node.
#[derive(Debug, Clone, Copy)]
pub(super) struct Row<'a> {
    pub(super) rank: usize,
    pub(super) run: &'a Arc<Run>,
    pub(super) at: usize,
    pub(super) node: &'a Node,
}

/// What all that is said of one node makes of it; none when nothing is said.
pub(super) fn unite(rows: &[Row<'_>]) -> Option<Seen> {
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
    let said = rows.iter().map(|row| (Arc::clone(row.run), row.at)).collect();
    Some(Seen { node: Described::Together(Arc::new(Together { node, said })), read_at, ended })
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
