//! A batch of changes. What the graph will be is settled first, so that an edge that comes and goes
//! costs nothing and the order of a batch does not matter beyond that; then all removals make their
//! way together, and then all additions: a batch never costs more than twice a full evaluation.

use std::collections::BTreeMap;

use super::order::LAST;
use super::uneven::Uneven;
use super::{Change, Live, NoSnapshot, NotTaken, Outcome, Shift, net};
use crate::engine::snapshot::Slot;

type Edge = (Slot, Slot);

impl Live {
    /// One more edge: `from` gains what `to` has.
    ///
    /// # Errors
    /// When a node is not there, or there are too many edges. Nothing was changed then.
    pub fn add(&mut self, from: u32, to: u32) -> Result<Outcome, NotTaken> {
        self.apply(&[Change::Add { from, to }])
    }

    /// One edge less; nothing where there is none.
    ///
    /// # Errors
    /// When a node is not there. Nothing was changed then.
    pub fn remove(&mut self, from: u32, to: u32) -> Result<Outcome, NotTaken> {
        self.apply(&[Change::Remove { from, to }])
    }

    /// A batch: tells by rule which holders began and ceased to meet it from before the batch to
    /// after it.
    ///
    /// # Errors
    /// When a change names a node that is not there at its turn, or there would be more nodes or edges
    /// than can be numbered. Nothing was changed then.
    pub fn apply(&mut self, changes: &[Change]) -> Result<Outcome, NotTaken> {
        self.check_batch(changes)?;
        let mut counts: BTreeMap<Edge, (u32, u32)> = BTreeMap::new();
        let mut absent = 0;
        for change in changes {
            let (from, to, is_more) = match *change {
                Change::Node { holder } => {
                    self.push(holder);
                    continue;
                }
                Change::Add { from, to } => (from, to, true),
                Change::Remove { from, to } => (from, to, false),
            };
            let edge = (self.slot(from), self.slot(to));
            let (_, count) = counts.entry(edge).or_insert_with(|| {
                let count = self.graph.count(edge.0, edge.1);
                (count, count)
            });
            match (is_more, *count) {
                (true, _) => *count += 1,
                (false, 0) => absent += 1,
                (false, _) => *count -= 1,
            }
        }
        let (mut gone, mut fresh) = (Vec::new(), Vec::new());
        for ((from, to), (before, after)) in counts {
            self.graph.keep_count(from, to, after);
            self.graph.edges = self.graph.edges + after as usize - before as usize;
            match (before, after) {
                _ if from == to => {}
                (0, 1..) => fresh.push((from, to)),
                (1.., 0) => gone.push((from, to)),
                _ => {}
            }
        }
        let mut shifts = BTreeMap::new();
        self.take_out(&gone, &mut shifts);
        self.put_in(&fresh, &mut shifts);
        Ok(Outcome { shifts: net(shifts), absent })
    }

    fn check_batch(&self, changes: &[Change]) -> Result<(), NotTaken> {
        let (mut nodes, mut edges) = (self.len(), self.edges());
        for (at, change) in changes.iter().enumerate() {
            let ends = match *change {
                Change::Node { .. } => {
                    nodes += 1;
                    continue;
                }
                Change::Add { from, to } => {
                    edges += 1;
                    [from, to]
                }
                Change::Remove { from, to } => [from, to],
            };
            if let Some(node) = ends.into_iter().find(|node| *node as usize >= nodes) {
                return Err(NotTaken::NoSuchNode { change: at, node, nodes });
            }
        }
        let fits = |count: usize| u32::try_from(count).is_ok_and(|it| it < u32::MAX);
        if fits(nodes) && fits(edges) {
            Ok(())
        } else {
            Err(NoSnapshot::TooLarge { nodes, edges }.into())
        }
    }

    fn push(&mut self, holder: bool) {
        let slot = self.graph.push(holder);
        self.nodes.push(slot);
        self.slots.push(slot);
        self.wave.push();
    }

    /// Removals. Where both ends reach each other, nothing is lost as long as they still do.
    fn take_out(&mut self, gone: &[Edge], shifts: &mut BTreeMap<usize, Shift>) {
        let mut across = Vec::new();
        let mut within: BTreeMap<u64, Vec<Edge>> = BTreeMap::new();
        let graph = &mut self.graph;
        for &(from, to) in gone {
            graph.gained.remove(from, to);
            graph.gainers.remove(to, from);
            if graph.order.is_same(from, to) {
                within.entry(graph.order.label(from)).or_default().push((from, to));
            } else {
                across.push((from, to));
            }
        }
        let mut untied = Vec::new();
        for edges in within.values() {
            untied.extend(graph.order.untie(&graph.gained, &graph.gainers, edges));
        }
        if across.is_empty() && untied.is_empty() {
            return;
        }
        for at in 0..self.bands.len() {
            let Some(band) = self.bands.get_mut(at) else { continue };
            let graph = &self.graph;
            for (from, to) in &across {
                self.wave.hand(graph, *from, band.row(self.graph.places.of(*to)));
            }
            for slot in &untied {
                self.wave.hand(graph, *slot, band.row(self.graph.places.of(*slot)));
            }
            if !self.wave.is_empty() {
                self.wave.lose(graph, band, &mut self.found);
                self.keep(at, shifts);
            }
        }
    }

    /// Additions. Slots without a label tell what they had by their lists, so these get the new edges
    /// only when all is settled.
    fn put_in(&mut self, fresh: &[Edge], shifts: &mut BTreeMap<usize, Shift>) {
        for (_, to) in fresh {
            if self.graph.order.label(*to) == LAST {
                self.enter(*to);
            }
        }
        let graph = &mut self.graph;
        let (mut across, mut tied, mut late) = (Vec::new(), Vec::new(), Vec::new());
        for &(from, to) in fresh {
            graph.gainers.insert(to, from);
            if graph.is_kept(from) {
                let was_same = graph.order.is_same(from, to);
                graph.gained.insert(from, to);
                if let Some(of) = graph.order.add(&graph.gained, &graph.gainers, from, to) {
                    tied.push((from, of));
                } else if !was_same {
                    across.push((from, to));
                }
            } else {
                late.push((from, to));
                across.push((from, to));
            }
        }
        let uneven = Uneven::of(graph, tied);
        for at in 0..self.bands.len() {
            let Some(band) = self.bands.get_mut(at) else { continue };
            band.grow(&self.graph.places);
            let graph = &self.graph;
            for (from, to) in &across {
                self.wave.hand(graph, *from, band.row(self.graph.places.of(*to)));
            }
            for member in uneven.handed(graph) {
                self.wave.hand(graph, member, band.row(self.graph.places.of(member)));
            }
            if !self.wave.is_empty() {
                self.wave.gain(&mut self.graph, band, &uneven, &mut self.found);
                self.keep(at, shifts);
            }
        }
        for (from, to) in late {
            self.graph.gained.insert(from, to);
        }
        self.bands.iter_mut().for_each(|band| band.grow(&self.graph.places));
    }

    /// Somebody will gain from a slot: from now on it has a label, and its rows are kept.
    fn enter(&mut self, slot: Slot) {
        let mut rows = Vec::new();
        for band in &self.bands {
            let mut row = vec![0; band.sides];
            band.read(&self.graph, slot, &mut row);
            rows.push(row);
        }
        self.graph.order.enter(slot);
        if rows.iter().flatten().all(|word| *word == 0) {
            return;
        }
        let place = self.graph.places.take(slot);
        for (band, row) in self.bands.iter_mut().zip(rows) {
            band.grow(&self.graph.places);
            band.row_mut(place).copy_from_slice(&row);
        }
    }
}
