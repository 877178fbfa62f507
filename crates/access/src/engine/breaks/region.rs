//! The part of the graph that lies on any way from chosen holders to what chosen rules ask for, with
//! numbers of its own. Edges between the same two nodes are one way of several facts here. Knows how to
//! go over it, and decides nothing.
#![expect(
    clippy::indexing_slicing,
    reason = "nodes of the region are numbered by it, and each table has a place for each"
)]

use super::meter::{Meter, Stopped};
use crate::engine::snapshot::{Slot, Snapshot};

/// No way leads here, or not yet.
const NONE: u32 = u32::MAX;

/// All edges from one node to another.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Way {
    pub(super) from: u32,
    pub(super) to: u32,
    /// How many there are: all have to go.
    pub(super) facts: u64,
    /// Whether they may.
    pub(super) may_cut: bool,
}

/// The part of the graph.
#[derive(Debug)]
pub(super) struct Region {
    /// In order.
    slots: Vec<Slot>,
    /// In order of their ends.
    ways: Vec<Way>,
    /// Where the ways of a node begin.
    begins: Vec<usize>,
}

impl Region {
    /// What lies between: reached from the starts, and reaching the goals.
    pub(super) fn between(
        snapshot: &Snapshot,
        (starts, goals): (&[Slot], &[Slot]),
        may_cut: &dyn Fn(u32, u32) -> bool,
        meter: &mut Meter<'_>,
    ) -> Result<Self, Stopped> {
        let mut marks = vec![0u8; snapshot.len()];
        let mut queue: Vec<Slot> = Vec::new();
        let mut next = 0;
        enter(&mut marks, &mut queue, starts.iter().copied(), (0, 1));
        while let Some(slot) = queue.get(next).copied() {
            next += 1;
            let before = queue.len();
            enter(&mut marks, &mut queue, snapshot.gained(slot), (0, 1));
            meter.spend(1 + queue.len() - before)?;
        }
        queue.clear();
        next = 0;
        enter(&mut marks, &mut queue, goals.iter().copied(), (1, 2));
        while let Some(slot) = queue.get(next).copied() {
            next += 1;
            let gainers = snapshot.gainers(slot);
            enter(&mut marks, &mut queue, gainers.iter().copied(), (1, 2));
            meter.spend(1 + gainers.len())?;
        }
        queue.sort_unstable();
        Self::of(snapshot, queue, may_cut, meter)
    }

    fn of(
        snapshot: &Snapshot,
        slots: Vec<Slot>,
        may_cut: &dyn Fn(u32, u32) -> bool,
        meter: &mut Meter<'_>,
    ) -> Result<Self, Stopped> {
        let node = |slot: Slot| snapshot.node(slot).unwrap_or(u32::MAX);
        let mut region = Self { slots, ways: Vec::new(), begins: vec![0] };
        for from in 0..region.slots.len() {
            let slot = region.slots[from];
            let mut heads: Vec<u32> =
                snapshot.gained(slot).filter_map(|it| region.number(it)).collect();
            heads.sort_unstable();
            for alike in heads.chunk_by(|a, b| a == b).filter(|it| it[0] as usize != from) {
                let to = alike[0];
                region.ways.push(Way {
                    from: small(from),
                    to,
                    facts: alike.len() as u64,
                    may_cut: may_cut(node(slot), node(region.slots[to as usize])),
                });
            }
            region.begins.push(region.ways.len());
            meter.spend(heads.len() + 1)?;
        }
        Ok(region)
    }

    pub(super) fn len(&self) -> usize {
        self.slots.len()
    }

    pub(super) fn ways(&self) -> &[Way] {
        &self.ways
    }

    pub(super) fn slot(&self, number: u32) -> Slot {
        self.slots[number as usize]
    }

    /// The number of a slot that lies in the region.
    pub(super) fn number(&self, slot: Slot) -> Option<u32> {
        self.slots.binary_search(&slot).ok().map(small)
    }
}

/// Enters what carries the first mark with the second.
fn enter(
    marks: &mut [u8],
    queue: &mut Vec<Slot>,
    slots: impl Iterator<Item = Slot>,
    (from, to): (u8, u8),
) {
    for slot in slots {
        let mark = &mut marks[slot as usize];
        if *mark == from {
            *mark = to;
            queue.push(slot);
        }
    }
}

/// Searches from one node of a region, with memory for many.
#[derive(Debug)]
pub(super) struct Probe {
    /// By node: the way by which it was reached, and when.
    reached: Vec<(u32, u32)>,
    order: Vec<u32>,
}

impl Probe {
    pub(super) fn new(region: &Region) -> Self {
        Self { reached: vec![(NONE, NONE); region.len()], order: Vec::new() }
    }

    /// The ways that may be cut of a shortest path to each side, in order, without those that are gone.
    /// None when there is no path to some side.
    pub(super) fn witness(
        &mut self,
        region: &Region,
        (start, sides): (u32, &[Vec<u32>]),
        is_gone: &[bool],
        meter: &mut Meter<'_>,
    ) -> Result<Option<Vec<u32>>, Stopped> {
        self.search(region, start, is_gone, meter)?;
        let mut ways = Vec::new();
        for goals in sides {
            let reached = goals.iter().map(|goal| (self.reached[*goal as usize].1, *goal));
            let Some((_, goal)) = reached.filter(|(at, _)| *at != NONE).min() else {
                return Ok(None);
            };
            let mut node = goal;
            while node != start {
                let way = self.reached[node as usize].0;
                ways.push(way);
                node = region.ways[way as usize].from;
            }
        }
        ways.retain(|way| region.ways[*way as usize].may_cut);
        ways.sort_unstable();
        ways.dedup();
        Ok(Some(ways))
    }

    fn search(
        &mut self,
        region: &Region,
        start: u32,
        is_gone: &[bool],
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        for node in self.order.drain(..) {
            self.reached[node as usize] = (NONE, NONE);
        }
        self.reached[start as usize] = (NONE, 0);
        self.order.push(start);
        let mut next = 0;
        while let Some(node) = self.order.get(next).copied() {
            next += 1;
            let ways = region.begins[node as usize]..region.begins[node as usize + 1];
            meter.spend(ways.len() + 1)?;
            for way in ways {
                let to = region.ways[way].to as usize;
                if self.reached[to].1 == NONE && !is_gone[way] {
                    self.reached[to] = (small(way), small(self.order.len()));
                    self.order.push(region.ways[way].to);
                }
            }
        }
        Ok(())
    }
}

/// A region has no more nodes and ways than the graph, which has fewer than 2^32.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
