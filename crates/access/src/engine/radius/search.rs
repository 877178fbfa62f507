//! Breadth-first searches with one bit a slot, kept from search to search. While few are at the border
//! each neighbour is asked whether it is new; once many are, the border is put in the order of slots and
//! the bits of all neighbours are set at once, and what is new is seen when the bits are compared word
//! by word. Ways are found when they are asked for, from the distances, so that a search writes nothing
//! but who was reached.
//!
//! Going back from what is not reached yet (Beamer, Asanović and Patterson, SC 2012) was tried and was no
//! faster on organisations of a million identities.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::hint::black_box;
use std::ops::Range;

use super::bits::Bits;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{Pace, Stage, Watch};

/// A border is large when it is more than this part of all slots.
const LARGE: usize = 64;

/// The lists of so many slots are read ahead at a time.
const AHEAD: usize = 16;

/// Which way edges are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// To what is gained.
    Gained,
    /// To who gains.
    Gainers,
}

impl Way {
    fn back(self) -> Self {
        match self {
            Self::Gained => Self::Gainers,
            Self::Gainers => Self::Gained,
        }
    }

    /// The neighbours of these slots, in one list or two.
    #[inline(always)]
    fn next(self, snapshot: &Snapshot, slots: Range<Slot>) -> [&[Slot]; 2] {
        match self {
            Self::Gained => [snapshot.pull().rows(slots.clone()), snapshot.last().rows(slots)],
            // Nobody gains from a leaf.
            Self::Gainers if slots.start >= snapshot.leaves().start => [&[], &[]],
            Self::Gainers => [snapshot.gainers_of(slots), &[]],
        }
    }
}

/// A search and its memory.
#[derive(Debug)]
pub struct Search<'a> {
    snapshot: &'a Snapshot,
    seen: Bits,
    /// Bits of one distance; none between two distances.
    noted: Bits,
    order: Vec<Slot>,
    steps: Vec<u32>,
}

/// What a search came by.
#[derive(Debug, Clone, Copy)]
pub struct Found<'a> {
    pub(super) snapshot: &'a Snapshot,
    pub(super) way: Way,
    /// Nearest first.
    pub(super) order: &'a [Slot],
    /// Where in that order each distance begins.
    pub(super) steps: &'a [u32],
}

/// Shortest ways to what a search came by.
#[derive(Debug, Clone)]
pub struct Ways<'a> {
    found: Found<'a>,
    /// By slot.
    distances: Vec<u32>,
}

impl<'a> Search<'a> {
    /// For searches over one snapshot.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let none = || Bits::none(snapshot.len());
        Self { snapshot, seen: none(), noted: none(), order: Vec::new(), steps: Vec::new() }
    }

    /// All that a slot gains from, the slot itself first.
    pub fn gained(&mut self, from: Slot) -> Found<'_> {
        let Ok(found) = self.gained_within(from, Watch::NOBODY);
        found
    }

    /// The same while somebody watches, who may call it off; the next search is whole all the same.
    ///
    /// # Errors
    /// When it was called off.
    pub fn gained_within<E>(&mut self, from: Slot, watch: Watch<'_, E>) -> Result<Found<'_>, E> {
        self.go(from, Way::Gained, watch)
    }

    /// All who gain from a slot, the slot itself first.
    pub fn gainers(&mut self, to: Slot) -> Found<'_> {
        let Ok(found) = self.gainers_within(to, Watch::NOBODY);
        found
    }

    /// The same while somebody watches, who may call it off; the next search is whole all the same.
    ///
    /// # Errors
    /// When it was called off.
    pub fn gainers_within<E>(&mut self, to: Slot, watch: Watch<'_, E>) -> Result<Found<'_>, E> {
        self.go(to, Way::Gainers, watch)
    }

    fn go<E>(&mut self, start: Slot, way: Way, watch: Watch<'_, E>) -> Result<Found<'_>, E> {
        let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
        self.seen.clear(&self.order);
        self.order.clear();
        self.steps.clear();
        if (start as usize) < self.snapshot.len() {
            self.seen.enter(start);
            self.order.push(start);
        }
        let mut at = 0;
        while at < self.order.len() {
            let border = at..self.order.len();
            self.steps.push(place(at));
            at = border.end;
            if self.is_large(&border) {
                self.put_in_order(border.clone());
            }
            if let Err(off) = self.spread(border, way, &mut pace) {
                self.noted.0.fill(0);
                return Err(off);
            }
        }
        let found = Found { snapshot: self.snapshot, way, order: &self.order, steps: &self.steps };
        Ok(found)
    }

    fn is_large(&self, border: &Range<usize>) -> bool {
        border.len() > self.snapshot.len() / LARGE
    }

    /// In ascending order: what is next to each other in the snapshot is then next to each other in time.
    fn put_in_order(&mut self, slots: Range<usize>) {
        self.order[slots.clone()].iter().for_each(|slot| self.noted.set(*slot));
        let mut at = slots.start;
        for (word, first) in self.noted.0.iter_mut().zip((0..).step_by(64)) {
            while *word != 0 {
                self.order[at] = first + word.trailing_zeros();
                *word &= *word - 1;
                at += 1;
            }
        }
    }

    /// From the border to what is next to it. Slots next to each other have their lists behind each other,
    /// and are taken as one. Of long lists bits are set without asking whether they were set: not to
    /// branch is worth more than not to write.
    fn spread<E>(
        &mut self,
        border: Range<usize>,
        way: Way,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let long = if self.is_large(&border) { 0 } else { self.seen.0.len() / 8 };
        let mut some_long = false;
        let mut at = border.start;
        let mut touched = at;
        while at < border.end {
            if at >= touched {
                touched = (at + AHEAD).min(border.end);
                self.touch(at..touched, way);
            }
            let first = self.order[at];
            let mut past = first;
            while at < border.end && self.order[at] == past {
                past += 1;
                at += 1;
            }
            for list in way.next(self.snapshot, first..past) {
                pace.step(list.len())?;
                if list.len() > long {
                    some_long = true;
                    list.iter().for_each(|slot| self.noted.set(*slot));
                    continue;
                }
                for slot in list {
                    if self.seen.enter(*slot) {
                        self.order.push(*slot);
                    }
                }
            }
        }
        if some_long {
            self.take_new();
        }
        Ok(())
    }

    /// Reads the beginning of each list that is needed soon: the waits for memory overlap, as those of one
    /// list after the other do not.
    #[inline(always)]
    fn touch(&self, soon: Range<usize>, way: Way) {
        let firsts = self.order[soon].iter().map(|slot| {
            let lists = way.next(self.snapshot, *slot..*slot + 1);
            lists.map(|list| list.first().copied().unwrap_or_default())
        });
        black_box(firsts.fold(0, |any, [one, two]| any | one | two));
    }

    /// What is noted and was not seen, in ascending order.
    fn take_new(&mut self) {
        let words = self.noted.0.iter_mut().zip(&mut self.seen.0);
        for ((noted, seen), first) in words.zip((0..).step_by(64)) {
            let mut new = *noted & !*seen;
            *noted = 0;
            *seen |= new;
            while new != 0 {
                self.order.push(first + new.trailing_zeros());
                new &= new - 1;
            }
        }
    }
}

impl<'a> Found<'a> {
    /// The slots, nearest first.
    #[must_use]
    pub fn slots(&self) -> &'a [Slot] {
        self.order
    }

    /// The slots at each distance in edges, from none.
    pub fn by_distance(&self) -> impl Iterator<Item = &'a [Slot]> + use<'a> {
        let Self { order, steps, .. } = *self;
        let ends = steps.iter().skip(1).copied().chain([place(order.len())]);
        let spans = steps.iter().copied().zip(ends);
        spans.map(|(from, to)| order.get(from as usize..to as usize).unwrap_or_default())
    }

    /// Makes ready for ways: notes the distance of each slot once, in a table as long as the snapshot.
    #[must_use]
    pub fn ways(&self) -> Ways<'a> {
        let mut distances = vec![u32::MAX; self.snapshot.len()];
        for (distance, slots) in (0u32..).zip(self.by_distance()) {
            slots.iter().for_each(|slot| distances[*slot as usize] = distance);
        }
        Ways { found: *self, distances }
    }
}

impl Ways<'_> {
    /// How far a slot is from where the search began, in edges; none when the search did not come by.
    #[must_use]
    pub fn distance(&self, slot: Slot) -> Option<u32> {
        let known = |slot: Slot| self.distances.get(slot as usize).filter(|it| **it != u32::MAX);
        let is_counted_only = self.ends_ways(slot) && known(slot).is_none();
        if !is_counted_only {
            return known(slot).copied();
        }
        let nearest = self.found.snapshot.gained(slot).filter_map(known).min();
        nearest.map(|distance| distance + 1)
    }

    /// Whether a search to a slot from who gains can only end here, so that it may have been counted and
    /// not put in order.
    fn ends_ways(&self, slot: Slot) -> bool {
        self.found.way == Way::Gainers && self.found.snapshot.leaves().contains(&slot)
    }

    /// A shortest way between a slot and where the search began, both among it, through the lowest slots;
    /// none when the search did not come by. Looks at the neighbours of the slots on the way only.
    #[must_use]
    pub fn way(&self, slot: Slot) -> Option<Vec<Slot>> {
        let mut distance = self.distance(slot)?;
        let mut way = vec![slot];
        let mut at = slot;
        while distance > 0 {
            distance -= 1;
            let back = self.found.way.back().next(self.found.snapshot, at..at + 1);
            let nearer = back.into_iter().flatten();
            at = *nearer.filter(|slot| self.distances[**slot as usize] == distance).min()?;
            way.push(at);
        }
        Some(way)
    }
}

/// There are no more of them than slots.
pub(super) fn place(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
