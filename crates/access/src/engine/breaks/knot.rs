//! Bridges among slots that reach each other, where no order says who comes first. The knot is a flow
//! graph of its own: its root stands for all that is outside, and what is gained flows from whom it is
//! gained to the gainer. Dominators are found by the semi-NCA algorithm (Georgiadis, "Linear-Time
//! Algorithms for Dominators and Related Problems", Princeton 2005, with the semidominators of Lengauer
//! and Tarjan, ACM TOPLAS 1(1), 1979). An edge is a bridge where it is the only way into a slot that does
//! not come from what the slot itself dominates (Italiano, Laura, Santaroni, "Finding Strong Bridges and
//! Strong Articulation Points in Linear Time", 2010).
#![expect(
    clippy::indexing_slicing,
    reason = "members of a knot are numbered from its first slot, and each table has a place for each"
)]

use super::bridge::{ROOT, SEVERAL, Tree, UNSEEN};
use super::meter::{Meter, Stopped};
use crate::engine::snapshot::{Slot, Snapshot};

/// The number of what is outside; members are numbered from one in the order of the search.
const OUTSIDE: u32 = 0;
const NONE: u32 = u32::MAX;

/// Tables by number, kept from knot to knot.
#[derive(Debug, Default)]
pub(super) struct Knot {
    /// By member, in the order of slots: its number.
    number: Vec<u32>,
    /// The member that has a number.
    member: Vec<u32>,
    parent: Vec<u32>,
    semi: Vec<u32>,
    /// Ancestors in the forest of the semidominators, shortened as they are asked for.
    above: Vec<u32>,
    best: Vec<u32>,
    dominator: Vec<u32>,
    /// Where in the dominator tree's own order a number begins and ends.
    begin: Vec<u32>,
    end: Vec<u32>,
    chain: Vec<u32>,
    stack: Vec<(u32, u32)>,
}

impl Knot {
    /// Turns the chains that lead into the knot, by member, into the chains of all members.
    pub(super) fn settle(
        &mut self,
        members: &Members,
        (chains, only): (&mut [u32], &[Slot]),
        tree: &mut Tree,
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        let inside = Inside { members, chains, only };
        self.search(&inside, meter)?;
        self.semidominators(&inside, meter)?;
        self.dominators();
        self.spans();
        self.bridges(&inside, tree);
        for (member, number) in self.number.iter().enumerate() {
            chains[member] = self.chain[*number as usize];
        }
        Ok(())
    }

    /// Numbers the members in the order of a depth-first search from outside.
    fn search(&mut self, inside: &Inside<'_>, meter: &mut Meter<'_>) -> Result<(), Stopped> {
        self.number.clear();
        self.number.resize(inside.chains.len(), NONE);
        self.stack.clear();
        for (table, outside) in [(&mut self.member, NONE), (&mut self.parent, OUTSIDE)] {
            table.clear();
            table.push(outside);
        }
        for entry in 0..inside.chains.len() {
            if inside.chains[entry] == UNSEEN || self.number[entry] != NONE {
                continue;
            }
            self.discover(entry, OUTSIDE);
            while let Some((number, followed)) = self.stack.last_mut() {
                let number = *number;
                let member = self.member[number as usize];
                let gainers = inside.members.gainers.of(member);
                let Some(&gainer) = gainers.get(*followed as usize) else {
                    self.stack.pop();
                    meter.spend(gainers.len() + 1)?;
                    continue;
                };
                *followed += 1;
                if self.number[gainer as usize] == NONE {
                    self.discover(gainer as usize, number);
                }
            }
        }
        Ok(())
    }

    fn discover(&mut self, member: usize, parent: u32) {
        let number = small(self.member.len());
        self.number[member] = number;
        self.member.push(small(member));
        self.parent.push(parent);
        self.stack.push((number, 0));
    }

    fn semidominators(
        &mut self,
        inside: &Inside<'_>,
        meter: &mut Meter<'_>,
    ) -> Result<(), Stopped> {
        let count = self.member.len();
        for table in [&mut self.semi, &mut self.best] {
            table.clear();
            table.extend(0..small(count));
        }
        self.above.clear();
        self.above.resize(count, NONE);
        for number in (1..small(count)).rev() {
            let member = self.member[number as usize];
            let mut semi = OUTSIDE;
            let mut followed = 1;
            // Nothing lies before the outside: whoever gains from there need not look further.
            if inside.chains[member as usize] == UNSEEN {
                semi = self.parent[number as usize];
                for from in inside.gained(member) {
                    let best = self.evaluate(self.number[from as usize]);
                    semi = semi.min(self.semi[best as usize]);
                    followed += 1;
                }
            }
            meter.spend(followed)?;
            self.semi[number as usize] = semi;
            self.above[number as usize] = self.parent[number as usize];
        }
        Ok(())
    }

    /// The number with the lowest semidominator on the way up, among those done.
    fn evaluate(&mut self, number: u32) -> u32 {
        if self.above[number as usize] == NONE {
            return number;
        }
        let mut way = number;
        self.stack.clear();
        while self.above[self.above[way as usize] as usize] != NONE {
            self.stack.push((way, 0));
            way = self.above[way as usize];
        }
        while let Some((low, _)) = self.stack.pop() {
            let high = self.above[low as usize];
            let (mine, theirs) = (self.best[low as usize], self.best[high as usize]);
            if self.semi[theirs as usize] < self.semi[mine as usize] {
                self.best[low as usize] = theirs;
            }
            self.above[low as usize] = self.above[high as usize];
        }
        self.best[number as usize]
    }

    fn dominators(&mut self) {
        self.dominator.clone_from(&self.parent);
        for number in 1..self.dominator.len() {
            let mut dominator = self.dominator[number];
            while dominator > self.semi[number] {
                dominator = self.dominator[dominator as usize];
            }
            self.dominator[number] = dominator;
        }
    }

    /// What a number dominates lies within its span.
    fn spans(&mut self) {
        let count = self.dominator.len();
        self.end.clear();
        self.end.resize(count, 1);
        for number in (1..count).rev() {
            let dominator = self.dominator[number] as usize;
            self.end[dominator] += self.end[number];
        }
        self.begin.clear();
        self.begin.resize(count, 0);
        let mut next = vec![1; count];
        for number in 1..count {
            let dominator = self.dominator[number] as usize;
            let (begin, size) = (next[dominator], self.end[number]);
            next[dominator] += size;
            next[number] = begin + 1;
            self.begin[number] = begin;
            self.end[number] = begin + size;
        }
    }

    fn bridges(&mut self, inside: &Inside<'_>, tree: &mut Tree) {
        let entries = inside.chains.iter().filter(|chain| **chain != UNSEEN).copied();
        let shared = entries.reduce(|a, b| tree.meet(a, b)).unwrap_or(ROOT);
        self.chain.clear();
        self.chain.push(shared);
        for number in 1..self.member.len() {
            let member = self.member[number];
            let span = self.begin[number]..self.end[number];
            let is_own = |from: u32| span.contains(&self.begin[from as usize]);
            let mut ways = 0u8;
            let mut head = SEVERAL;
            if inside.chains[member as usize] != UNSEEN {
                head = inside.only[member as usize];
                ways = if head == SEVERAL { 2 } else { 1 };
            }
            for from in inside.gained(member).filter(|from| !is_own(self.number[*from as usize])) {
                ways = ways.saturating_add(1);
                head = inside.members.slot(from);
            }
            let behind = self.chain[self.dominator[number] as usize];
            let is_bridge = ways == 1;
            let edge = (inside.members.slot(member), head);
            self.chain.push(if is_bridge { tree.add(behind, edge) } else { behind });
        }
    }
}

/// The knot with what leads into it.
struct Inside<'a> {
    members: &'a Members,
    chains: &'a [u32],
    only: &'a [Slot],
}

impl Inside<'_> {
    /// From which members a member gains.
    fn gained(&self, member: u32) -> impl Iterator<Item = u32> + '_ {
        self.members.gained.of(member).iter().copied()
    }
}

/// Who gains from whom within a knot: the same for every rule. Members are numbered in the order of
/// their slots.
#[derive(Debug)]
pub(super) struct Members {
    first: Slot,
    gained: Rows,
    gainers: Rows,
}

impl Members {
    pub(super) fn of(snapshot: &Snapshot, (first, end): (Slot, Slot)) -> Self {
        let is_inside = |slot: &Slot| (first..end).contains(slot);
        let (mut gained, mut gainers) = (Rows::default(), Rows::default());
        for slot in first..end {
            let inside = snapshot.gained(slot).filter(is_inside);
            gained.push(inside.map(|slot| slot - first));
            let inside = snapshot.gainers(slot).iter().copied().filter(is_inside);
            gainers.push(inside.map(|slot| slot - first));
        }
        Self { first, gained, gainers }
    }

    fn slot(&self, member: u32) -> Slot {
        self.first + member
    }
}

/// Lists of members behind each other.
#[derive(Debug, Default)]
struct Rows {
    ends: Vec<usize>,
    items: Vec<u32>,
}

impl Rows {
    fn push(&mut self, row: impl Iterator<Item = u32>) {
        self.items.extend(row);
        self.ends.push(self.items.len());
    }

    fn of(&self, member: u32) -> &[u32] {
        let member = member as usize;
        let begin = member.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.items[begin..self.ends[member]]
    }
}

/// A knot has no more members than there are slots, and those are numbers of 32 bits.
fn small(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}
