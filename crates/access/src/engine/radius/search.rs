//! Breadth-first searches with one mark a slot, kept from search to search, so that a search costs
//! what it comes by and nothing else.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use crate::engine::snapshot::{Slot, Snapshot};

/// A search and its memory.
#[derive(Debug)]
pub struct Search<'a> {
    snapshot: &'a Snapshot,
    /// By slot: the last search that came by, and from where.
    seen: Vec<(u32, Slot)>,
    mark: u32,
    order: Vec<Slot>,
    steps: Vec<u32>,
}

/// What a search came by.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    seen: &'a [(u32, Slot)],
    mark: u32,
    /// Nearest first.
    order: &'a [Slot],
    /// Where in that order each distance begins.
    steps: &'a [u32],
}

impl<'a> Search<'a> {
    /// For searches over one snapshot.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let seen = vec![(0, 0); snapshot.len()];
        Self { snapshot, seen, mark: 0, order: Vec::new(), steps: Vec::new() }
    }

    /// All that a slot gains from, the slot itself first.
    pub fn gained(&mut self, from: Slot) -> Found<'_> {
        let snapshot = self.snapshot;
        self.go(from, |slot, search| {
            search.enter_all(slot, snapshot.pull().row(slot));
            search.enter_all(slot, snapshot.last().row(slot));
        })
    }

    /// All who gain from a slot, the slot itself first.
    pub fn gainers(&mut self, to: Slot) -> Found<'_> {
        let snapshot = self.snapshot;
        let leaves = snapshot.leaves().start;
        self.go(to, |slot, search| {
            if slot < leaves {
                search.enter_all(slot, snapshot.gainers(slot));
            }
        })
    }

    fn go(&mut self, start: Slot, next: impl Fn(Slot, &mut Self)) -> Found<'_> {
        self.order.clear();
        self.steps.clear();
        if self.mark == u32::MAX {
            self.seen.fill((0, 0));
            self.mark = 0;
        }
        self.mark += 1;
        if let Some(seen) = self.seen.get_mut(start as usize) {
            *seen = (self.mark, start);
            self.order.push(start);
        }
        let mut at = 0;
        while at < self.order.len() {
            let end = self.order.len();
            self.steps.push(place(at));
            while at < end {
                next(self.order[at], self);
                at += 1;
            }
        }
        Found { seen: &self.seen, mark: self.mark, order: &self.order, steps: &self.steps }
    }

    #[inline(always)]
    fn enter_all(&mut self, from: Slot, slots: &[Slot]) {
        for slot in slots {
            let seen = &mut self.seen[*slot as usize];
            if seen.0 != self.mark {
                *seen = (self.mark, from);
                self.order.push(*slot);
            }
        }
    }
}

impl Found<'_> {
    /// The slots, nearest first.
    #[must_use]
    pub fn slots(&self) -> &[Slot] {
        self.order
    }

    /// The slots at each distance in edges, from none.
    pub fn by_distance(&self) -> impl Iterator<Item = &[Slot]> + '_ {
        let ends = self.steps.iter().skip(1).copied().chain([place(self.order.len())]);
        let spans = self.steps.iter().copied().zip(ends);
        spans.map(|(from, to)| self.order.get(from as usize..to as usize).unwrap_or_default())
    }

    /// A shortest way between a slot and where the search began, both among it; none when the search
    /// did not come by.
    #[must_use]
    pub fn way(&self, slot: Slot) -> Option<Vec<Slot>> {
        let (mark, mut from) = *self.seen.get(slot as usize)?;
        if mark != self.mark {
            return None;
        }
        let mut way = vec![slot];
        while way.last() != Some(&from) && way.len() <= self.order.len() {
            way.push(from);
            from = self.seen.get(from as usize)?.1;
        }
        Some(way)
    }
}

/// There are no more of them than slots.
fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
