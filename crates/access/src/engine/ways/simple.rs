//! Ways without a repeated node, shortest first, among equals in order of the edges along them. As J. Y. Yen
//! found them ("Finding the K Shortest Loopless Paths in a Network", Management Science 17(11), 1971): each
//! next way leaves a way that is known at some node, by an edge that no known way takes there. A way is
//! looked at from where it left the one that it came from, as E. L. Lawler remarked (Management Science
//! 18(7), 1972). Knows no rules.

use std::collections::BTreeMap;

use crate::engine::breaks::{Meter, Stopped};
use crate::engine::graph::{EdgeIx, Graph, Ix, Plane};
use crate::engine::walk::{Walk, Way};
use crate::engine::within::Bound;

/// The ways from one node.
#[derive(Debug, Default)]
pub(super) struct Simple {
    /// The edges of each, shortest first.
    pub(super) ways: Vec<Vec<EdgeIx>>,
    /// Whether there are more that are short enough.
    pub(super) has_more: bool,
    /// Whether there may be longer ones; none were looked for.
    pub(super) may_be_longer: bool,
    /// Whether it was broken off: these are the shortest, and nobody knows of more.
    pub(super) is_broken_off: bool,
}

/// Most ways, and most edges of each.
#[derive(Debug, Clone, Copy)]
pub(super) struct Bounds {
    pub(super) most: usize,
    pub(super) edges: usize,
}

/// Looks for ways to any of some nodes; a way ends at the first of them.
pub(super) struct Seeking<'a> {
    graph: &'a Graph,
    plane: &'a Plane,
    /// By position: edges that are left to the nearest end; none where no end is reached.
    left: Vec<Option<usize>>,
    /// By position: the round in which a node was come by or must not be.
    seen: Vec<u32>,
    by: Vec<EdgeIx>,
    round: u32,
    may_be_longer: bool,
}

impl<'a> Seeking<'a> {
    /// To any of these ends.
    pub(super) fn new(
        graph: &'a Graph,
        plane: &'a Plane,
        ends: &[Ix],
        (walk, bound): (&mut Walk, &mut Bound<'_>),
    ) -> Self {
        walk.run_within(graph, (plane, Way::Backward), ends, bound);
        let mut left: Vec<Option<usize>> = vec![None; graph.len()];
        for &ix in walk.order() {
            let nearer = walk.edge_to(ix).and_then(|edge| graph.link(edge)).map(|link| link.to);
            let before = nearer.and_then(|nearer| left.get(nearer as usize).copied().flatten());
            if let Some(place) = left.get_mut(ix as usize) {
                *place = Some(before.map_or(0, |it| it.saturating_add(1)));
            }
        }
        let (seen, by) = (vec![0; graph.len()], vec![0; graph.len()]);
        Self { graph, plane, left, seen, by, round: 0, may_be_longer: false }
    }

    /// Edges of the shortest way from a node; none where there is no way.
    pub(super) fn shortest(&self, from: Ix) -> Option<usize> {
        self.left.get(from as usize).copied().flatten()
    }

    /// The ways from a node, within bounds.
    pub(super) fn ways(mut self, from: Ix, bounds: Bounds, bound: &mut Bound<'_>) -> Simple {
        let mut found = Simple::default();
        let gathered = self.gather(from, bounds, &mut bound.meter, &mut found);
        found.is_broken_off = gathered.is_err() || bound.is_stopped || bound.is_wider;
        found.may_be_longer = self.may_be_longer;
        found
    }

    fn gather(
        &mut self,
        from: Ix,
        bounds: Bounds,
        meter: &mut Meter<'_>,
        found: &mut Simple,
    ) -> Result<(), Stopped> {
        // Ways that are next, with how many edges of each were taken over from another way.
        let mut next: BTreeMap<(usize, Vec<EdgeIx>), usize> = BTreeMap::new();
        match self.shortest(from) {
            None => return Ok(()),
            Some(0) => next.extend([((0, Vec::new()), 0)]),
            Some(_) => {
                let first = self.next(from, (&[], &[]), bounds, meter)?;
                next.extend(first.map(|way| ((way.len(), way), 0)));
            }
        }
        while let Some(((_, way), shared)) = next.pop_first() {
            if found.ways.len() >= bounds.most {
                found.has_more = true;
                return Ok(());
            }
            found.ways.push(way.clone());
            for at in shared..way.len() {
                let (before, on) = way.split_at(at);
                let at_node = before.last().and_then(|edge| self.graph.link(*edge));
                let node = at_node.map_or(from, |link| link.to);
                if !self.may_leave(node, (at, on.first()), bounds, meter)? {
                    continue;
                }
                // Whoever compares and takes over a long beginning pays for it.
                meter.spend(at.saturating_mul(found.ways.len().saturating_add(1)))?;
                let known = found.ways.iter().filter(|it| it.starts_with(before));
                let taken: Vec<EdgeIx> = known.filter_map(|it| it.get(at).copied()).collect();
                if let Some(way) = self.next(from, (before, &taken), bounds, meter)? {
                    next.insert((way.len(), way), at);
                }
                // One more than are wanted says that there are more.
                if next.len() > bounds.most.saturating_sub(found.ways.len()).saturating_add(1) {
                    next.pop_last();
                }
            }
        }
        Ok(())
    }

    /// Whether another edge leads on from a node of a way than the one it takes there, and near enough.
    fn may_leave(
        &mut self,
        node: Ix,
        (at, on): (usize, Option<&EdgeIx>),
        bounds: Bounds,
        meter: &mut Meter<'_>,
    ) -> Result<bool, Stopped> {
        for (edge, link) in self.graph.out(node) {
            meter.spend(1)?;
            if Some(&edge) == on || !self.plane.is_open(edge, link) {
                continue;
            }
            let Some(left) = self.shortest(link.to) else { continue };
            if at.saturating_add(1).saturating_add(left) <= bounds.edges {
                return Ok(true);
            }
            self.may_be_longer = true;
        }
        Ok(false)
    }

    /// The first way that begins with some edges and goes on by none of those that are taken.
    fn next(
        &mut self,
        from: Ix,
        (before, taken): (&[EdgeIx], &[EdgeIx]),
        bounds: Bounds,
        meter: &mut Meter<'_>,
    ) -> Result<Option<Vec<EdgeIx>>, Stopped> {
        self.begin();
        let mut start = from;
        self.enter(start, 0);
        for &edge in before {
            let Some(link) = self.graph.link(edge) else { return Ok(None) };
            start = link.to;
            self.enter(start, edge);
        }
        let (mut level, mut edges) = (vec![start], before.len());
        while !level.is_empty() && edges < bounds.edges {
            edges = edges.saturating_add(1);
            let mut beyond = Vec::new();
            for &node in &level {
                for (edge, link) in self.graph.out(node) {
                    meter.spend(1)?;
                    let is_taken = node == start && taken.contains(&edge);
                    if is_taken || !self.plane.is_open(edge, link) || self.is_seen(link.to) {
                        continue;
                    }
                    let Some(left) = self.shortest(link.to) else { continue };
                    if edges.saturating_add(left) > bounds.edges {
                        self.may_be_longer = true;
                        continue;
                    }
                    self.enter(link.to, edge);
                    if left == 0 {
                        return Ok(Some(self.trail(before, start, link.to)));
                    }
                    beyond.push(link.to);
                }
            }
            level = beyond;
        }
        Ok(None)
    }

    fn begin(&mut self) {
        if self.round == u32::MAX {
            self.seen.fill(0);
            self.round = 0;
        }
        self.round = self.round.saturating_add(1);
    }

    fn is_seen(&self, node: Ix) -> bool {
        self.seen.get(node as usize) == Some(&self.round)
    }

    fn enter(&mut self, node: Ix, edge: EdgeIx) {
        let place = node as usize;
        if let (Some(seen), Some(by)) = (self.seen.get_mut(place), self.by.get_mut(place)) {
            *seen = self.round;
            *by = edge;
        }
    }

    /// The edges that were taken over, then those from the start to a node.
    fn trail(&self, before: &[EdgeIx], start: Ix, end: Ix) -> Vec<EdgeIx> {
        let (mut edges, mut at) = (Vec::new(), end);
        while at != start
            && let Some(&edge) = self.by.get(at as usize)
            && let Some(link) = self.graph.link(edge)
            && edges.len() <= self.graph.len()
        {
            edges.push(edge);
            at = link.from;
        }
        edges.reverse();
        [before, &edges].concat()
    }
}
