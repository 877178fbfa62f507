//! Which edges the access of one side must take. An edge that every way of a slot to the side's goals
//! takes is a *bridge* for it; the bridges of a slot lie behind each other, nearest first, and those
//! behind a bridge are the bridges of the slot it leads to, so that all chains together are one tree.
//!
//! The tree is a dominator tree of edges, found as Cooper, Harvey and Kennedy do it ("A Simple, Fast
//! Dominance Algorithm", 2001): a slot's chain is where the chains of all that it gains from meet. All
//! access leads to lower slots, so that one pass in order, from the goals up, is exact, and needs neither
//! a queue nor a second round; what reaches each other is done together by [`super::knot`]. Only bridges
//! are in the tree, which keeps the ways up it short.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and places from the tree itself"
)]

use super::knot::{Knot, Members};
use super::meter::{Meter, Stopped};
use crate::engine::snapshot::{Slot, Snapshot};

/// The place of who has no bridge.
pub(super) const ROOT: u32 = 0;

/// In place of a chain, where no way was found yet.
pub(super) const UNSEEN: u32 = u32::MAX;

/// In place of the one slot gained from, where there are several.
pub(super) const SEVERAL: Slot = u32::MAX;

/// The bridges of one side. A place is a bridge with all that lie behind it; what lies behind has a lower
/// place.
#[derive(Debug)]
pub(super) struct Tree {
    behind: Vec<u32>,
    edges: Vec<(Slot, Slot)>,
}

impl Default for Tree {
    fn default() -> Self {
        Self { behind: vec![ROOT], edges: vec![(SEVERAL, SEVERAL)] }
    }
}

impl Tree {
    pub(super) fn clear(&mut self) {
        self.behind.truncate(1);
        self.edges.truncate(1);
    }

    pub(super) fn len(&self) -> usize {
        self.behind.len()
    }

    /// The place behind, and who gains from whom.
    #[inline]
    pub(super) fn at(&self, place: usize) -> (u32, (Slot, Slot)) {
        (self.behind[place], self.edges[place])
    }

    /// There are fewer bridges than slots: one for each at most.
    pub(super) fn add(&mut self, behind: u32, edge: (Slot, Slot)) -> u32 {
        let place = u32::try_from(self.behind.len()).unwrap_or(u32::MAX);
        self.behind.push(behind);
        self.edges.push(edge);
        place
    }

    /// Where two chains meet: all bridges that they share.
    #[inline]
    pub(super) fn meet(&self, mut a: u32, mut b: u32) -> u32 {
        while a != b {
            if a > b {
                a = self.behind[a as usize];
            } else {
                b = self.behind[b as usize];
            }
        }
        a
    }
}

/// A pass over the graph and its memory, for many sides.
#[derive(Debug)]
pub(super) struct Pass<'a> {
    snapshot: &'a Snapshot,
    /// From here on a slot's own edge is not asked about.
    border: Slot,
    /// By slot: the chain so far.
    chains: Vec<u32>,
    /// By slot: the only slot gained from.
    only: Vec<Slot>,
    /// Slots that were come by and not looked at yet, a bit each.
    open: Vec<u64>,
    /// By knot, in order.
    knots: Vec<Members>,
    knot: Knot,
}

impl<'a> Pass<'a> {
    /// For sides over one snapshot. Bridges that begin at slots from `border` on are not looked for: it
    /// must not lie before the leaves.
    pub(super) fn new(snapshot: &'a Snapshot, border: Slot) -> Self {
        let slots = snapshot.len();
        Self {
            snapshot,
            border,
            chains: vec![UNSEEN; slots],
            only: vec![SEVERAL; slots],
            open: vec![0; slots.div_ceil(64)],
            knots: snapshot.knots().iter().map(|knot| Members::of(snapshot, *knot)).collect(),
            knot: Knot::default(),
        }
    }

    /// Grows the tree of one side and tells each holder who reaches it with the place of its chain, in
    /// order of slots.
    pub(super) fn run(
        &mut self,
        goals: &[u32],
        tree: &mut Tree,
        meter: &mut Meter<'_>,
        mut tell: impl FnMut(Slot, u32),
    ) -> Result<(), Stopped> {
        tree.clear();
        for slot in goals.iter().filter_map(|goal| self.snapshot.slot(*goal)) {
            (self.chains[slot as usize], self.only[slot as usize]) = (ROOT, SEVERAL);
            self.open[slot as usize / 64] |= 1 << (slot % 64);
        }
        let snapshot = self.snapshot;
        let mut knots = snapshot.knots().iter().copied().enumerate().peekable();
        for word in 0..self.open.len() {
            while self.open[word] != 0 {
                let slot = slot_at(word, self.open[word].trailing_zeros());
                while knots.next_if(|(_, (_, end))| *end <= slot).is_some() {}
                let together = knots.peek().filter(|(_, (from, _))| *from <= slot).copied();
                let slots = together.map_or((slot, slot + 1), |(_, slots)| slots);
                let done = if let Some(knot) = together {
                    self.settle_knot(knot, tree, meter)
                } else {
                    self.settle(slot, tree);
                    Ok(())
                };
                for slot in slots.0..slots.1 {
                    self.open[slot as usize / 64] &= !(1 << (slot % 64));
                }
                if done.and_then(|()| self.hand_on(slots, tree, meter, &mut tell)).is_err() {
                    self.forget();
                    return Err(Stopped);
                }
            }
        }
        Ok(())
    }

    /// All that a slot gains from is known: where there is one way only, it is a bridge.
    #[inline(always)]
    fn settle(&mut self, slot: Slot, tree: &mut Tree) {
        let at = slot as usize;
        if slot < self.border && self.only[at] != SEVERAL {
            self.chains[at] = tree.add(self.chains[at], (slot, self.only[at]));
        }
    }

    fn settle_knot(
        &mut self,
        (knot, (from, to)): (usize, (Slot, Slot)),
        tree: &mut Tree,
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        let slots = from as usize..to as usize;
        let into = (&mut self.chains[slots.clone()], &self.only[slots]);
        self.knot.settle(&self.knots[knot], into, tree, meter)
    }

    /// Tells who gains from slots that are settled what their chains are.
    #[inline(always)]
    fn hand_on(
        &mut self,
        (from, to): (Slot, Slot),
        tree: &Tree,
        meter: &mut Meter<'_>,
        tell: &mut impl FnMut(Slot, u32),
    ) -> Result<(), Stopped> {
        for slot in from..to {
            let chain = std::mem::replace(&mut self.chains[slot as usize], UNSEEN);
            if self.snapshot.is_holder(slot) {
                tell(slot, chain);
            }
            let gainers = self.snapshot.gainers(slot);
            for &gainer in gainers {
                if gainer < to {
                    continue;
                }
                let at = gainer as usize;
                let known = self.chains[at];
                if known == UNSEEN {
                    (self.chains[at], self.only[at]) = (chain, slot);
                    self.open[at / 64] |= 1 << (at % 64);
                    continue;
                }
                self.only[at] = SEVERAL;
                if known != chain {
                    self.chains[at] = tree.meet(known, chain);
                }
            }
            meter.spend(gainers.len() + 1)?;
        }
        Ok(())
    }

    /// Makes ready for the next side after one that was not finished.
    fn forget(&mut self) {
        self.chains.fill(UNSEEN);
        self.open.fill(0);
    }
}

#[inline(always)]
fn slot_at(word: usize, bit: u32) -> Slot {
    u32::try_from(word * 64).unwrap_or(u32::MAX).saturating_add(bit)
}
