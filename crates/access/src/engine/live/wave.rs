//! A change on its way through one band: what each slot may lose or gain is handed up in the order
//! of the labels, so that all that a slot is handed has come before its turn, and each knot has one
//! turn only. Nothing is taken away from a slot that has to be given back: whether it loses a bit is
//! settled by those below it, who have been. Slots from which nobody gains come last, in any order.
#![expect(
    clippy::indexing_slicing,
    reason = "slots were checked when they came in, and what waits is numbered here"
)]

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use super::band::{self, Band};
use super::graph::Graph;
use super::uneven::Uneven;
use crate::engine::snapshot::Slot;

/// Slots whose lists are brought near together.
const AHEAD: usize = 16;

/// What waits for its turn.
#[derive(Debug, Clone)]
pub(super) struct Wave {
    /// By slot, one more than the position of what it is handed.
    waits: Vec<u32>,
    slots: Vec<Slot>,
    /// What each was handed, row after row.
    handed: Vec<u64>,
    turns: BinaryHeap<Reverse<(u64, u32)>>,
    /// Positions of slots without a label.
    last: Vec<u32>,
    /// What kept slots gained, until all is settled.
    grown: Vec<Slot>,
    grown_by: Vec<u64>,
}

/// Holders that began or ceased to meet the rules of a band, by bit. Kept from band to band.
#[derive(Debug, Clone, Default)]
pub(super) struct Found {
    pub(super) began: Vec<Vec<Slot>>,
    pub(super) ceased: Vec<Vec<Slot>>,
    /// Bits for which anything was found.
    pub(super) bits: u64,
}

impl Found {
    pub(super) fn new() -> Self {
        let lists = || vec![Vec::new(); band::RULES];
        Self { began: lists(), ceased: lists(), bits: 0 }
    }

    fn began(&mut self, bits: u64, slot: Slot) {
        self.bits |= bits;
        note(&mut self.began, bits, slot);
    }

    fn ceased(&mut self, bits: u64, slot: Slot) {
        self.bits |= bits;
        note(&mut self.ceased, bits, slot);
    }
}

fn note(found: &mut [Vec<Slot>], mut bits: u64, slot: Slot) {
    while bits != 0 {
        found[bits.trailing_zeros() as usize].push(slot);
        bits &= bits - 1;
    }
}

impl Wave {
    pub(super) fn new(slots: usize) -> Self {
        Self {
            waits: vec![0; slots],
            slots: Vec::new(),
            handed: Vec::new(),
            turns: BinaryHeap::new(),
            last: Vec::new(),
            grown: Vec::new(),
            grown_by: Vec::new(),
        }
    }

    pub(super) fn push(&mut self) {
        self.waits.push(0);
    }

    pub(super) fn is_empty(&self) -> bool {
        self.slots.is_empty()
    }

    /// Hands something to a slot, or to the knot that it is in.
    #[inline(always)]
    pub(super) fn hand(&mut self, graph: &Graph, slot: Slot, bits: &[u64]) {
        if band::is_empty(bits) {
            return;
        }
        let head = graph.order.head(slot);
        let waits = &mut self.waits[head as usize];
        if *waits != 0 {
            let start = (*waits as usize - 1) * bits.len();
            band::add(&mut self.handed[start..start + bits.len()], bits);
            return;
        }
        let at = u32::try_from(self.slots.len()).unwrap_or(u32::MAX);
        *waits = at + 1;
        self.slots.push(head);
        self.handed.extend_from_slice(bits);
        if graph.is_kept(head) {
            self.turns.push(Reverse((graph.order.label(head), at)));
        } else {
            self.last.push(at);
        }
    }

    /// Hands something to all who gain from a slot, save to those in the same knot.
    #[inline(always)]
    fn hand_on(&mut self, graph: &Graph, slot: Slot, bits: &[u64]) {
        let is_tied = graph.order.is_tied(slot);
        for piece in graph.gainers.pieces(slot) {
            for gainer in piece {
                if !is_tied || !graph.order.is_same(slot, *gainer) {
                    self.hand(graph, *gainer, bits);
                }
            }
        }
    }

    /// The next with a label, and what it was handed.
    #[inline(always)]
    fn turn(&mut self, bits: &mut [u64]) -> Option<Slot> {
        let Reverse((_, at)) = self.turns.pop()?;
        Some(self.of(at, bits))
    }

    #[inline(always)]
    fn of(&self, at: u32, bits: &mut [u64]) -> Slot {
        let start = at as usize * bits.len();
        bits.copy_from_slice(&self.handed[start..start + bits.len()]);
        self.slots[at as usize]
    }

    /// Brings the lists of the next slots without a label near together, every [`AHEAD`] turns.
    #[inline(always)]
    fn touch(&self, graph: &Graph, next: usize) {
        if next.is_multiple_of(AHEAD) {
            let mut slots = [0; AHEAD];
            let ahead = self.last.iter().skip(next).take(AHEAD);
            let count =
                ahead.zip(&mut slots).map(|(at, slot)| *slot = self.slots[*at as usize]).count();
            graph.gained.touch(&slots[..count]);
        }
    }

    fn clear(&mut self) {
        for slot in self.slots.drain(..) {
            self.waits[slot as usize] = 0;
        }
        self.handed.clear();
        self.last.clear();
    }

    /// Takes away what was handed, where nothing else gives it.
    pub(super) fn lose(&mut self, graph: &Graph, band: &mut Band, found: &mut Found) {
        let mut lost = vec![0; band.sides];
        let mut still = vec![0; band.sides];
        while let Some(head) = self.turn(&mut lost) {
            let members = graph.order.members(&head);
            still.fill(0);
            band.pull_any(graph, members, &lost, &mut still);
            if !band::cut(&mut lost, &still) {
                continue;
            }
            for slot in members {
                let row = band.row_mut(graph.places.of(*slot));
                let before = band::met(row);
                band::cut(row, &lost);
                if graph.is_holder(*slot) {
                    found.ceased(before & !band::met(row), *slot);
                }
                self.hand_on(graph, *slot, &lost);
            }
        }
        for (next, at) in self.last.iter().enumerate() {
            self.touch(graph, next);
            let slot = self.of(*at, &mut lost);
            if !graph.is_holder(slot) || !band.may_meet(slot) {
                continue;
            }
            still.fill(0);
            band.pull(graph, slot, Some(&lost), &mut still);
            let after = band::met(&still);
            if band::cut(&mut lost, &still) {
                band::add(&mut still, &lost);
                found.ceased(band::met(&still) & !after, slot);
                band.mark(slot, after != 0);
            }
        }
        self.clear();
    }

    /// Gives what was handed to those who do not have it. Rows are written when all is settled, so
    /// that slots without a row can tell what they had.
    pub(super) fn gain(
        &mut self,
        graph: &mut Graph,
        band: &mut Band,
        uneven: &Uneven,
        found: &mut Found,
    ) {
        let mut handed = vec![0; band.sides];
        let mut more = vec![0; band.sides];
        let mut row = vec![0; band.sides];
        while let Some(head) = self.turn(&mut handed) {
            let lacks = |slot| !band::has(band.row(graph.places.of(slot)), &handed);
            for slot in uneven.lacking(graph.order.members(&head), lacks) {
                row.copy_from_slice(band.row(graph.places.of(*slot)));
                more.copy_from_slice(&handed);
                if !band::cut(&mut more, &row) {
                    continue;
                }
                self.grown.push(*slot);
                self.grown_by.extend_from_slice(&more);
                self.hand_on(graph, *slot, &more);
                if graph.is_holder(*slot) {
                    let before = band::met(&row);
                    band::add(&mut row, &more);
                    found.began(band::met(&row) & !before, *slot);
                }
            }
        }
        for (next, at) in self.last.iter().enumerate() {
            self.touch(graph, next);
            let slot = self.of(*at, &mut handed);
            if !graph.is_holder(slot) {
                continue;
            }
            row.fill(0);
            band.pull(graph, slot, Some(&handed), &mut row);
            let before = band::met(&row);
            if band::cut(&mut handed, &row) {
                band::add(&mut row, &handed);
                let after = band::met(&row);
                found.began(after & !before, slot);
                band.mark(slot, after != 0);
            }
        }
        for (slot, more) in self.grown.drain(..).zip(self.grown_by.chunks_exact(band.sides)) {
            let place = graph.places.take(slot);
            band.grow(&graph.places);
            band::add(band.row_mut(place), more);
        }
        self.grown_by.clear();
        self.clear();
    }

    pub(super) fn bytes(&self) -> usize {
        let waiting = self.slots.capacity() * 12 + self.handed.capacity() * 8;
        let grown = self.grown.capacity() * 4 + self.grown_by.capacity() * 8;
        self.waits.len() * 4 + waiting + grown
    }
}
