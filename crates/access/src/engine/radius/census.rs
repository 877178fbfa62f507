//! How many holders reach a slot, by distance. Slots from which nobody gains end every way, so that they
//! are never put into any order: they are counted by their bits, and how far each is follows from those
//! that it gains from when somebody asks.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::hint::black_box;
use std::ops::Range;

use super::bits::Bits;
use super::search::{Found, Way, Ways, place};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{Pace, Stage, Watch};

/// The lists of so many slots are read ahead at a time.
const AHEAD: usize = 16;
/// Slots of a line of the caches.
const LINE: usize = 16;

/// A step that follows more edges than there are words of bits, divided by this, goes word by word: to
/// look at a word once costs about an eighth of what it costs to come by a slot that lies anywhere.
const FAR: usize = 8;

/// A search and its memory: two bits a slot, and four bytes for each slot that leads on.
#[derive(Debug)]
pub struct Census<'a> {
    snapshot: &'a Snapshot,
    holders: &'a [u64],
    /// All that was come by.
    marked: Bits,
    /// Those of them that somebody gains from and that have a distance.
    settled: Bits,
    /// Those of them, nearest first.
    order: Vec<Slot>,
    steps: Vec<u32>,
    by_distance: Vec<u64>,
    /// Holders among the leaves that were come by so far.
    leaves: u64,
}

/// Who was counted.
#[derive(Debug, Clone, Copy)]
pub struct Counted<'a> {
    found: Found<'a>,
    by_distance: &'a [u64],
}

impl<'a> Census<'a> {
    /// For searches over one snapshot.
    #[must_use]
    pub fn new(snapshot: &'a Snapshot) -> Self {
        let none = || Bits::none(snapshot.len());
        Self {
            snapshot,
            holders: snapshot.holder_bits(),
            marked: none(),
            settled: none(),
            order: Vec::new(),
            steps: Vec::new(),
            by_distance: Vec::new(),
            leaves: 0,
        }
    }

    /// The holders that reach a slot, itself among them where it is one.
    pub fn of(&mut self, to: Slot) -> Counted<'_> {
        let Ok(counted) = self.of_within(to, Watch::NOBODY);
        counted
    }

    /// The same while somebody watches, who is asked before each step and may call it off; the next search is
    /// whole all the same.
    ///
    /// # Errors
    /// When it was called off.
    pub fn of_within<E>(&mut self, to: Slot, watch: Watch<'_, E>) -> Result<Counted<'_>, E> {
        let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
        self.begin(to);
        let mut at = 0;
        while at < self.order.len() {
            let border = at..self.order.len();
            self.steps.push(place(at));
            at = border.end;
            let edges = self.edges(border.clone());
            pace.step(edges)?;
            let here = if edges > self.marked.0.len() / FAR {
                self.spread_far(border)
            } else {
                self.spread(border)
            };
            self.by_distance.push(here);
        }
        while self.by_distance.last() == Some(&0) {
            self.by_distance.pop();
        }
        let (order, steps) = (self.order.as_slice(), self.steps.as_slice());
        let found = Found { snapshot: self.snapshot, way: Way::Gainers, order, steps };
        Ok(Counted { found, by_distance: &self.by_distance })
    }

    fn begin(&mut self, to: Slot) {
        self.marked.0.fill(0);
        self.settled.0.fill(0);
        self.order.clear();
        self.steps.clear();
        self.by_distance.clear();
        self.leaves = 0;
        if (to as usize) < self.snapshot.len() {
            self.by_distance.push(self.holder(to));
            self.marked.set(to);
            self.settled.set(to);
            self.order.push(to);
        }
    }

    #[inline(always)]
    fn holder(&self, slot: Slot) -> u64 {
        self.holders[slot as usize / 64] >> (slot % 64) & 1
    }

    /// How many edges lead to these. Where their lists begin is near afterwards.
    fn edges(&self, border: Range<usize>) -> usize {
        self.order[border].iter().map(|slot| self.gainers(*slot..*slot + 1).len()).sum()
    }

    #[inline(always)]
    fn gainers(&self, slots: Range<Slot>) -> &'a [Slot] {
        if slots.start >= self.snapshot.leaves().start {
            &[]
        } else {
            self.snapshot.gainers_of(slots)
        }
    }

    /// One step, asking of each neighbour whether it is new. Tells how many holders are.
    fn spread(&mut self, border: Range<usize>) -> u64 {
        let first_leaf = self.snapshot.leaves().start;
        let mut here = 0;
        let mut touched = border.start;
        for at in border.clone() {
            if at >= touched {
                touched = (at + AHEAD).min(border.end);
                self.touch(at..touched);
            }
            let slot = self.order[at];
            for gainer in self.gainers(slot..slot + 1) {
                if !self.marked.enter(*gainer) {
                    continue;
                }
                let holder = self.holder(*gainer);
                here += holder;
                if *gainer < first_leaf {
                    self.settled.set(*gainer);
                    self.order.push(*gainer);
                } else {
                    self.leaves += holder;
                }
            }
        }
        here
    }

    /// One step that leads to many: all bits are set first, and what is new is seen when words are
    /// compared. Slots next to each other have their lists behind each other, and are taken as one.
    fn spread_far(&mut self, border: Range<usize>) -> u64 {
        self.order[border.clone()].sort_unstable();
        let lowest = self.order.get(border.start).copied().unwrap_or_default();
        let mut at = border.start;
        let mut touched = at;
        while at < border.end {
            if at >= touched {
                touched = (at + AHEAD).min(border.end);
                self.touch(at..touched);
            }
            let first = self.order[at];
            let mut past = first;
            while at < border.end && self.order[at] == past {
                past += 1;
                at += 1;
            }
            let list = self.gainers(first..past);
            list.iter().for_each(|slot| self.marked.set(*slot));
        }
        // Who gains from a slot of a range lies in that or in a later one.
        let starts = [0, self.snapshot.aside().end, self.snapshot.inner().start];
        let low = starts.into_iter().filter(|it| *it <= lowest).max().unwrap_or_default();
        self.take_new(low as usize / 64)
    }

    /// Puts what is marked and not settled in order, from a word on, and counts the holders that are new.
    fn take_new(&mut self, low: usize) -> u64 {
        let first_leaf = self.snapshot.leaves().start;
        let border = first_leaf as usize / 64;
        let mut here = 0;
        let mut settle = |word: usize, only: u64, order: &mut Vec<Slot>| {
            let mut new = self.marked.0[word] & !self.settled.0[word] & only;
            self.settled.0[word] |= new;
            here += u64::from((new & self.holders[word]).count_ones());
            while new != 0 {
                order.push(place(word * 64) + new.trailing_zeros());
                new &= new - 1;
            }
        };
        for word in low..border {
            settle(word, u64::MAX, &mut self.order);
        }
        let inner = (1u64 << (first_leaf % 64)) - 1;
        if border < self.marked.0.len() {
            settle(border, inner, &mut self.order);
        }
        let words = self.marked.0.iter().zip(self.holders).skip(border);
        let mut only = !inner;
        let leaves = words.map(|(word, holders)| {
            u64::from((word & holders & std::mem::replace(&mut only, u64::MAX)).count_ones())
        });
        let leaves = leaves.sum();
        here += leaves - std::mem::replace(&mut self.leaves, leaves);
        here
    }

    /// Reads one slot of each line of the lists that are needed soon: the waits for memory overlap, as
    /// those of one list after the other do not.
    #[inline(always)]
    fn touch(&self, soon: Range<usize>) {
        let lists = self.order[soon].iter().map(|slot| self.gainers(*slot..*slot + 1));
        let lines = lists.map(|list| list.iter().step_by(LINE).fold(0, |any, slot| any | slot));
        black_box(lines.fold(0, |any, line| any | line));
    }
}

impl<'a> Counted<'a> {
    /// How many holders are how far, by distance in edges from none to the furthest; empty without any.
    #[must_use]
    pub fn by_distance(&self) -> &'a [u64] {
        self.by_distance
    }

    /// How many holders.
    #[must_use]
    pub fn holders(&self) -> u64 {
        self.by_distance.iter().sum()
    }

    /// Makes ready for ways from any of them.
    #[must_use]
    pub fn ways(&self) -> Ways<'a> {
        self.found.ways()
    }
}
