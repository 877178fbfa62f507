//! One plane of the graph in the numbers of the kernels, and what a rule asks for as they take it. A
//! node keeps its position as its number, so that what comes back names nodes of the graph.

use super::graph::{EdgeIx, Graph, Ix, Link, Plane};
use super::select::{Atom, Combination};
use super::snapshot::{Edges, NoSnapshot, Part, Snapshot};
use super::sweep::Demand;
use super::trial::stands_for_somebody;
use crate::edge::EdgeKind;
use crate::node::NodeKind;

/// The graph, and one plane of it numbered.
#[derive(Debug)]
pub(super) struct Numbered<'a> {
    graph: &'a Graph,
    plane: Plane,
    snapshot: Snapshot,
}

impl<'a> Numbered<'a> {
    /// Numbers the edges that are open on a plane. Holders are those whom a finding can affect and
    /// those whom `holders` adds; goals are what is asked for. Where an edge leads is never left out,
    /// not even behind a goal: access may go on there.
    ///
    /// # Errors
    /// When there is more than can be numbered.
    pub(super) fn of(
        graph: &'a Graph,
        plane: Plane,
        goals: impl IntoIterator<Item = Ix>,
        holders: &[Ix],
    ) -> Result<Self, NoSnapshot> {
        let part = |ix: Ix| {
            let is_holder = stands_for_somebody(graph, &plane, ix);
            if is_holder { Part::Holder } else { Part::Other }
        };
        let mut parts: Vec<Part> = graph.nodes().map(|(ix, _)| part(ix)).collect();
        let mut set = |ix: Ix, part: Part| {
            if let Some(place) = parts.get_mut(ix as usize) {
                *place = part;
            }
        };
        goals.into_iter().for_each(|ix| set(ix, Part::Goal));
        holders.iter().for_each(|ix| set(*ix, Part::Holder));
        let is_open =
            |(edge, link): &(EdgeIx, &Link)| plane.is_open(*edge, link) && link.from != link.to;
        let open = graph.links().filter(is_open);
        let (from, to): (Vec<Ix>, Vec<Ix>) = open.map(|(_, link)| (link.from, link.to)).unzip();
        let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to })?;
        Ok(Self { graph, plane, snapshot })
    }

    /// In numbers.
    pub(super) fn snapshot(&self) -> &Snapshot {
        &self.snapshot
    }

    /// The facts by which a node gains from another, in order of kind.
    pub(super) fn facts(&self, from: Ix, to: Ix) -> impl Iterator<Item = (EdgeIx, &'a Link)> + '_ {
        let is_one =
            move |(edge, link): &(EdgeIx, &Link)| link.to == to && self.plane.is_open(*edge, link);
        self.graph.out(from).filter(is_one)
    }

    /// Whether somebody can take away that a node gains from another.
    pub(super) fn may_cut(&self, from: Ix, to: Ix) -> bool {
        self.facts(from, to).all(|(_, link)| may_cut(self.graph, link))
    }
}

/// Whether somebody can take an edge away. To which things a permission applies is what it is: nobody
/// was given that, and without it the permission would be another one.
pub(super) fn may_cut(graph: &Graph, link: &Link) -> bool {
    let is_thing = |kind| matches!(kind, NodeKind::Resource | NodeKind::System | NodeKind::Process);
    let is_meaning = link.kind == EdgeKind::AppliesTo
        && graph.kind(link.from) == Some(NodeKind::Entitlement)
        && graph.kind(link.to).is_some_and(is_thing);
    !is_meaning
}

/// What a rule asks for, to the kernels: it is met by whoever meets any of these. The first is what
/// counts whatever value is shared, then one follows for each value.
pub(super) fn demands(combination: &Combination) -> impl Iterator<Item = Demand> + '_ {
    let values = combination.values.iter().map(|value| Some(value.as_ref()));
    std::iter::once(None).chain(values).map(|value| demand(combination, value))
}

/// What it asks for with one shared value, what counts for all of them joined in; without one that
/// alone.
pub(super) fn demand(combination: &Combination, value: Option<&str>) -> Demand {
    let side = |atom: &Atom| {
        let only = value.map(|value| atom.only(value)).unwrap_or_default();
        [atom.everywhere.as_slice(), only].concat()
    };
    Demand { sides: combination.atoms.iter().map(side).collect() }
}
