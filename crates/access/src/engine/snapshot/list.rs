//! Adjacency in compressed rows: for each slot where its list begins, and all lists behind each
//! other. Four bytes an edge and four a slot.
#![expect(
    clippy::indexing_slicing,
    reason = "sorting by counting: each place is one that was counted a moment before"
)]

use std::ops::Range;

use yoke::Yokeable;

use super::Slot;
use crate::engine::watch::{ASK_EVERY, Pace};

/// Lists of slots, one for each slot, wherever they are held.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Yokeable)]
pub struct Lists<'a> {
    pub(super) starts: &'a [u32],
    pub(super) items: &'a [u32],
}

/// Lists in memory of their own.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Sorted {
    pub(super) starts: Vec<u32>,
    pub(super) items: Vec<u32>,
}

impl Sorted {
    pub(super) fn lists(&self) -> Lists<'_> {
        Lists { starts: &self.starts, items: &self.items }
    }

    /// Sorts pairs into lists by their first part. Both slices are as long and shorter than
    /// `u32::MAX`, every first part is below `count`; a list keeps the order of its pairs.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn by_key<E>(
        count: usize,
        keys: &[u32],
        values: &[u32],
        pace: &mut Pace<'_, E>,
    ) -> Result<Self, E> {
        let mut lists = Counted::new(count);
        for keys in keys.chunks(ASK_EVERY) {
            pace.step(keys.len())?;
            keys.iter().for_each(|key| lists.count(*key));
        }
        let mut lists = lists.places(values.len());
        for (keys, values) in keys.chunks(ASK_EVERY).zip(values.chunks(ASK_EVERY)) {
            pace.step(keys.len())?;
            keys.iter().zip(values).for_each(|(key, value)| lists.put(*key, *value));
        }
        Ok(lists.done())
    }
}

impl<'a> Lists<'a> {
    /// How many lists.
    pub(super) fn len(self) -> Slot {
        u32::try_from(self.starts.len().saturating_sub(1)).unwrap_or(u32::MAX)
    }

    /// How many items in all.
    #[must_use]
    pub fn edges(self) -> usize {
        self.items.len()
    }

    /// The list of one slot.
    #[must_use]
    #[inline]
    pub fn row(self, slot: Slot) -> &'a [Slot] {
        self.rows(slot..slot.saturating_add(1))
    }

    /// The lists of several slots behind each other.
    #[must_use]
    #[inline]
    pub fn rows(self, slots: Range<Slot>) -> &'a [Slot] {
        let start = self.starts.get(slots.start as usize).copied().unwrap_or_default();
        let end = self.starts.get(slots.end as usize).copied().unwrap_or_default();
        self.items.get(start as usize..end as usize).unwrap_or_default()
    }
}

/// Lists of which it is being counted how long each will be.
struct Counted {
    starts: Vec<u32>,
}

/// Lists that are being filled.
struct Filling {
    starts: Vec<u32>,
    items: Vec<u32>,
}

impl Counted {
    fn new(count: usize) -> Self {
        Self { starts: vec![0; count + 2] }
    }

    fn count(&mut self, key: u32) {
        self.starts[key as usize + 2] += 1;
    }

    /// While lists are filled, the start of each stands one place further on, and moves.
    fn places(mut self, items: usize) -> Filling {
        let mut sum = 0;
        for start in &mut self.starts {
            sum += *start;
            *start = sum;
        }
        Filling { starts: self.starts, items: vec![0; items] }
    }
}

impl Filling {
    fn put(&mut self, key: u32, value: u32) {
        let place = &mut self.starts[key as usize + 1];
        self.items[*place as usize] = value;
        *place += 1;
    }

    fn done(mut self) -> Sorted {
        self.starts.pop();
        Sorted { starts: self.starts, items: self.items }
    }
}
