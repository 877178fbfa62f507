//! A band: up to 64 rules with the same number of sides, as bits of rows with one word a side, so
//! that all sides of a rule lie in one cache line for as many as eight. Bands know nothing of each
//! other: a change is settled in those that it touches. Rows are kept only of slots from whom
//! somebody gains and that lead to anything asked for at all; every other row is put together when
//! it is needed.
#![expect(
    clippy::indexing_slicing,
    reason = "places are given out by `Places`, and a table is as long as there are places"
)]

use std::collections::BTreeMap;

use super::graph::Graph;
use super::place::Places;
use super::support::{self, Support};
use crate::engine::snapshot::Slot;
use crate::engine::watch::Pace;

/// Rules of a band.
pub(super) const RULES: usize = 64;
/// Slots whose rows are taken together between two looks at whether it is enough.
const LOOK: usize = 16;

/// Some rules and the rows of all slots for them.
#[derive(Debug, Clone)]
pub(super) struct Band {
    /// Words of a row.
    pub(super) sides: usize,
    /// Which rule each bit stands for.
    pub(super) rules: Vec<Option<usize>>,
    /// Bits of slots that are asked for themselves.
    pub(super) own: BTreeMap<Slot, Vec<u64>>,
    table: Vec<u64>,
    /// One bit for each slot: it may meet one of the rules. Who meets nothing has nothing to lose.
    meets: Vec<u64>,
    support: Support,
}

impl Band {
    pub(super) fn new(sides: usize) -> Self {
        let rules = vec![None; RULES];
        Self {
            sides,
            rules,
            own: BTreeMap::new(),
            table: vec![0; sides],
            meets: Vec::new(),
            support: Support::default(),
        }
    }

    /// Makes room for all places.
    pub(super) fn grow(&mut self, places: &Places) {
        let words = places.used() * self.sides;
        if self.table.len() < words {
            self.table.resize(words, 0);
        }
    }

    /// Asks for a slot on one side of the rule that a bit stands for.
    pub(super) fn ask(&mut self, slot: Slot, side: usize, bit: usize) {
        let row = self.own.entry(slot).or_insert_with(|| vec![0; self.sides]);
        row[side] |= 1 << bit;
    }

    /// Notes whether a holder meets anything.
    pub(super) fn mark(&mut self, slot: Slot, meets: bool) {
        let at = slot as usize / 64;
        if at >= self.meets.len() {
            self.meets.resize(at + 1, 0);
        }
        let word = &mut self.meets[at];
        *word = *word & !(1 << (slot % 64)) | u64::from(meets) << (slot % 64);
    }

    #[inline(always)]
    pub(super) fn may_meet(&self, slot: Slot) -> bool {
        self.meets.get(slot as usize / 64).copied().unwrap_or_default() >> (slot % 64) & 1 == 1
    }

    #[inline(always)]
    pub(super) fn row(&self, place: usize) -> &[u64] {
        &self.table[place * self.sides..(place + 1) * self.sides]
    }

    #[inline(always)]
    pub(super) fn row_mut(&mut self, place: usize) -> &mut [u64] {
        &mut self.table[place * self.sides..(place + 1) * self.sides]
    }

    /// Adds all that a list of slots has.
    #[inline(always)]
    fn gather(&self, places: &Places, list: &[Slot], row: &mut [u64]) {
        if let [left, right] = row {
            let (mut one, mut other) = (*left, *right);
            for slot in list {
                let at = places.of(*slot) * 2;
                let both = &self.table[at..at + 2];
                one |= both[0];
                other |= both[1];
            }
            (*left, *right) = (one, other);
            return;
        }
        for slot in list {
            add(row, self.row(places.of(*slot)));
        }
    }

    /// Adds all that one slot has of its own and by those it gains from; stops early once the row has
    /// `enough`. Slots in the same knot are passed over: they have nothing of their own to add that
    /// is not added when it is their turn.
    #[inline(always)]
    pub(super) fn pull(&self, graph: &Graph, slot: Slot, enough: Option<&[u64]>, row: &mut [u64]) {
        if graph.is_asked(slot)
            && let Some(own) = self.own.get(&slot)
        {
            add(row, own);
        }
        let is_tied = graph.order.is_tied(slot);
        for piece in graph.gained.pieces(slot) {
            for list in piece.chunks(LOOK) {
                if is_tied {
                    for other in list.iter().filter(|it| !graph.order.is_same(slot, **it)) {
                        add(row, self.row(graph.places.of(*other)));
                    }
                } else {
                    self.gather(&graph.places, list, row);
                }
                if enough.is_some_and(|enough| has(row, enough)) {
                    return;
                }
            }
        }
    }

    /// Adds what members of one knot have of what is looked for, until all is found.
    pub(super) fn pull_any(
        &mut self,
        graph: &Graph,
        members: &[Slot],
        wanted: &[u64],
        row: &mut [u64],
    ) {
        let Some(head) = members.first().filter(|_| members.len() >= support::LARGE) else {
            for slot in members {
                self.pull(graph, *slot, Some(wanted), row);
                if has(row, wanted) {
                    return;
                }
            }
            return;
        };
        for giver in self.support.of(*head, wanted, row) {
            if graph.order.is_same(*head, giver) && !has(row, wanted) {
                self.pull(graph, giver, Some(wanted), row);
            }
        }
        let mut before = row.to_vec();
        for slot in members {
            if has(row, wanted) {
                return;
            }
            self.pull(graph, *slot, Some(wanted), row);
            if before != *row {
                self.support.keep(*head, row, &before, *slot);
                before.copy_from_slice(row);
            }
        }
    }

    /// The row of any slot, kept or not.
    pub(super) fn read(&self, graph: &Graph, slot: Slot, row: &mut [u64]) {
        if graph.is_kept(slot) {
            row.copy_from_slice(self.row(graph.places.of(slot)));
        } else {
            row.fill(0);
            self.pull(graph, slot, None, row);
        }
    }

    /// Fills all rows from the graph, given the slots that have a label in order.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn fill<E>(
        &mut self,
        graph: &Graph,
        sorted: &[Slot],
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        self.table.clear();
        self.grow(&graph.places);
        let mut row = vec![0; self.sides];
        for head in sorted {
            let members = graph.order.members(head);
            if members.iter().all(|slot| graph.places.of(*slot) == 0) {
                continue;
            }
            row.fill(0);
            for slot in members {
                pace.step(graph.gained.count(*slot) + 1)?;
                self.pull(graph, *slot, None, &mut row);
            }
            for slot in members {
                self.row_mut(graph.places.of(*slot)).copy_from_slice(&row);
            }
        }
        Ok(())
    }

    pub(super) fn bytes(&self) -> usize {
        let own = self.own.len() * (32 + self.sides * 8);
        (self.table.capacity() + self.meets.len()) * 8 + own + self.support.bytes()
    }
}

/// Adds a row to another.
#[inline(always)]
pub(super) fn add(row: &mut [u64], more: &[u64]) {
    for (word, more) in row.iter_mut().zip(more) {
        *word |= more;
    }
}

/// Takes what another row has out of a row. False where nothing is left.
#[inline(always)]
pub(super) fn cut(row: &mut [u64], less: &[u64]) -> bool {
    let mut left = 0;
    for (word, less) in row.iter_mut().zip(less) {
        *word &= !less;
        left |= *word;
    }
    left != 0
}

/// Whether a row has all of another.
#[inline(always)]
pub(super) fn has(row: &[u64], all: &[u64]) -> bool {
    all.iter().zip(row).fold(0, |missing, (word, has)| missing | (word & !has)) == 0
}

/// Bits of which all sides are met.
#[inline(always)]
pub(super) fn met(row: &[u64]) -> u64 {
    row.iter().fold(u64::MAX, |all, word| all & word)
}

#[inline(always)]
pub(super) fn is_empty(row: &[u64]) -> bool {
    row.iter().fold(0, |all, word| all | word) == 0
}
