//! The edges of a graph in order with what sources say of them, as they are put together. What they lead
//! to is for the graph to lay out.

use std::sync::Arc;

use super::merge::{self, Joined, Place, Seen};
use crate::edge::EdgeKind;
use crate::fact::Run;

/// Position of a node. Positions are in order of id, so comparing them compares ids.
pub(super) type Ix = u32;

/// Position of an edge, in order of (gainer, gained, kind).
pub(super) type EdgeIx = u32;

/// An edge in the direction of access: `from` gains what `to` has.
#[derive(Debug, Clone, Copy)]
pub(super) struct Link {
    /// Who gains.
    pub(super) from: Ix,
    /// From whom.
    pub(super) to: Ix,
    /// How.
    pub(super) kind: EdgeKind,
    /// Neither it nor an end of it is past its own end.
    pub(super) live: bool,
    /// Nothing is missing in the fact itself.
    pub(super) sure: bool,
}

/// The edges in order, and what sources say of them.
#[derive(Debug, Clone, Default)]
pub(super) struct Rows {
    pub(super) links: Vec<Link>,
    /// Which run says the edge at a position, and where; of several the one that counts.
    pub(super) grounds: Vec<Place>,
    /// What the others say, in order of edges.
    pub(super) rivals: Vec<Joined>,
    /// What is said of edges with an unknown end, in order.
    pub(super) loose: Vec<Place>,
}

impl Rows {
    /// With room for so many edges.
    pub(super) fn with_capacity(edges: usize) -> Self {
        let (links, grounds) = (Vec::with_capacity(edges), Vec::with_capacity(edges));
        Self { links, grounds, rivals: Vec::new(), loose: Vec::new() }
    }

    /// Adds all that is said about one edge, which comes behind those that are there.
    pub(super) fn settle(&mut self, runs: &[Arc<Run>], nodes: &[Seen], said: &mut [Joined]) {
        let Some((joined, rivals)) = merge::settle(runs, said) else { return };
        let ended = |ix: Ix| nodes.get(ix as usize).is_none_or(|seen| seen.ended);
        let Joined { from, to, kind, live, sure, rank, at } = joined;
        let live = live && !ended(from) && !ended(to);
        self.push(Link { from, to, kind, live, sure }, (rank, at));
        self.rivals.extend_from_slice(rivals);
    }

    /// Adds an edge, which comes behind those that are there.
    pub(super) fn push(&mut self, link: Link, ground: Place) {
        self.links.push(link);
        self.grounds.push(ground);
    }
}
