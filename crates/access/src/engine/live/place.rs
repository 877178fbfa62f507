//! Where rows lie: the same place in the table of every band.
#![expect(
    clippy::indexing_slicing,
    reason = "every slot that is asked for was checked to be one, and the table has a place for each"
)]

use crate::engine::snapshot::Slot;

/// Where the rows of slots are in every band; place 0 is a row with nothing.
#[derive(Debug, Clone)]
pub(super) struct Places {
    of: Vec<u32>,
    used: u32,
}

impl Places {
    pub(super) fn new(slots: usize) -> Self {
        Self { of: vec![0; slots], used: 1 }
    }

    pub(super) fn push(&mut self) {
        self.of.push(0);
    }

    #[inline(always)]
    pub(super) fn of(&self, slot: Slot) -> usize {
        self.of[slot as usize] as usize
    }

    /// The place of a slot, a new one where it has none. Bands must [`Band::grow`] before they use it.
    pub(super) fn take(&mut self, slot: Slot) -> usize {
        let place = &mut self.of[slot as usize];
        if *place == 0 {
            *place = self.used;
            self.used += 1;
        }
        *place as usize
    }

    pub(super) fn used(&self) -> usize {
        self.used as usize
    }

    pub(super) fn bytes(&self) -> usize {
        self.of.len() * 4
    }
}
