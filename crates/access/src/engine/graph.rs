//! The access graph as integers: nodes in order of id, edges in the direction in which access is
//! gained, both ways as compressed rows. Built once per state of the facts; knows no rules.

use std::collections::BTreeSet;
use std::sync::Arc;

use jiff::Timestamp;

use super::answer::{EdgeFilter, Edit};
use super::merge::{self, Joined, Places, Runs, Said, Seen, with_supposed};
use super::rows::Rows;
pub(super) use super::rows::{EdgeIx, Ix, Link};
use super::watch::{Pace, Stage, Watch};
use crate::edge::{Edge, EdgeKey, EdgeKind, Missing};
use crate::fact::Run;
use crate::finding::{NodeRef, Step};
use crate::node::{Node, NodeId, NodeKind};

/// Which edges count.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Plane {
    kinds: u16,
    proven_kinds: u16,
    whole: bool,
    without: Option<EdgeIx>,
}

impl Plane {
    /// Only what is proven; the named kinds count as proven although they are potential by nature.
    pub(super) fn proven(follow: &[EdgeKind]) -> Self {
        let by_nature = EdgeKind::ALL.into_iter().filter(|kind| !kind.is_potential());
        let proven_kinds = bits(by_nature.chain(follow.iter().copied()));
        Self { kinds: u16::MAX, proven_kinds, whole: false, without: None }
    }

    /// Everything that is live, potential or not. `follow` still says what is proven in it.
    pub(super) fn whole(follow: &[EdgeKind]) -> Self {
        Self { whole: true, ..Self::proven(follow) }
    }

    /// The same, along these kinds alone.
    pub(super) fn along(self, filter: &EdgeFilter) -> Self {
        let kinds = bits(EdgeKind::ALL.into_iter().filter(|kind| filter.follows(*kind)));
        Self { kinds, ..self }
    }

    /// The same without one edge.
    pub(super) fn without(self, edge: EdgeIx) -> Self {
        Self { without: Some(edge), ..self }
    }

    /// Whether access runs along this edge.
    pub(super) fn is_open(&self, edge: EdgeIx, link: &Link) -> bool {
        let follows = link.live && self.kinds & bit(link.kind) != 0;
        follows && (self.whole || self.is_sure(link)) && self.without != Some(edge)
    }

    /// Whether a live edge is proven.
    pub(super) fn is_sure(&self, link: &Link) -> bool {
        link.sure && self.proven_kinds & bit(link.kind) != 0
    }
}

fn bit(kind: EdgeKind) -> u16 {
    1 << (kind as u16)
}

fn bits(kinds: impl Iterator<Item = EdgeKind>) -> u16 {
    kinds.fold(0, |all, kind| all | bit(kind))
}

/// The graph.
#[derive(Debug, Clone, Default)]
pub(super) struct Graph {
    nodes: Arc<[Seen]>,
    /// By node, where they lie close together.
    kinds: Arc<[NodeKind]>,
    /// What the sources said, those first who come first by name.
    runs: Vec<Arc<Run>>,
    edges: Rows,
    out: Vec<u32>,
    into: Vec<u32>,
    into_edges: Vec<EdgeIx>,
    dangling: Vec<EdgeKey>,
    has_bridges: bool,
}

/// True for the kinds of node that can have access; an entitlement, a resource, a system and a
/// process are had.
pub(super) fn can_have(kind: NodeKind) -> bool {
    !matches!(
        kind,
        NodeKind::Entitlement | NodeKind::Resource | NodeKind::System | NodeKind::Process
    )
}

impl Graph {
    /// Unites the facts, after the edit.
    ///
    /// # Errors
    /// When it was called off.
    pub(super) fn build<E>(runs: &Runs, edit: &Edit, watch: Watch<'_, E>) -> Result<Self, E> {
        let (runs, supposed) = with_supposed(runs, edit);
        let nodes: Arc<[Seen]> = merge::nodes(&runs).into();
        let mut said = Said::default();
        said.joined.reserve_exact(runs.iter().map(|run| run.facts.edges.len()).sum());
        let mut pace = Pace::begin(watch, Stage::Uniting, said.joined.capacity())?;
        let places = Places::of(&nodes, said.joined.capacity());
        for (rank, run) in (0u32..).zip(&runs) {
            let nothing = BTreeSet::new();
            let gone = if (rank as usize) < supposed { &edit.remove } else { &nothing };
            merge::say(&mut said, (run, rank), &places, gone, &mut pace)?;
        }
        drop(places);
        said.joined.sort_unstable_by_key(Joined::ends);
        watch.go_on()?;
        let mut edges = Rows::with_capacity(said.joined.len());
        for same in said.joined.chunk_by_mut(|a, b| a.ends() == b.ends()) {
            edges.settle(&runs, &nodes, same);
        }
        edges.loose = said.loose;
        let kinds = nodes.iter().map(|seen| seen.node.kind).collect();
        watch.go_on()?;
        Ok(Self::of(runs, (nodes, kinds), edges))
    }

    /// Lays out what was united.
    pub(super) fn of(
        runs: Vec<Arc<Run>>,
        (nodes, kinds): (Arc<[Seen]>, Arc<[NodeKind]>),
        edges: Rows,
    ) -> Self {
        let links = &edges.links;
        let out = starts(nodes.len(), links.iter().map(|link| link.from));
        let into = starts(nodes.len(), links.iter().map(|link| link.to));
        let into_edges = sorted_by(&into, links.iter().map(|link| link.to));
        let has = |ix: Ix| kinds.get(ix as usize).copied().is_some_and(can_have);
        let has_bridges = links.iter().any(|link| link.live && !has(link.from) && has(link.to));
        let loose = edges.loose.iter().filter_map(|place| merge::fact(&runs, *place));
        let mut dangling: Vec<EdgeKey> = loose.map(|edge| edge.key.clone()).collect();
        dangling.sort_unstable();
        dangling.dedup();
        Self { nodes, kinds, runs, edges, out, into, into_edges, dangling, has_bridges }
    }

    /// What it was built from, those first who come first by name.
    pub(super) fn runs(&self) -> &[Arc<Run>] {
        &self.runs
    }

    /// The edges in order, and what sources say of them.
    pub(super) fn rows(&self) -> &Rows {
        &self.edges
    }

    /// All nodes in order of id, with their kinds; shared with a graph that has the same.
    pub(super) fn described(&self) -> (&Arc<[Seen]>, &Arc<[NodeKind]>) {
        (&self.nodes, &self.kinds)
    }

    /// Whether it was made from another one and no node is otherwise.
    pub(super) fn has_nodes_of(&self, other: &Self) -> bool {
        Arc::ptr_eq(&self.nodes, &other.nodes)
    }

    /// How many nodes.
    pub(super) fn len(&self) -> usize {
        self.nodes.len()
    }

    /// All nodes with their positions, in order of id.
    pub(super) fn nodes(&self) -> impl Iterator<Item = (Ix, &Seen)> {
        (0u32..).zip(self.nodes.iter())
    }

    /// How many edges.
    pub(super) fn edge_count(&self) -> usize {
        self.edges.links.len()
    }

    /// All edges with their positions.
    pub(super) fn links(&self) -> impl Iterator<Item = (EdgeIx, &Link)> {
        (0u32..).zip(&self.edges.links)
    }

    /// Edges with an unknown end.
    pub(super) fn dangling(&self) -> &[EdgeKey] {
        &self.dangling
    }

    /// Whether access anywhere goes on behind what is had, as through a resource that assumes a role.
    pub(super) fn has_bridges(&self) -> bool {
        self.has_bridges
    }

    /// The position of an id.
    pub(super) fn find(&self, id: &NodeId) -> Option<Ix> {
        let place = self.nodes.binary_search_by(|seen| seen.node.id.cmp(id)).ok()?;
        Ix::try_from(place).ok()
    }

    /// The node at a position.
    pub(super) fn node(&self, ix: Ix) -> Option<&Node> {
        self.nodes.get(ix as usize).map(|seen| &*seen.node)
    }

    /// The kind of the node at a position.
    pub(super) fn kind(&self, ix: Ix) -> Option<NodeKind> {
        self.kinds.get(ix as usize).copied()
    }

    /// When the node at a position was last used, where a source says so.
    pub(super) fn last_used(&self, ix: Ix) -> Option<Timestamp> {
        self.node(ix)?.last_used
    }

    /// The node at a position, as outputs name it.
    pub(super) fn node_ref(&self, ix: Ix) -> Option<NodeRef> {
        self.node(ix).map(|node| NodeRef {
            id: node.id.clone(),
            kind: node.kind,
            name: node.name.clone(),
            system: node.system.clone(),
        })
    }

    /// The edge at a position.
    pub(super) fn link(&self, edge: EdgeIx) -> Option<&Link> {
        self.edges.links.get(edge as usize)
    }

    /// The fact that the edge at a position rests on.
    pub(super) fn ground(&self, edge: EdgeIx) -> Option<&Edge> {
        merge::fact(&self.runs, *self.edges.grounds.get(edge as usize)?)
    }

    /// Whether some source says this edge, dangling or not.
    pub(super) fn has_edge(&self, key: &EdgeKey) -> bool {
        let (from, to) = match key.kind {
            EdgeKind::IsAccountOf => (&key.target, &key.source),
            _ => (&key.source, &key.target),
        };
        match (self.find(from), self.find(to)) {
            (Some(from), Some(to)) => {
                self.out(from).any(|(_, link)| link.to == to && link.kind == key.kind)
            }
            _ => self.dangling.binary_search(key).is_ok(),
        }
    }

    /// What a node gains from, in order of id.
    pub(super) fn out(&self, node: Ix) -> impl Iterator<Item = (EdgeIx, &Link)> {
        let (start, end) = span(&self.out, node);
        (start..).zip(self.edges.links.get(start as usize..end as usize).unwrap_or_default())
    }

    /// Who gains from a node, in order of id.
    pub(super) fn into(&self, node: Ix) -> impl Iterator<Item = (EdgeIx, &Link)> {
        let (start, end) = span(&self.into, node);
        let edges = self.into_edges.get(start as usize..end as usize).unwrap_or_default();
        edges.iter().filter_map(|&edge| Some((edge, self.link(edge)?)))
    }

    /// An edge as its source says it.
    pub(super) fn key(&self, edge: EdgeIx) -> Option<EdgeKey> {
        let link = self.link(edge)?;
        let from = self.node(link.from)?.id.clone();
        let to = self.node(link.to)?.id.clone();
        Some(match link.kind {
            EdgeKind::IsAccountOf => EdgeKey { source: to, kind: link.kind, target: from },
            kind => EdgeKey { source: from, kind, target: to },
        })
    }

    /// A path: the first node, then each edge with the node that it leads to.
    pub(super) fn steps(&self, first: Ix, edges: &[EdgeIx]) -> Vec<Step> {
        let start = self.node_ref(first).zip(self.node(first));
        let start =
            start.map(|(node, seen)| Step { node, edge: None, because: seen.because.clone() });
        let rest = edges.iter().filter_map(|&edge| {
            let link = self.link(edge)?;
            let because = self.ground(edge)?.because.clone();
            Some(Step { node: self.node_ref(link.to)?, edge: Some(link.kind), because })
        });
        start.into_iter().chain(rest).collect()
    }

    /// What is not known about these edges, seen in this plane: sorted, each once.
    pub(super) fn missing(
        &self,
        plane: &Plane,
        edges: impl Iterator<Item = EdgeIx>,
    ) -> Vec<Missing> {
        let mut all: Vec<Missing> = edges.flat_map(|edge| self.missing_of(plane, edge)).collect();
        all.sort_unstable();
        all.dedup();
        all
    }

    fn missing_of(&self, plane: &Plane, edge: EdgeIx) -> Vec<Missing> {
        let (Some(link), Some(ground)) = (self.link(edge), self.ground(edge)) else {
            return Vec::new();
        };
        let mut missing = ground.missing.clone();
        if plane.proven_kinds & bit(link.kind) == 0
            && let (Some(from), Some(to)) = (self.node(link.from), self.node(link.to))
        {
            missing.extend(unsaid(link.kind, &from.name, &to.name));
        }
        missing
    }
}

/// What nobody says about an edge whose kind makes access potential by nature.
fn unsaid(kind: EdgeKind, from: &str, to: &str) -> Option<Missing> {
    let (what, text) = match kind {
        EdgeKind::Controls => ("policy", format!("whether `{from}` uses its control over `{to}`")),
        EdgeKind::ActsOnBehalfOf => {
            ("session", format!("whether `{from}` may use all that `{to}` has"))
        }
        EdgeKind::UsesTool => ("function", format!("whether `{to}` does this when `{from}` asks")),
        EdgeKind::MemberOf
        | EdgeKind::Assumes
        | EdgeKind::Holds
        | EdgeKind::Authenticates
        | EdgeKind::Grants
        | EdgeKind::AppliesTo
        | EdgeKind::ReadsSecretOf
        | EdgeKind::Impersonates
        | EdgeKind::IsAccountOf => return None,
    };
    Some(Missing { kind: what.to_owned(), what: text })
}

fn starts(nodes: usize, ends: impl Iterator<Item = Ix>) -> Vec<u32> {
    let mut counts = vec![0u32; nodes.saturating_add(1)];
    for end in ends {
        if let Some(count) = counts.get_mut((end as usize).saturating_add(1)) {
            *count = count.saturating_add(1);
        }
    }
    let mut sum = 0u32;
    for count in &mut counts {
        sum = sum.saturating_add(*count);
        *count = sum;
    }
    counts
}

/// Positions in order of the end that they have, as `starts` counts them, and of themselves.
fn sorted_by(starts: &[u32], ends: impl ExactSizeIterator<Item = Ix>) -> Vec<EdgeIx> {
    let mut next = starts.to_vec();
    let mut sorted = vec![0; ends.len()];
    for (edge, end) in (0u32..).zip(ends) {
        let Some(place) = next.get_mut(end as usize) else { continue };
        if let Some(slot) = sorted.get_mut(*place as usize) {
            *slot = edge;
        }
        *place = place.saturating_add(1);
    }
    sorted
}

fn span(starts: &[u32], node: Ix) -> (u32, u32) {
    let at = |place: usize| starts.get(place).copied();
    let start = at(node as usize);
    start.zip(at((node as usize).saturating_add(1))).unwrap_or((0, 0))
}
