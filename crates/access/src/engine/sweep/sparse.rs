//! One search back from each side of each rule, for rules that touch a small part of the graph. Who
//! was come by for every side so far is remembered in one number a slot.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and the table has its length"
)]

use std::num::NonZero;
use std::{panic, thread};

use super::{Counts, Demand, SIDES_IN_PLANE_MAX};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::{ASK_EVERY, Pace, Stage, Watch};

/// Holders that meet each rule.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn count<E: Send>(
    snapshot: &Snapshot,
    demands: &[Demand],
    threads: NonZero<usize>,
    watch: Watch<'_, E>,
) -> Result<Counts, E> {
    let pace = Pace::begin(watch, Stage::Searching, 0)?;
    let threads = threads.get().min(demands.len()).max(1);
    let share = |first: usize| -> Result<Vec<(usize, [u64; 2])>, E> {
        let (mut search, mut pace) = (Search::new(snapshot), pace.share());
        let mine = demands.iter().enumerate().skip(first).step_by(threads);
        mine.map(|(rule, demand)| Ok((rule, search.count(demand, &mut pace)?))).collect()
    };
    let mut counts = Counts::none(demands.len());
    let done = thread::scope(|scope| {
        let share = &share;
        let others: Vec<_> = (1..threads).map(|first| scope.spawn(move || share(first))).collect();
        let mut done = share(0);
        for other in others {
            let other = other.join().unwrap_or_else(|why| panic::resume_unwind(why));
            done = done.and_then(|done| Ok([done, other?].concat()));
        }
        done
    })?;
    for (rule, [proven, potential]) in done {
        (counts.proven[rule], counts.potential[rule]) = (proven, potential);
    }
    Ok(counts)
}

/// Fills in the counts of rules with more sides than a plane can hold.
///
/// # Errors
/// When somebody calls it off.
pub(super) fn count_what_fits_no_plane<E>(
    snapshot: &Snapshot,
    demands: &[Demand],
    counts: &mut Counts,
    watch: Watch<'_, E>,
) -> Result<(), E> {
    let mut search = None;
    for (rule, demand) in demands.iter().enumerate() {
        if demand.sides.len() > SIDES_IN_PLANE_MAX {
            let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
            let search = search.get_or_insert_with(|| Search::new(snapshot));
            [counts.proven[rule], counts.potential[rule]] = search.count(demand, &mut pace)?;
        }
    }
    Ok(())
}

/// Along which edges a search goes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Follow {
    Proven,
    All,
}

/// A search and its memory, for many rules.
#[derive(Debug)]
pub(super) struct Search<'a> {
    snapshot: &'a Snapshot,
    /// The last mark that each slot was given.
    marks: Vec<u32>,
    mark: u32,
    queue: Vec<Slot>,
    /// Along which edges it goes back.
    edges: Follow,
    /// Whether the last rule's search came by anything that a potential edge leads to.
    is_in_doubt: bool,
    /// Edges followed so far.
    pub(super) followed: usize,
}

impl<'a> Search<'a> {
    pub(super) fn new(snapshot: &'a Snapshot) -> Self {
        let marks = vec![0; snapshot.len()];
        let (edges, queue) = (Follow::Proven, Vec::new());
        Self { snapshot, marks, mark: 0, queue, edges, is_in_doubt: false, followed: 0 }
    }

    /// Who meets a rule over proven edges, and who over all edges only. Where no potential edge leads to
    /// anything that the rule's search came by, there is nobody else, and no second search.
    fn count<E>(&mut self, demand: &Demand, pace: &mut Pace<'_, E>) -> Result<[u64; 2], E> {
        let (mut proven, mut all) = (0, 0);
        self.run(demand, pace, |_| proven += 1)?;
        if !self.is_in_doubt {
            return Ok([proven, 0]);
        }
        self.run_over_all(demand, pace, |_| all += 1)?;
        Ok([proven, all - proven])
    }

    /// Tells each holder that meets all sides over edges of either kind, once.
    pub(super) fn run_over_all<E>(
        &mut self,
        demand: &Demand,
        pace: &mut Pace<'_, E>,
        tell: impl FnMut(Slot),
    ) -> Result<(), E> {
        self.edges = Follow::All;
        let done = self.run(demand, pace, tell);
        self.edges = Follow::Proven;
        done
    }

    /// Tells each holder that meets all sides, once. A side's search leaves on each slot that it
    /// comes by one of two marks of its own: `all` where every side before came by too.
    pub(super) fn run<E>(
        &mut self,
        demand: &Demand,
        pace: &mut Pace<'_, E>,
        mut tell: impl FnMut(Slot),
    ) -> Result<(), E> {
        self.is_in_doubt = false;
        if !demand.can_be_met() {
            return Ok(());
        }
        let marks_needed = u32::try_from(demand.sides.len() * 2).unwrap_or(u32::MAX);
        if self.mark > u32::MAX - marks_needed {
            self.marks.fill(0);
            self.mark = 0;
        }
        let last = demand.sides.len() - 1;
        let mut before = None;
        for (side, nodes) in demand.sides.iter().enumerate() {
            let all = self.mark + 2;
            if side == last {
                self.side(nodes, before, pace, &mut tell)?;
            } else {
                self.side(nodes, before, pace, &mut |_| {})?;
            }
            before = Some(all);
        }
        Ok(())
    }

    /// Goes back from the nodes of one side.
    fn side<E>(
        &mut self,
        nodes: &[u32],
        before: Option<u32>,
        pace: &mut Pace<'_, E>,
        tell: &mut impl FnMut(Slot),
    ) -> Result<(), E> {
        let (some, all) = (self.mark + 1, self.mark + 2);
        let marks = (some, all, before);
        self.mark = all;
        self.queue.clear();
        pace.step(nodes.len())?;
        for slot in nodes.iter().filter_map(|node| self.snapshot.slot(*node)) {
            self.enter(slot, marks, tell);
        }
        let mut next = 0;
        while next < self.queue.len() {
            let slot = self.queue[next];
            next += 1;
            self.enter_all(self.snapshot.gainers(slot), marks, pace, tell)?;
            let Some(potential) = self.snapshot.potential() else { continue };
            let gainers = potential.gainers(slot);
            self.is_in_doubt |= !gainers.is_empty();
            if self.edges == Follow::All {
                self.enter_all(gainers, marks, pace, tell)?;
            }
        }
        Ok(())
    }

    #[inline(always)]
    fn enter_all<E>(
        &mut self,
        gainers: &[Slot],
        marks: (u32, u32, Option<u32>),
        pace: &mut Pace<'_, E>,
        tell: &mut impl FnMut(Slot),
    ) -> Result<(), E> {
        self.followed += gainers.len();
        for piece in gainers.chunks(ASK_EVERY) {
            pace.step(piece.len())?;
            piece.iter().for_each(|gainer| self.enter(*gainer, marks, tell));
        }
        Ok(())
    }

    #[inline(always)]
    fn enter(
        &mut self,
        slot: Slot,
        (some, all, before): (u32, u32, Option<u32>),
        tell: &mut impl FnMut(Slot),
    ) {
        let mark = &mut self.marks[slot as usize];
        if *mark == some || *mark == all {
            return;
        }
        let is_all = before.is_none_or(|before| *mark == before);
        *mark = if is_all { all } else { some };
        if slot < self.snapshot.leaves().start {
            self.queue.push(slot);
        }
        if is_all && self.snapshot.is_holder(slot) {
            tell(slot);
        }
    }
}
