//! Which member of a large knot gives what the knot has, as far as was found out: a bit that a change
//! may take away is looked for where it was found before, and only then among all members. What is
//! remembered is never taken on trust.
#![expect(
    clippy::indexing_slicing,
    reason = "there is a giver for each bit of a row, and bits come from rows of the same band"
)]

use std::collections::BTreeMap;

use crate::engine::snapshot::Slot;

/// Members from which on it is remembered.
pub(super) const LARGE: usize = 64;

/// No member.
const NONE: Slot = Slot::MAX;

/// By the head of a knot, a member for each bit of a row.
#[derive(Debug, Clone, Default)]
pub(super) struct Support {
    givers: BTreeMap<Slot, Vec<Slot>>,
}

impl Support {
    /// Who gave one of the bits of a row that another lacks.
    pub(super) fn of(&self, head: Slot, row: &[u64], lacks: &[u64]) -> Vec<Slot> {
        let Some(givers) = self.givers.get(&head) else { return Vec::new() };
        let mut found: Vec<Slot> = bits(row, lacks).map(|bit| givers[bit]).collect();
        found.retain(|slot| *slot != NONE);
        found.sort_unstable();
        found.dedup();
        found
    }

    /// Remembers who gives the bits of a row that another lacks.
    pub(super) fn keep(&mut self, head: Slot, row: &[u64], lacks: &[u64], giver: Slot) {
        let givers = self.givers.entry(head).or_insert_with(|| vec![NONE; row.len() * 64]);
        bits(row, lacks).for_each(|bit| givers[bit] = giver);
    }

    pub(super) fn bytes(&self) -> usize {
        self.givers.values().map(|it| 48 + it.capacity() * 4).sum()
    }
}

/// Positions of the bits of a row that another lacks.
fn bits(row: &[u64], lacks: &[u64]) -> impl Iterator<Item = usize> {
    row.iter().zip(lacks).enumerate().flat_map(|(at, (word, lacks))| {
        let mut left = word & !lacks;
        std::iter::from_fn(move || {
            let bit = left.trailing_zeros() as usize;
            left &= left.checked_sub(1)?;
            Some(at * 64 + bit)
        })
    })
}
