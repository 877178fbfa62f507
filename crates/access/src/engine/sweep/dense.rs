//! Planes of rules, pulled through the whole graph: a slot's row is all rows of the slots it gains
//! from, and since those have lower numbers one pass in order is enough. What rules ask for is handed
//! to whoever gains from it directly, so that the many edges to goals that no rule names cost nothing.
//! Equal rows of what is shared are kept once: most groups give what some role gives, and the table
//! that is read at random stays small enough for the caches. Rows of leaves are never kept.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::num::NonZero;
use std::ops::Range;
use std::thread;

use super::beneath::Edges;
use super::plane::{Plane, Row, WORDS, meet};
use super::same::Same;
use super::{Counts, Demand, beneath, potential, sparse};
use crate::engine::snapshot::{Slot, Snapshot};

/// Slots whose rows are brought near together.
const AHEAD: u32 = 16;

/// Holders that meet each rule, and the most different rows that one plane held.
pub(super) fn count(
    snapshot: &Snapshot,
    demands: &[Demand],
    threads: NonZero<usize>,
) -> (Counts, usize) {
    let planes = Plane::deal(snapshot, demands);
    let mut counts = Counts::none(demands.len());
    let mut most = 0;
    let mut keep = |plane: &Plane<'_>, (met, rows): (&Counts, usize)| {
        for (at, rule) in plane.rules.iter().enumerate() {
            counts.proven[*rule] += met.proven[at];
            counts.potential[*rule] += met.potential[at];
        }
        most = most.max(rows);
    };
    let threads = threads.get();
    if threads == 1 || planes.len() < threads {
        let mut rows = Rows::new(snapshot);
        for plane in &planes {
            let met = rows.count(snapshot, plane, threads);
            keep(plane, (&met, rows.rows.len()));
        }
    } else {
        let share = |first: usize| -> Vec<(usize, Counts, usize)> {
            let mut rows = Rows::new(snapshot);
            let mine = planes.iter().enumerate().skip(first).step_by(threads);
            mine.map(|(at, plane)| {
                let met = rows.count(snapshot, plane, 1);
                (at, met, rows.rows.len())
            })
            .collect()
        };
        let done = thread::scope(|scope| {
            let started: Vec<_> =
                (0..threads).map(|first| scope.spawn(move || share(first))).collect();
            started.into_iter().flat_map(|it| it.join().unwrap_or_default()).collect::<Vec<_>>()
        });
        for (at, met, rows) in done {
            keep(&planes[at], (&met, rows));
        }
    }
    sparse::count_what_fits_no_plane(snapshot, demands, &mut counts);
    (counts, most)
}

/// The rows of all slots that lead on, used by one plane after the other.
pub(super) struct Rows {
    base: Slot,
    /// Each different row; the first has nothing.
    rows: Vec<Row>,
    /// Which row a slot has, from the first that leads on; of a leaf only what it gains from goals.
    of: Vec<u32>,
    same: Same,
}

impl Rows {
    fn new(snapshot: &Snapshot) -> Self {
        let base = snapshot.inner().start;
        let slots = (snapshot.leaves().end - base) as usize;
        let shared = snapshot.shared().len();
        let rows = Vec::with_capacity(snapshot.inner().len() + 1);
        Self { base, rows, of: vec![0; slots], same: Same::new(shared) }
    }

    fn count(&mut self, snapshot: &Snapshot, plane: &Plane<'_>, threads: usize) -> Counts {
        let mut tally = Tally::new(plane);
        self.begin(snapshot, plane, &mut tally);
        self.pull_inner(snapshot, &mut tally);
        self.pull_all_leaves(snapshot, plane, threads, &mut tally);
        let mut only = Tally::new(plane);
        if let Some(edges) = snapshot.potential() {
            potential::count(snapshot, edges, plane, self, &mut only);
        }
        Counts { proven: tally.counts, potential: only.counts }
    }

    fn pull_all_leaves(
        &self,
        snapshot: &Snapshot,
        plane: &Plane<'_>,
        threads: usize,
        tally: &mut Tally,
    ) {
        let leaves = snapshot.leaves();
        if threads == 1 {
            self.pull_leaves(snapshot, leaves, tally);
            return;
        }
        let part = leaves.len().div_ceil(threads).max(1);
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        thread::scope(|scope| {
            let starts = leaves.clone().step_by(part as usize);
            let parts = starts.map(|from| from..from.saturating_add(part).min(leaves.end));
            let started: Vec<_> = parts
                .map(|part| {
                    scope.spawn(move || {
                        let mut tally = Tally::new(plane);
                        self.pull_leaves(snapshot, part, &mut tally);
                        tally.counts
                    })
                })
                .collect();
            for done in started {
                let more = done.join().unwrap_or_default();
                tally.counts.iter_mut().zip(more).for_each(|(count, more)| *count += more);
            }
        });
    }

    /// All that is proven of a slot that leads on, once the rows of all from whom somebody gains are.
    pub(super) fn row(&self, snapshot: &Snapshot, slot: Slot) -> Row {
        let mut row = self.rows[self.of[(slot - self.base) as usize] as usize];
        if snapshot.leaves().contains(&slot) {
            self.gather(snapshot.pull().row(slot), &mut row);
        }
        row
    }

    /// Empties the rows, hands what is asked for to whoever gains from it directly, and counts holders
    /// without a row.
    fn begin(&mut self, snapshot: &Snapshot, plane: &Plane<'_>, tally: &mut Tally) {
        self.rows.clear();
        self.rows.push(Row::default());
        self.of.fill(0);
        self.same.clear();
        for (slot, row) in beneath::spread(snapshot, plane.asked(snapshot), Edges::Proven) {
            if slot >= self.base {
                self.hand(slot, &row);
                continue;
            }
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
            for gainer in snapshot.gainers(slot) {
                if *gainer >= self.base {
                    self.hand(*gainer, &row);
                }
            }
        }
    }

    fn hand(&mut self, slot: Slot, row: &Row) {
        let of = &mut self.of[(slot - self.base) as usize];
        if *of == 0 {
            *of = number(self.rows.len());
            self.rows.push(*row);
        } else {
            self.rows[*of as usize].add(row);
        }
    }

    /// Reads a word of each row that is needed soon. The reads do not wait for each other, as those of
    /// a row after the other do: the caches are filled many lines at a time.
    #[inline(always)]
    fn touch(&self, list: &[Slot]) {
        let mut any = 0;
        for slot in list {
            any |= self.rows[self.of[(slot - self.base) as usize] as usize].0[0];
        }
        std::hint::black_box(any);
    }

    /// All that the slots on a list have.
    #[inline(always)]
    fn gather(&self, list: &[Slot], row: &mut Row) {
        for slot in list {
            row.add(&self.rows[self.of[(slot - self.base) as usize] as usize]);
        }
    }

    fn pull_inner(&mut self, snapshot: &Snapshot, tally: &mut Tally) {
        let inner = snapshot.inner();
        let mut next = inner.start;
        let knots = snapshot.knots().iter().copied().filter(|(from, _)| inner.contains(from));
        for (from, to) in knots {
            self.pull_each(snapshot, next..from, tally);
            self.pull_knot(snapshot, from..to, tally);
            next = to;
        }
        self.pull_each(snapshot, next..inner.end, tally);
    }

    fn pull_each(&mut self, snapshot: &Snapshot, slots: Range<Slot>, tally: &mut Tally) {
        for slot in slots {
            if slot.is_multiple_of(AHEAD) {
                self.touch(snapshot.pull().rows(slot..slot + AHEAD));
            }
            let given = self.of[(slot - self.base) as usize];
            let mut row = self.rows[given as usize];
            self.gather(snapshot.pull().row(slot), &mut row);
            let of = self.keep(snapshot, slot, given, &row);
            self.of[(slot - self.base) as usize] = of;
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
        }
    }

    /// Slots that reach each other have the same.
    fn pull_knot(&mut self, snapshot: &Snapshot, slots: Range<Slot>, tally: &mut Tally) {
        let mut row = Row::default();
        let own = (slots.start - self.base) as usize..(slots.end - self.base) as usize;
        for of in &self.of[own.clone()] {
            row.add(&self.rows[*of as usize]);
        }
        self.gather(snapshot.pull().rows(slots.clone()), &mut row);
        let of = self.keep(snapshot, slots.start, 0, &row);
        self.of[own].fill(of);
        for slot in slots {
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
        }
    }

    /// Where a slot's row is kept: in place of what was given to the slot, where there is none alike.
    #[inline(always)]
    fn keep(&mut self, snapshot: &Snapshot, slot: Slot, given: u32, row: &Row) -> u32 {
        let is_shared = slot < snapshot.shared().end;
        if row.is_empty() {
            return 0;
        }
        if is_shared && let Some(alike) = self.same.find(row, &self.rows) {
            return alike;
        }
        let place = if given == 0 {
            self.rows.push(*row);
            number(self.rows.len() - 1)
        } else {
            self.rows[given as usize] = *row;
            given
        };
        if is_shared {
            self.same.note(place);
        }
        place
    }

    fn pull_leaves(&self, snapshot: &Snapshot, leaves: Range<Slot>, tally: &mut Tally) {
        for leaf in leaves {
            if leaf.is_multiple_of(AHEAD) {
                self.touch(snapshot.pull().rows(leaf..leaf + AHEAD));
            }
            let mut row = self.rows[self.of[(leaf - self.base) as usize] as usize];
            self.gather(snapshot.pull().row(leaf), &mut row);
            if snapshot.is_holder(leaf) {
                tally.add(&row);
            }
        }
    }
}

/// There are no more rows than slots, and slots are numbers of 32 bits.
#[inline(always)]
fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}

/// How often each rule of a plane was met.
pub(super) struct Tally {
    sides: usize,
    words: usize,
    counts: Vec<u64>,
}

impl Tally {
    fn new(plane: &Plane<'_>) -> Self {
        let words = plane.words();
        Self { sides: plane.sides, words, counts: vec![0; words * 64] }
    }

    #[inline(always)]
    fn add(&mut self, row: &Row) {
        let met: [u64; WORDS] = meet(row, self.sides);
        self.note(&met);
    }

    /// Counts what one row meets and another does not.
    pub(super) fn add_only(&mut self, row: &Row, without: &Row) {
        let mut met = meet(row, self.sides);
        let without = meet(without, self.sides);
        met.iter_mut().zip(without).for_each(|(met, without)| *met &= !without);
        self.note(&met);
    }

    #[inline(always)]
    fn note(&mut self, met: &[u64; WORDS]) {
        for (word, bits) in met[..self.words].iter().enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                self.counts[word * 64 + bits.trailing_zeros() as usize] += 1;
                bits &= bits - 1;
            }
        }
    }
}
