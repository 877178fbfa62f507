//! What is different between two graphs, in one pass over both: nodes are in order of id in each, and
//! edges in order of their ends. What a difference means is for whoever asked.

use super::graph::{EdgeIx, Graph, Ix};
use super::watch::{Pace, Stage, Watch};
use crate::edge::Edge;

/// The differences, each list in order.
#[derive(Debug, Default)]
pub(super) struct Compared {
    /// Where a node of the old graph is in the new one, in order.
    pub(super) places: Vec<Option<Ix>>,
    /// Nodes of the old graph that are not in the new one.
    pub(super) nodes_gone: Vec<Ix>,
    /// Nodes of the new graph that were not in the old one.
    pub(super) nodes_came: Vec<Ix>,
    /// Nodes that are described otherwise, before and now.
    pub(super) nodes_changed: Vec<(Ix, Ix)>,
    /// Edges of the old graph that are not in the new one.
    pub(super) edges_gone: Vec<EdgeIx>,
    /// Edges of the new graph that were not in the old one.
    pub(super) edges_came: Vec<EdgeIx>,
    /// Edges that are live, certain or founded otherwise, before and now.
    pub(super) edges_changed: Vec<(EdgeIx, EdgeIx)>,
}

/// The first thing that a graph that was kept has otherwise than the one built anew, in words.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn first_difference<E>(
    kept: &Graph,
    anew: &Graph,
    watch: Watch<'_, E>,
) -> Result<Option<String>, E> {
    Ok(first_of(&compare(kept, anew, watch)?, kept, anew))
}

fn first_of(it: &Compared, kept: &Graph, anew: &Graph) -> Option<String> {
    let node = |graph: &Graph, ix: &Ix, how: &str| {
        graph.node(*ix).map(|node| format!("node `{}` {how}", node.id))
    };
    let edge = |graph: &Graph, edge: &EdgeIx, how: &str| {
        graph.key(*edge).map(|key| format!("edge `{key}` {how}"))
    };
    let (too_many, missing) = ("is kept but not there", "is there but not kept");
    let otherwise = "is kept with other content";
    let dangling = kept.dangling().iter().zip(anew.dangling()).find(|(kept, anew)| kept != anew);
    let nodes = it.nodes_gone.first().and_then(|ix| node(kept, ix, too_many));
    nodes
        .or_else(|| it.nodes_came.first().and_then(|ix| node(anew, ix, missing)))
        .or_else(|| it.nodes_changed.first().and_then(|(ix, _)| node(kept, ix, otherwise)))
        .or_else(|| it.edges_gone.first().and_then(|at| edge(kept, at, too_many)))
        .or_else(|| it.edges_came.first().and_then(|at| edge(anew, at, missing)))
        .or_else(|| it.edges_changed.first().and_then(|(at, _)| edge(kept, at, otherwise)))
        .or_else(|| dangling.map(|(key, _)| format!("edge `{key}` without a known end {too_many}")))
        .or_else(|| {
            let (kept, anew) = (kept.dangling().len(), anew.dangling().len());
            (kept != anew)
                .then(|| format!("{kept} edges without a known end are kept, {anew} are there"))
        })
}

/// Compares two graphs.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn compare<E>(old: &Graph, new: &Graph, watch: Watch<'_, E>) -> Result<Compared, E> {
    let mut compared = Compared::default();
    let mut pace = Pace::begin(watch, Stage::Comparing, old.len() + old.edge_count())?;
    compared.nodes(old, new, &mut pace)?;
    compared.edges(old, new, &mut pace)?;
    Ok(compared)
}

/// Where each node of the old graph is in the new one, in order.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn places<E>(
    old: &Graph,
    new: &Graph,
    watch: Watch<'_, E>,
) -> Result<Vec<Option<Ix>>, E> {
    let mut compared = Compared::default();
    compared.nodes(old, new, &mut Pace::begin(watch, Stage::Comparing, old.len())?)?;
    Ok(compared.places)
}

impl Compared {
    fn nodes<E>(&mut self, old: &Graph, new: &Graph, pace: &mut Pace<'_, E>) -> Result<(), E> {
        if new.has_nodes_of(old) {
            self.places = old.nodes().map(|(ix, _)| Some(ix)).collect();
            return Ok(());
        }
        let mut there = new.nodes().peekable();
        for (ix, seen) in old.nodes() {
            pace.step(1)?;
            // Most are the very same, which is told without reading them.
            if let Some((place, now)) = there.next_if(|(_, it)| it.node.is_same(&seen.node)) {
                self.places.push(Some(place));
                if now.ended != seen.ended {
                    self.nodes_changed.push((ix, place));
                }
                continue;
            }
            while let Some((came, _)) = there.next_if(|(_, it)| it.node.id < seen.node.id) {
                self.nodes_came.push(came);
            }
            let same = there.next_if(|(_, it)| it.node.id == seen.node.id);
            self.places.push(same.map(|(place, _)| place));
            match same {
                Some((_, now)) if now.node == seen.node && now.ended == seen.ended => {}
                Some((place, _)) => self.nodes_changed.push((ix, place)),
                None => self.nodes_gone.push(ix),
            }
        }
        self.nodes_came.extend(there.map(|(ix, _)| ix));
        Ok(())
    }

    /// Ends keep their order from one graph to the other.
    fn edges<E>(&mut self, old: &Graph, new: &Graph, pace: &mut Pace<'_, E>) -> Result<(), E> {
        let mut there = new.links().peekable();
        for (edge, link) in old.links() {
            pace.step(1)?;
            let place = |ix: Ix| self.places.get(ix as usize).copied().flatten();
            let Some((from, to)) = place(link.from).zip(place(link.to)) else {
                self.edges_gone.push(edge);
                continue;
            };
            let key = (from, to, link.kind);
            while let Some((came, _)) = there.next_if(|(_, it)| (it.from, it.to, it.kind) < key) {
                self.edges_came.push(came);
            }
            match there.next_if(|(_, it)| (it.from, it.to, it.kind) == key) {
                Some((now, it))
                    if (it.live, it.sure) == (link.live, link.sure)
                        && is_same(old.ground(edge), new.ground(now)) => {}
                Some((now, _)) => self.edges_changed.push((edge, now)),
                None => self.edges_gone.push(edge),
            }
        }
        self.edges_came.extend(there.map(|(edge, _)| edge));
        Ok(())
    }
}

/// Whether two facts say the same of why an edge is there; often it is one and the same fact.
fn is_same(one: Option<&Edge>, other: Option<&Edge>) -> bool {
    let (Some(one), Some(other)) = (one, other) else { return false };
    std::ptr::eq(one, other) || (one.because == other.because && one.missing == other.missing)
}
