//! The second plane: who meets a rule only if potential edges hold. Rows are put together for those alone
//! whom a potential edge can lead on and brings anything; everybody else has what is proven. While a plane
//! of rules is counted, each of the former takes four bytes, and 128 more where it brings anything.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::ops::Range;

use super::beneath::{self, Edges};
use super::dense::Rows;
use super::plane::{Plane, Row};
use super::tally::Tally;
use crate::engine::snapshot::{Potential, Slot, Snapshot};
use crate::engine::watch::Pace;

/// How many meet each rule of a plane over all edges and not over the proven ones alone, after the
/// proven rows of the plane were put together.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn count<E>(
    snapshot: &Snapshot,
    potential: &Potential,
    plane: &Plane<'_>,
    proven: &Rows,
    pace: &mut Pace<'_, E>,
) -> Result<Vec<u64>, E> {
    let mut tally = Tally::new(plane);
    let base = snapshot.inner().start;
    let before = potential.led_before(base);
    let count = potential.led_before(snapshot.leaves().end) - before;
    let (of, rows) = (vec![0; count], vec![Row::default()]);
    let mut led = Led { snapshot, potential, proven, base, before, of, rows };
    led.begin(plane, &mut tally, pace)?;
    for slots in potential.turns(base) {
        led.pull(slots, &mut tally, pace)?;
    }
    Ok(tally.counts())
}

/// What those whom a potential edge can lead on have beyond what is proven of them.
struct Led<'a> {
    snapshot: &'a Snapshot,
    potential: &'a Potential,
    proven: &'a Rows,
    base: Slot,
    /// How many of them lie beneath the base.
    before: usize,
    /// Which row each has.
    of: Vec<u32>,
    /// The first has nothing.
    rows: Vec<Row>,
}

impl Led<'_> {
    #[inline(always)]
    fn place(&self, slot: Slot) -> usize {
        self.potential.led_before(slot) - self.before
    }

    /// What a slot has beyond what is proven; nothing where no potential edge leads it on.
    #[inline(always)]
    fn add_more(&self, slot: Slot, row: &mut Row) {
        if self.potential.is_led(slot) {
            let of = self.of[self.place(slot)];
            if of != 0 {
                row.add(&self.rows[of as usize]);
            }
        }
    }

    fn keep(&mut self, slot: Slot, row: &Row) {
        let place = self.place(slot);
        if self.of[place] == 0 {
            self.of[place] = u32::try_from(self.rows.len()).unwrap_or(u32::MAX);
            self.rows.push(*row);
        } else {
            self.rows[self.of[place] as usize].add(row);
        }
    }

    /// Hands what is asked for beneath to whoever gains from it: over potential edges all of it, over
    /// proven ones what only potential edges bring there. Counts the holders there.
    fn begin<E>(
        &mut self,
        plane: &Plane<'_>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let asked = plane.asked(self.snapshot, pace)?;
        let proven = beneath::spread(self.snapshot, asked.clone(), Edges::Proven, pace)?;
        let all = beneath::spread(self.snapshot, asked, Edges::All(self.potential), pace)?;
        // Those from the base on are among the proven rows already.
        let Self { snapshot, potential, base, .. } = *self;
        for (slot, row) in all.into_iter().take_while(|(slot, _)| *slot < base) {
            let at = proven.binary_search_by_key(&slot, |(slot, _)| *slot);
            let sure = at.map_or(Row::default(), |at| proven[at].1);
            let mut more = row;
            more.cut(&sure);
            if self.snapshot.is_holder(slot) {
                tally.add_only(&row, &sure);
            }
            pace.step(snapshot.gainers(slot).len())?;
            let above = |slot: &&Slot| **slot >= base;
            if !more.is_empty() {
                let gainers = snapshot.gainers(slot).iter();
                gainers.filter(above).for_each(|gainer| self.keep(*gainer, &more));
            }
            let gainers = potential.gainers(slot).iter();
            gainers.filter(above).for_each(|gainer| self.keep(*gainer, &row));
        }
        Ok(())
    }

    /// Slots that reach each other over any edges have the same; those they gain from have had their turn.
    /// What is proven of a member is proven of one to whom a potential edge among them leads; where none
    /// leads among them, it is proven of all.
    fn pull<E>(
        &mut self,
        slots: Range<Slot>,
        tally: &mut Tally,
        pace: &mut Pace<'_, E>,
    ) -> Result<(), E> {
        let mut all = Row::default();
        for slot in slots.clone() {
            self.add_more(slot, &mut all);
            pace.step(self.snapshot.pull().row(slot).len() + 1)?;
            for gained in self.snapshot.pull().row(slot) {
                self.add_more(*gained, &mut all);
            }
            for gained in self.potential.gained(slot).iter().filter(|slot| **slot >= self.base) {
                pace.step(self.snapshot.pull().row(*gained).len())?;
                all.add(&self.proven.row(self.snapshot, *gained));
                self.add_more(*gained, &mut all);
            }
        }
        if all.is_empty() {
            return Ok(());
        }
        for slot in slots {
            pace.step(self.snapshot.pull().row(slot).len() + 1)?;
            let sure = self.proven.row(self.snapshot, slot);
            let mut more = all;
            more.cut(&sure);
            if more.is_empty() {
                continue;
            }
            self.keep(slot, &more);
            if self.snapshot.is_holder(slot) {
                more.add(&sure);
                tally.add_only(&more, &sure);
            }
        }
        Ok(())
    }
}
