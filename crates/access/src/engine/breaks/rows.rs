//! Who reaches which side, as rows of bits over a part of the graph, before and after a change. The part
//! holds all that its slots gain from. Before, access leads to lower slots, so that one pass is enough;
//! after, what was added may lead anywhere, and passes are repeated until nothing is new, over those only
//! whom the change can concern.
#![expect(
    clippy::indexing_slicing,
    reason = "slots of the part are numbered by it, and rows are made for each"
)]

use super::meter::{Meter, Stopped};
use super::overlay::Overlay;
use crate::engine::snapshot::{Slot, Snapshot};

/// Slots in order, and where each is.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) slots: Vec<Slot>,
    /// By slot: its number here and one.
    places: Vec<u32>,
}

impl Part {
    pub(super) fn new(mut slots: Vec<Slot>, of: usize) -> Self {
        slots.sort_unstable();
        let mut places = vec![0; of];
        for (number, slot) in (1u32..).zip(&slots) {
            places[*slot as usize] = number;
        }
        Self { slots, places }
    }

    pub(super) fn place(&self, slot: Slot) -> Option<usize> {
        (self.places[slot as usize] as usize).checked_sub(1)
    }
}

/// A row for each slot of a part.
#[derive(Debug)]
pub(super) struct Rows {
    words: usize,
    bits: Vec<u64>,
}

impl Rows {
    /// What the slots are asked for themselves.
    pub(super) fn asked(part: &Part, words: usize, asked: &[(Slot, usize)]) -> Self {
        let mut rows = Self { words, bits: vec![0; part.slots.len() * words] };
        for (slot, bit) in asked {
            if let Some(place) = part.place(*slot) {
                rows.bits[place * words + bit / 64] |= 1 << (bit % 64);
            }
        }
        rows
    }

    pub(super) fn row(&self, place: usize) -> &[u64] {
        &self.bits[place * self.words..(place + 1) * self.words]
    }

    fn add(&mut self, place: usize, row: &[u64]) {
        for (bits, more) in self.bits[place * self.words..].iter_mut().zip(row) {
            *bits |= more;
        }
    }

    /// Takes one row of these rows into another, and says whether that brought anything.
    fn add_own(&mut self, place: usize, from: usize) -> bool {
        let mut is_new = false;
        for word in 0..self.words {
            let more = self.bits[from * self.words + word];
            let bits = &mut self.bits[place * self.words + word];
            is_new |= more & !*bits != 0;
            *bits |= more;
        }
        is_new
    }

    /// Adds all that is reached, as the graph is.
    pub(super) fn before(
        mut self,
        snapshot: &Snapshot,
        part: &Part,
        meter: &mut Meter<'_>,
    ) -> Result<Self, Stopped> {
        let mut knots = snapshot.knots().iter().copied().peekable();
        let mut place = 0;
        while let Some(first) = part.slots.get(place).copied() {
            while knots.next_if(|(_, end)| *end <= first).is_some() {}
            let end = knots.peek().filter(|(from, _)| *from <= first).map_or(first + 1, |it| it.1);
            let members = (first..end).filter_map(|slot| part.place(slot));
            let mut row = vec![0; self.words];
            for member in members.clone() {
                row.iter_mut().zip(self.row(member)).for_each(|(all, bits)| *all |= bits);
                let mut followed = 1;
                for gained in snapshot.gained(part.slots[member]) {
                    followed += 1;
                    let is_inside = (first..end).contains(&gained);
                    if let Some(behind) = part.place(gained).filter(|_| !is_inside) {
                        row.iter_mut().zip(self.row(behind)).for_each(|(all, bits)| *all |= bits);
                    }
                }
                meter.spend(followed)?;
            }
            for member in members {
                self.add(member, &row);
                place += 1;
            }
        }
        Ok(self)
    }

    /// Adds all that is reached after a change by those whom it can concern, of whom these are the rows;
    /// for all others it is as before.
    pub(super) fn after(
        mut self,
        overlay: &Overlay<'_>,
        concerned: &Part,
        (whole, before): (&Part, &Self),
        meter: &mut Meter<'_>,
    ) -> Result<Self, Stopped> {
        for (place, slot) in concerned.slots.iter().enumerate() {
            overlay.gained(*slot, |gained| {
                if concerned.place(gained).is_none()
                    && let Some(outside) = whole.place(gained)
                {
                    self.add(place, before.row(outside));
                }
            });
        }
        // Access of old leads back in order; what was added may lead on, so both directions take turns.
        let mut is_up = true;
        loop {
            let mut is_new = false;
            for at in 0..concerned.slots.len() {
                let place = if is_up { at } else { concerned.slots.len() - 1 - at };
                let mut followed = 1;
                overlay.gained(concerned.slots[place], |gained| {
                    followed += 1;
                    if let Some(from) = concerned.place(gained) {
                        is_new |= self.add_own(place, from);
                    }
                });
                meter.spend(followed)?;
            }
            if !is_new {
                return Ok(self);
            }
            is_up = !is_up;
        }
    }
}
