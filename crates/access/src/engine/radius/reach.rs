//! All that one slot reaches, without distances: bits are set from the highest slot down. All access leads
//! to lower slots, so a word is whole when its turn comes, and nobody asks of a single edge whether it led
//! to something new. What reaches each other has one turn.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::ops::Range;

use super::bits::Bits;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{Pace, Stage, Watch};

/// A search and its memory: two bits a slot.
#[derive(Debug)]
pub struct Reach<'a> {
    snapshot: &'a Snapshot,
    /// Slots that gain from any other.
    gaining: Bits,
    reached: Bits,
    /// Past the last word that is not empty.
    end: usize,
}

/// Slots of one kind, one bit each, to count with.
#[derive(Debug, Clone)]
pub struct Kind(Bits);

/// What a slot reaches, itself among it.
#[derive(Debug, Clone, Copy)]
pub struct Reached<'a>(&'a [u64]);

impl Kind {
    /// The slots for which something holds.
    #[must_use]
    pub fn of(snapshot: &Snapshot, holds: impl Fn(Slot) -> bool) -> Self {
        Self(Bits::of(snapshot, holds))
    }
}

impl<'a> Reach<'a> {
    /// For searches over one snapshot. Looks at each slot once.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let gains = |slot: Slot| {
            let slots = slot..slot + 1;
            !(snapshot.pull().rows(slots.clone()).is_empty()
                && snapshot.last().rows(slots).is_empty())
        };
        let reached = Bits::none(snapshot.len());
        Self { snapshot, gaining: Bits::of(snapshot, gains), reached, end: 0 }
    }

    /// All that a slot reaches.
    pub fn of(&mut self, from: Slot) -> Reached<'_> {
        let Ok(reached) = self.of_within(from, Watch::NOBODY);
        reached
    }

    /// The same while somebody watches, who may call it off; the next search is whole all the same.
    ///
    /// # Errors
    /// When it was called off.
    pub fn of_within<E>(&mut self, from: Slot, watch: Watch<'_, E>) -> Result<Reached<'_>, E> {
        let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
        self.reached.0[..self.end].fill(0);
        self.end = 0;
        let knots = self.snapshot.knots();
        let knot = knots.partition_point(|(first, _)| *first <= from);
        let mut knots = knots[..knot].iter().rev().copied().peekable();
        if (from as usize) < self.snapshot.len() {
            self.reached.set(from);
            let last = knots.peek().filter(|(_, end)| from < *end).map_or(from, |(_, end)| end - 1);
            self.end = last as usize / 64 + 1;
        }
        let mut word = self.end;
        // Of a word those below what has had its turn.
        let mut below = u64::MAX;
        while word > 0 {
            let left = self.reached.0[word - 1] & self.gaining.0[word - 1] & below;
            if left == 0 {
                word -= 1;
                below = u64::MAX;
                continue;
            }
            let slot = number(word * 64 - 1) - left.leading_zeros();
            while knots.next_if(|(first, _)| *first > slot).is_some() {}
            let turn = match knots.peek() {
                Some((first, end)) if slot < *end => *first..*end,
                _ => slot..slot + 1,
            };
            if turn.len() > 1 {
                self.reached.fill(turn.clone());
            }
            self.follow(turn.clone(), &mut pace)?;
            word = turn.start as usize / 64 + 1;
            below = (1 << (turn.start % 64)) - 1;
        }
        Ok(Reached(&self.reached.0[..self.end]))
    }

    #[inline(always)]
    fn follow<E>(&mut self, slots: Range<Slot>, pace: &mut Pace<'_, E>) -> Result<(), E> {
        for list in [self.snapshot.pull().rows(slots.clone()), self.snapshot.last().rows(slots)] {
            pace.step(list.len())?;
            list.iter().for_each(|slot| self.reached.set(*slot));
        }
        Ok(())
    }
}

impl Reached<'_> {
    /// How many of a kind.
    #[must_use]
    pub fn count(&self, kind: &Kind) -> u64 {
        let words = self.0.iter().zip(&kind.0.0);
        words.map(|(word, kind)| u64::from((word & kind).count_ones())).sum()
    }

    /// The slots, in order.
    pub fn slots(&self) -> impl Iterator<Item = Slot> + '_ {
        self.0.iter().zip((0..).step_by(64)).flat_map(|(word, first)| {
            let mut word = *word;
            std::iter::from_fn(move || {
                let slot = (word != 0).then(|| first + word.trailing_zeros())?;
                word &= word - 1;
                Some(slot)
            })
        })
    }
}

fn number(slot: usize) -> Slot {
    u32::try_from(slot).unwrap_or(u32::MAX)
}
