//! What a change would open and clear, before it is made. The graph is left alone: what was taken away and
//! added lies over it. Only who reaches the beginning of a changed edge can be concerned, and only by
//! sides that something behind a changed edge meets, so that a small change costs little.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and each table has its length"
)]

use std::collections::BTreeMap;
use std::ops::Range;

use super::Pair;
use super::meter::{Limits, Meter, Stopped};
use super::rows::{Part, Rows};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// Bytes of rows at a time; with more to look at, rules are taken in several rounds.
const ROW_BYTES: usize = 64 << 20;

/// Pairs that are kept beyond twice those asked for before the others are let go.
const MORE_PAIRS: usize = 1 << 16;

/// Edges by the numbers of their nodes: who gains, and from whom.
#[derive(Debug, Clone, Copy, Default)]
pub struct Change<'a> {
    /// What goes. An edge named twice goes twice.
    pub removed: &'a [(u32, u32)],
    /// What comes.
    pub added: &'a [(u32, u32)],
}

/// Why a change cannot be looked at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum BadChange {
    /// An edge begins or ends nowhere.
    #[error("the change names node {node}, and the graph has none of that number")]
    NoSuchNode {
        /// The number.
        node: u32,
    },
    /// What should go is not there, or not as often.
    #[error("the change removes more edges from {from} to {to} than there are")]
    NoSuchEdge {
        /// The node that would gain.
        from: u32,
        /// The node from which it would.
        to: u32,
    },
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WhatIf {
    /// Who would meet a rule and does not now, in order, as many as were asked for.
    pub opened: Vec<Pair>,
    /// Who meets a rule and would not.
    pub cleared: Vec<Pair>,
    /// How many would open.
    pub opened_total: u64,
    /// How many would clear.
    pub cleared_total: u64,
    /// Rules from the first on for which that is all; all of them when nothing stopped the question.
    pub rules: usize,
    /// Whether it is the whole answer.
    pub is_exact: bool,
}

/// What a change would open and clear. At most `listed` pairs of each are named; all are counted.
///
/// # Errors
/// When the change names what there is not.
pub fn what_if(
    snapshot: &Snapshot,
    rules: &[Demand],
    change: Change<'_>,
    listed: usize,
    limits: Limits<'_>,
) -> Result<WhatIf, BadChange> {
    let overlay = Overlay::new(snapshot, change)?;
    let mut answer = WhatIf {
        opened: Vec::new(),
        cleared: Vec::new(),
        opened_total: 0,
        cleared_total: 0,
        rules: 0,
        is_exact: false,
    };
    let mut meter = Meter::new(limits);
    if overlay.compare(rules, listed, (&mut answer, &mut meter)).is_ok() {
        (answer.rules, answer.is_exact) = (rules.len(), true);
    }
    Ok(answer)
}

/// A graph with a change lying over it.
#[derive(Debug)]
pub(super) struct Overlay<'a> {
    snapshot: &'a Snapshot,
    /// Of slots whose edges change: from whom they would gain.
    gained: BTreeMap<Slot, Vec<Slot>>,
    /// What the changed edges lead to.
    heads: Vec<Slot>,
}

impl<'a> Overlay<'a> {
    fn new(snapshot: &'a Snapshot, change: Change<'_>) -> Result<Self, BadChange> {
        let mut overlay = Self { snapshot, gained: BTreeMap::new(), heads: Vec::new() };
        let slot = |node: u32| snapshot.slot(node).ok_or(BadChange::NoSuchNode { node });
        // What comes may go again: then it was only there to be looked at.
        for (from, to) in change.added {
            let (from, to) = (slot(*from)?, slot(*to)?);
            overlay.row(from).push(to);
            overlay.heads.push(to);
        }
        for (from, to) in change.removed {
            let no_edge = BadChange::NoSuchEdge { from: *from, to: *to };
            let (from, to) = (slot(*from)?, slot(*to)?);
            let row = overlay.row(from);
            let place = row.iter().position(|it| *it == to).ok_or(no_edge)?;
            row.swap_remove(place);
            overlay.heads.push(to);
        }
        Ok(overlay)
    }

    fn row(&mut self, slot: Slot) -> &mut Vec<Slot> {
        let snapshot = self.snapshot;
        self.gained.entry(slot).or_insert_with(|| snapshot.gained(slot).collect())
    }

    /// From whom a slot would gain.
    #[inline]
    pub(super) fn gained(&self, slot: Slot, mut tell: impl FnMut(Slot)) {
        match self.gained.get(&slot) {
            Some(gained) => gained.iter().copied().for_each(tell),
            None => self.snapshot.gained(slot).for_each(&mut tell),
        }
    }

    fn compare(
        &self,
        rules: &[Demand],
        listed: usize,
        (answer, meter): (&mut WhatIf, &mut Meter<'_>),
    ) -> Result<(), Stopped> {
        let concerned = self.concerned(meter)?;
        let behind = self.behind(self.heads.clone(), meter)?;
        let rules = may_change(self.snapshot, rules, &behind);
        if rules.is_empty() || concerned.slots.is_empty() {
            return Ok(());
        }
        let whole = self.behind(concerned.slots.clone(), meter)?;
        let room = ROW_BYTES / 8 / (whole.slots.len() + concerned.slots.len()).max(1);
        let mut next = 0;
        while next < rules.len() {
            meter.done(next, rules.len());
            let round = Round::of(self.snapshot, &rules[next..], room.max(1) * 64);
            answer.rules = rules[next].0;
            next += round.rules.len();
            self.round(&round, listed, (&concerned, &whole), (answer, meter))?;
            for pairs in [&mut answer.opened, &mut answer.cleared] {
                keep_first(pairs, listed);
            }
        }
        Ok(())
    }

    /// Who reaches the beginning of a changed edge, itself among them. What is added begins at one, so
    /// that nobody reaches another one by it who is not among them already.
    fn concerned(&self, meter: &mut Meter<'_>) -> Result<Part, Stopped> {
        self.closure(self.gained.keys().copied().collect(), meter, |slot, tell| {
            self.snapshot.gainers(slot).iter().copied().for_each(tell);
        })
    }

    /// All that is reached, before or after.
    fn behind(&self, from: Vec<Slot>, meter: &mut Meter<'_>) -> Result<Part, Stopped> {
        self.closure(from, meter, |slot, tell| {
            self.snapshot.gained(slot).for_each(&mut *tell);
            self.gained.get(&slot).into_iter().flatten().copied().for_each(tell);
        })
    }

    fn closure(
        &self,
        mut slots: Vec<Slot>,
        meter: &mut Meter<'_>,
        next: impl Fn(Slot, &mut dyn FnMut(Slot)),
    ) -> Result<Part, Stopped> {
        let mut seen = vec![false; self.snapshot.len()];
        slots.retain(|slot| !std::mem::replace(&mut seen[*slot as usize], true));
        let mut at = 0;
        while let Some(slot) = slots.get(at).copied() {
            at += 1;
            let mut followed = 1;
            next(slot, &mut |slot| {
                followed += 1;
                if !std::mem::replace(&mut seen[slot as usize], true) {
                    slots.push(slot);
                }
            });
            meter.spend(followed)?;
        }
        Ok(Part::new(slots, self.snapshot.len()))
    }

    fn round(
        &self,
        round: &Round,
        listed: usize,
        (concerned, whole): (&Part, &Part),
        (answer, meter): (&mut WhatIf, &mut Meter<'_>),
    ) -> Result<(), Stopped> {
        let before = Rows::asked(whole, round.words, &round.asked);
        let before = before.before(self.snapshot, whole, meter)?;
        let after = Rows::asked(concerned, round.words, &round.asked);
        let after = after.after(self, concerned, (whole, &before), meter)?;
        for (place, slot) in concerned.slots.iter().enumerate() {
            let old = whole.place(*slot).map_or(&[][..], |place| before.row(place));
            let new = after.row(place);
            if old == new || !self.snapshot.is_holder(*slot) {
                continue;
            }
            let holder = self.snapshot.node(*slot).unwrap_or(u32::MAX);
            for (rule, bits) in &round.rules {
                let pair = Pair { rule: *rule, holder };
                match (is_met(old, bits.clone()), is_met(new, bits.clone())) {
                    (false, true) => {
                        answer.opened_total += 1;
                        note(&mut answer.opened, pair, listed);
                    }
                    (true, false) => {
                        answer.cleared_total += 1;
                        note(&mut answer.cleared, pair, listed);
                    }
                    (true, true) | (false, false) => {}
                }
            }
            meter.spend(round.rules.len())?;
        }
        Ok(())
    }
}

/// Notes a pair that may be among the first ones, without keeping many more than those.
fn note(pairs: &mut Vec<Pair>, pair: Pair, listed: usize) {
    pairs.push(pair);
    if pairs.len() > listed.saturating_mul(2).saturating_add(MORE_PAIRS) {
        keep_first(pairs, listed);
    }
}

fn keep_first(pairs: &mut Vec<Pair>, listed: usize) {
    pairs.sort_unstable();
    pairs.truncate(listed);
}

/// Rules that something behind the change is asked for by, and that can be met at all.
fn may_change<'r>(
    snapshot: &Snapshot,
    rules: &'r [Demand],
    behind: &Part,
) -> Vec<(usize, &'r Demand)> {
    let is_behind =
        |goal: &u32| snapshot.slot(*goal).is_some_and(|slot| behind.place(slot).is_some());
    let may_change = |rule: &Demand| {
        rule.sides.iter().all(|side| !side.is_empty()) && rule.sides.iter().flatten().any(is_behind)
    };
    rules.iter().enumerate().filter(|(_, rule)| may_change(rule)).collect()
}

/// Rules whose sides are the bits of one row.
struct Round {
    words: usize,
    /// Positions, and the bits of their sides.
    rules: Vec<(usize, Range<usize>)>,
    asked: Vec<(Slot, usize)>,
}

impl Round {
    /// The first rules that have room, one at least.
    fn of(snapshot: &Snapshot, rules: &[(usize, &Demand)], room: usize) -> Self {
        let mut round = Self { words: 0, rules: Vec::new(), asked: Vec::new() };
        let mut bits = 0;
        for (rule, demand) in rules {
            let end = bits + demand.sides.len();
            if end > room && bits > 0 {
                break;
            }
            for (bit, side) in (bits..).zip(&demand.sides) {
                let slots = side.iter().filter_map(|goal| snapshot.slot(*goal));
                round.asked.extend(slots.map(|slot| (slot, bit)));
            }
            round.rules.push((*rule, bits..end));
            bits = end;
        }
        round.words = bits.div_ceil(64);
        round
    }
}

fn is_met(row: &[u64], mut bits: Range<usize>) -> bool {
    bits.all(|bit| row[bit / 64] >> (bit % 64) & 1 == 1)
}
