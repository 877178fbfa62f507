//! Sets of slots, one bit each: taken together, walked and counted. Knows nothing of what they stand for.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot that the bits were made for"
)]

use std::ops::Range;

use crate::engine::snapshot::{Slot, Snapshot};

/// One bit a slot.
#[derive(Debug, Clone)]
pub(super) struct Bits(pub(super) Vec<u64>);

impl Bits {
    pub(super) fn none(slots: usize) -> Self {
        Self(vec![0; slots.div_ceil(64)])
    }

    /// Of the slots for which something holds.
    pub(super) fn of(snapshot: &Snapshot, holds: impl Fn(Slot) -> bool) -> Self {
        let mut bits = Self::none(snapshot.len());
        let slots = 0..u32::try_from(snapshot.len()).unwrap_or(u32::MAX);
        slots.filter(|slot| holds(*slot)).for_each(|slot| bits.set(slot));
        bits
    }

    #[inline(always)]
    pub(super) fn set(&mut self, slot: Slot) {
        self.0[slot as usize / 64] |= 1 << (slot % 64);
    }

    /// Whether it was not there before.
    #[inline(always)]
    pub(super) fn enter(&mut self, slot: Slot) -> bool {
        let (word, bit) = (&mut self.0[slot as usize / 64], 1 << (slot % 64));
        // Written when it changes only: neighbours share a word, and reading what was just written waits.
        if *word & bit == 0 {
            *word |= bit;
            return true;
        }
        false
    }

    /// Sets all bits of a range.
    pub(super) fn fill(&mut self, slots: Range<Slot>) {
        let mut slot = slots.start;
        while slot < slots.end {
            let end = (slot / 64 + 1).saturating_mul(64).min(slots.end);
            let length = end - slot;
            self.0[slot as usize / 64] |= (u64::MAX >> (64 - length)) << (slot % 64);
            slot = end;
        }
    }

    /// Clears the words of these slots, which are all that there are.
    pub(super) fn clear(&mut self, slots: &[Slot]) {
        if slots.len() < self.0.len() {
            slots.iter().for_each(|slot| self.0[*slot as usize / 64] = 0);
        } else {
            self.0.fill(0);
        }
    }
}
