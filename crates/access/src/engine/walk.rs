//! Breadth-first walks over the graph, forwards or backwards, that remember by which edge each node
//! was first reached. Reusable, so that many walks cost one allocation; no recursion.

use std::ops::ControlFlow;

use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::watch::Pace;
use super::within::Bound;

/// Which way a walk goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To what a node gains.
    Forward,
    /// To who gains from a node.
    Backward,
}

/// A walk and its memory. Nearest first; among equals the smaller ids along the way first.
#[derive(Debug)]
pub(super) struct Walk {
    way: Way,
    round: u32,
    seen: Vec<u32>,
    by: Vec<EdgeIx>,
    order: Vec<Ix>,
    tally: Vec<u32>,
}

/// Stands for "by no edge": the start of a walk.
const START: EdgeIx = EdgeIx::MAX;

impl Walk {
    /// A walk over graphs with as many nodes as this one.
    pub(super) fn new(graph: &Graph) -> Self {
        let nodes = graph.len();
        let (seen, by) = (vec![0; nodes], vec![START; nodes]);
        Self { way: Way::Forward, round: 0, seen, by, order: Vec::new(), tally: Vec::new() }
    }

    /// A count for each node, all nought: lent to whoever counts what walks come by, so that it is
    /// allocated once.
    pub(super) fn tally(&mut self, graph: &Graph) -> Vec<u32> {
        let mut tally = std::mem::take(&mut self.tally);
        tally.resize(graph.len(), 0);
        tally
    }

    /// Takes a tally back, all nought again.
    pub(super) fn give_back(&mut self, tally: Vec<u32>) {
        self.tally = tally;
    }

    /// Walks to everything that can be reached.
    pub(super) fn run(&mut self, graph: &Graph, plane: &Plane, way: Way, starts: &[Ix]) {
        self.begin(way);
        for &start in starts {
            self.enter(start, START);
        }
        self.go_on(graph, plane, &|_| true, &mut |_| ControlFlow::Continue(()));
    }

    /// Walks to what can be reached within bounds, and notes which of them were met.
    pub(super) fn run_within(
        &mut self,
        graph: &Graph,
        (plane, way): (&Plane, Way),
        starts: &[Ix],
        bound: &mut Bound<'_>,
    ) {
        self.begin(way);
        for &start in starts {
            self.enter(start, START);
        }
        let (mut next, mut depth) = (0usize, 0usize);
        while next < self.order.len() {
            let level = self.order.len();
            while next < level {
                let Some(&node) = self.order.get(next) else { break };
                next = next.saturating_add(1);
                let before = self.order.len();
                let looked_at = self.expand(graph, plane, node, &|_| true);
                if bound.meter.spend(looked_at).is_err() {
                    bound.is_stopped = true;
                    return;
                }
                if depth >= bound.depth && self.order.len() > before {
                    self.leave(before);
                    bound.is_deeper = true;
                }
                if self.order.len() > bound.nodes {
                    self.leave(bound.nodes);
                    bound.is_wider = true;
                    return;
                }
            }
            depth = depth.saturating_add(1);
        }
    }

    /// Walks to everything that can be reached, while somebody watches.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn run_watched<E>(
        &mut self,
        graph: &Graph,
        (plane, way): (&Plane, Way),
        starts: &[Ix],
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        self.begin(way);
        for &start in starts {
            self.enter(start, START);
        }
        let mut next = 0usize;
        while let Some(&node) = self.order.get(next) {
            next = next.saturating_add(1);
            pace.step(self.expand(graph, plane, node, &|_| true))?;
        }
        Ok(())
    }

    /// Enters all that one step leads to and that may be entered; how many edges were looked at.
    fn expand(
        &mut self,
        graph: &Graph,
        plane: &Plane,
        node: Ix,
        may_enter: &impl Fn(Ix) -> bool,
    ) -> usize {
        let mut looked_at = 1usize;
        match self.way {
            Way::Forward => {
                for (edge, link) in graph.out(node) {
                    looked_at = looked_at.saturating_add(1);
                    if plane.is_open(edge, link) && may_enter(link.to) {
                        self.enter(link.to, edge);
                    }
                }
            }
            Way::Backward => {
                for (edge, link) in graph.into(node) {
                    looked_at = looked_at.saturating_add(1);
                    if plane.is_open(edge, link) && may_enter(link.from) {
                        self.enter(link.from, edge);
                    }
                }
            }
        }
        looked_at
    }

    /// Leaves those that were entered last, down to so many.
    fn leave(&mut self, most: usize) {
        for node in self.order.drain(most.min(self.order.len())..) {
            if let Some(seen) = self.seen.get_mut(node as usize) {
                *seen = 0;
            }
        }
    }

    /// Walks back to everything that can be reached through nodes that may be entered.
    pub(super) fn run_back_within(
        &mut self,
        graph: &Graph,
        plane: &Plane,
        starts: &[Ix],
        may_enter: impl Fn(Ix) -> bool,
    ) {
        self.begin(Way::Backward);
        for &start in starts {
            if may_enter(start) {
                self.enter(start, START);
            }
        }
        self.go_on(graph, plane, &may_enter, &mut |_| ControlFlow::Continue(()));
    }

    /// Walks forwards from one node until `visit` breaks.
    pub(super) fn run_until(
        &mut self,
        graph: &Graph,
        plane: &Plane,
        start: Ix,
        mut visit: impl FnMut(Ix) -> ControlFlow<()>,
    ) {
        self.begin(Way::Forward);
        self.enter(start, START);
        self.go_on(graph, plane, &|_| true, &mut visit);
    }

    /// Whether the last walk came by this node.
    pub(super) fn reached(&self, node: Ix) -> bool {
        self.seen.get(node as usize) == Some(&self.round)
    }

    /// The nodes that the last walk came by, in order.
    pub(super) fn order(&self) -> &[Ix] {
        &self.order
    }

    /// By which edge the last walk reached a node; none for a start.
    pub(super) fn edge_to(&self, node: Ix) -> Option<EdgeIx> {
        if !self.reached(node) {
            return None;
        }
        self.by.get(node as usize).copied().filter(|&edge| edge != START)
    }

    /// The edges between the start of the last walk and a node, in the direction of access: from
    /// the start after a forward walk, to the start after a backward one.
    pub(super) fn trail(&self, graph: &Graph, node: Ix) -> Vec<EdgeIx> {
        let mut edges = Vec::new();
        let mut at = node;
        while let Some(edge) = self.edge_to(at)
            && let Some(link) = graph.link(edge)
            && edges.len() <= graph.len()
        {
            edges.push(edge);
            at = if self.way == Way::Forward { link.from } else { link.to };
        }
        if self.way == Way::Forward {
            edges.reverse();
        }
        edges
    }

    fn begin(&mut self, way: Way) {
        self.way = way;
        self.order.clear();
        if self.round == u32::MAX {
            self.seen.fill(0);
            self.round = 0;
        }
        self.round = self.round.saturating_add(1);
    }

    fn enter(&mut self, node: Ix, by: EdgeIx) {
        let round = self.round;
        if let (Some(seen), Some(edge)) =
            (self.seen.get_mut(node as usize), self.by.get_mut(node as usize))
            && *seen != round
        {
            *seen = round;
            *edge = by;
            self.order.push(node);
        }
    }

    /// The order doubles as the queue: what is behind `next` is still to be looked at.
    fn go_on(
        &mut self,
        graph: &Graph,
        plane: &Plane,
        may_enter: &impl Fn(Ix) -> bool,
        visit: &mut impl FnMut(Ix) -> ControlFlow<()>,
    ) {
        let mut next = 0usize;
        while let Some(&node) = self.order.get(next) {
            next = next.saturating_add(1);
            if visit(node).is_break() {
                return;
            }
            self.expand(graph, plane, node, may_enter);
        }
    }
}
