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
use std::{panic, thread};

use super::beneath::Edges;
use super::plane::{Plane, Row};
use super::same::Same;
use super::tally::Tally;
use super::{Counts, Demand, beneath, potential, sparse};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{ASK_EVERY, Pace, Stage, Watch};

/// Slots whose rows are brought near together.
const AHEAD: u32 = 16;

/// Holders that meet each rule, and the most different rows that one plane held.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn count<E: Send>(
    snapshot: &Snapshot,
    demands: &[Demand],
    threads: NonZero<usize>,
    watch: Watch<'_, E>,
) -> Result<(Counts, usize), E> {
    let planes = Plane::deal(snapshot, demands, &mut Pace::begin(watch, Stage::Dealing, 0)?)?;
    let threads = threads.get();
    let done = if threads == 1 || planes.len() < threads {
        share(snapshot, planes.iter().enumerate(), threads, watch)?
    } else {
        thread::scope(|scope| {
            let mine = |first: usize| planes.iter().enumerate().skip(first).step_by(threads);
            let others: Vec<_> = (1..threads)
                .map(|first| scope.spawn(move || share(snapshot, mine(first), 1, watch)))
                .collect();
            let mut done = share(snapshot, mine(0), 1, watch);
            for other in others {
                let other = other.join().unwrap_or_else(|why| panic::resume_unwind(why));
                done = done.and_then(|mut done| {
                    done.extend(other?);
                    Ok(done)
                });
            }
            done
        })?
    };
    let mut counts = Counts::none(demands.len());
    let mut most = 0;
    for (at, met, rows) in done {
        for (place, rule) in planes[at].rules.iter().enumerate() {
            counts.proven[*rule] += met.proven[place];
            counts.potential[*rule] += met.potential.get(place).copied().unwrap_or_default();
        }
        most = most.max(rows);
    }
    sparse::count_what_fits_no_plane(snapshot, demands, &mut counts, watch)?;
    Ok((counts, most))
}

/// One plane after the other through one table of rows.
fn share<'a, E: Send>(
    snapshot: &Snapshot,
    planes: impl Iterator<Item = (usize, &'a Plane<'a>)>,
    threads: usize,
    watch: Watch<'_, E>,
) -> Result<Vec<(usize, Counts, usize)>, E> {
    let mut rows = Rows::new(snapshot);
    planes
        .map(|(at, plane)| {
            let met = rows.count(snapshot, plane, threads, watch)?;
            Ok((at, met, rows.rows.len()))
        })
        .collect()
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

    fn count<E: Send>(
        &mut self,
        snapshot: &Snapshot,
        plane: &Plane<'_>,
        threads: usize,
        watch: Watch<'_, E>,
    ) -> Result<Counts, E> {
        let mut tally = Tally::new(plane);
        self.begin(snapshot, plane, &mut tally, &mut Pace::begin(watch, Stage::Dealing, 0)?)?;
        let all = snapshot.pull().edges() + 2 * snapshot.len();
        let mut pace = Pace::begin(watch, Stage::Pulling, all)?;
        self.pull_inner(snapshot, &mut tally, &mut pace)?;
        self.pull_all_leaves(snapshot, plane, threads, (&mut tally, &mut pace))?;
        let potential = match snapshot.potential() {
            Some(edges) => {
                let mut pace = Pace::begin(watch, Stage::Pulling, 0)?;
                potential::count(snapshot, edges, plane, self, &mut pace)?
            }
            None => Vec::new(),
        };
        Ok(Counts { proven: tally.counts(), potential })
    }

    fn pull_all_leaves<E: Send>(
        &self,
        snapshot: &Snapshot,
        plane: &Plane<'_>,
        threads: usize,
        (tally, pace): (&mut Tally, &mut Pace<'_, E>),
    ) -> Result<(), E> {
        let leaves = snapshot.leaves();
        if threads == 1 {
            return self.pull_leaves(snapshot, leaves, tally, pace);
        }
        let part = leaves.len().div_ceil(threads).max(1);
        let part = u32::try_from(part).unwrap_or(u32::MAX);
        thread::scope(|scope| {
            let starts = leaves.clone().step_by(part as usize);
            let parts = starts.map(|from| from..from.saturating_add(part).min(leaves.end));
            let started: Vec<_> = parts
                .map(|part| {
                    let mut pace = pace.share();
                    scope.spawn(move || {
                        let mut tally = Tally::new(plane);
                        self.pull_leaves(snapshot, part, &mut tally, &mut pace)?;
                        Ok(tally)
                    })
                })
                .collect();
            let mut all = Ok(());
            for done in started {
                let more = done.join().unwrap_or_else(|why| panic::resume_unwind(why));
                all = all.and(more.map(|more| tally.add_all(&more)));
            }
            all
        })
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
    fn begin<E>(
        &mut self,
        snapshot: &Snapshot,
        plane: &Plane<'_>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        self.rows.clear();
        self.rows.push(Row::default());
        self.of.fill(0);
        self.same.clear();
        let asked = plane.asked(snapshot, pace)?;
        for (slot, row) in beneath::spread(snapshot, asked, Edges::Proven, pace)? {
            if slot >= self.base {
                self.hand(slot, &row);
                continue;
            }
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
            for gainers in snapshot.gainers(slot).chunks(ASK_EVERY) {
                pace.step(gainers.len())?;
                for gainer in gainers {
                    if *gainer >= self.base {
                        self.hand(*gainer, &row);
                    }
                }
            }
        }
        Ok(())
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

    fn pull_inner<E>(
        &mut self,
        snapshot: &Snapshot,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let inner = snapshot.inner();
        let mut next = inner.start;
        let knots = snapshot.knots().iter().copied().filter(|(from, _)| inner.contains(from));
        for (from, to) in knots {
            self.pull_each(snapshot, next..from, tally, pace)?;
            self.pull_knot(snapshot, from..to, tally, pace)?;
            next = to;
        }
        self.pull_each(snapshot, next..inner.end, tally, pace)
    }

    fn pull_each<E>(
        &mut self,
        snapshot: &Snapshot,
        slots: Range<Slot>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        for slot in slots {
            if slot.is_multiple_of(AHEAD) {
                self.touch(snapshot.pull().rows(slot..slot + AHEAD));
            }
            let given = self.of[(slot - self.base) as usize];
            let mut row = self.rows[given as usize];
            let list = snapshot.pull().row(slot);
            pace.step(list.len())?;
            self.gather(list, &mut row);
            let of = self.keep(snapshot, slot, given, &row);
            self.of[(slot - self.base) as usize] = of;
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
        }
        Ok(())
    }

    /// Slots that reach each other have the same.
    fn pull_knot<E>(
        &mut self,
        snapshot: &Snapshot,
        slots: Range<Slot>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let mut row = Row::default();
        let own = (slots.start - self.base) as usize..(slots.end - self.base) as usize;
        for of in self.of[own.clone()].chunks(ASK_EVERY) {
            pace.step(of.len())?;
            of.iter().for_each(|of| row.add(&self.rows[*of as usize]));
        }
        for list in snapshot.pull().rows(slots.clone()).chunks(ASK_EVERY) {
            pace.step(list.len())?;
            self.gather(list, &mut row);
        }
        let of = self.keep(snapshot, slots.start, 0, &row);
        self.of[own].fill(of);
        for slot in slots {
            pace.step(1)?;
            if snapshot.is_holder(slot) {
                tally.add(&row);
            }
        }
        Ok(())
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

    fn pull_leaves<E>(
        &self,
        snapshot: &Snapshot,
        leaves: Range<Slot>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        for leaf in leaves {
            if leaf.is_multiple_of(AHEAD) {
                self.touch(snapshot.pull().rows(leaf..leaf + AHEAD));
            }
            let mut row = self.rows[self.of[(leaf - self.base) as usize] as usize];
            let list = snapshot.pull().row(leaf);
            pace.step(list.len())?;
            self.gather(list, &mut row);
            if snapshot.is_holder(leaf) {
                tally.add(&row);
            }
        }
        Ok(())
    }
}

/// There are no more rows than slots, and slots are numbers of 32 bits.
#[inline(always)]
fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
