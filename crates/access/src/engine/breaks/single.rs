//! The single edges whose removal breaks most: for every edge at once, exactly. A pair of a rule and a
//! holder is broken by the bridges of each of the rule's sides ([`super::bridge`]), so that what an edge
//! breaks is who lies below it in the tree of one side or another. Those below are summed up the trees,
//! and what lies on more than one chain of the same holder is taken off again.
//!
//! The own edges of leaves, which are most edges, break no more than the rules that the leaf meets. They
//! are looked at only where the best others do not break more than that.
#![expect(
    clippy::indexing_slicing,
    reason = "slots come from the snapshot, which numbers them all, and places from trees of their size"
)]

use std::cmp::Reverse;
use std::collections::HashMap;

use super::crew;
use super::meeting::Meeting;
use super::meter::{Limits, Meter, Stopped};
use super::side::{Overlap, Side};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// What an edge breaks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Break {
    /// The node that gains.
    pub from: u32,
    /// The node from which it gains.
    pub to: u32,
    /// Pairs of a rule and a holder who no longer meets it.
    pub pairs: u64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Singles {
    /// Those that break most first, then by the numbers of their nodes. None that breaks nothing.
    pub edges: Vec<Break>,
    /// By how many pairs a figure may be too low at most, be it of an edge that is named or, against the
    /// last one named, of one that is not. Zero when nothing stopped the question: then the edges are
    /// proven to be the best ones.
    pub missed_at_most: u64,
    /// Pairs of a rule and a holder who meets it, as far as was counted.
    pub pairs: u64,
    /// Rules that were counted: from the first, unless several threads were called off.
    pub rules: usize,
}

impl Singles {
    /// Whether the edges are proven to be the best and the figures to be right.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.missed_at_most == 0
    }
}

/// The `top` edges that break most, of those that `may_cut` allows, which is asked with the numbers of
/// the node that gains and of the one it gains from. Linear in what the rules reach, save that ways up
/// the trees are walked, which are as long as chains of edges without a second way.
///
/// The answer does not depend on the number of threads, each of which keeps tables of its own, some
/// twenty bytes for each node. Where more work would be needed than is allowed, one thread begins anew,
/// so that what a partial answer counts does not depend on chance.
#[must_use]
pub fn single(
    snapshot: &Snapshot,
    rules: &[Demand],
    top: usize,
    may_cut: &dyn Fn(u32, u32) -> bool,
    limits: Limits<'_>,
) -> Singles {
    let mut meter = Meter::new(limits);
    let rules = &rules[..if top == 0 { 0 } else { rules.len() }];
    let threads = limits.threads.get();
    let mut counted = |border: Slot| {
        let several =
            (threads > 1).then(|| crew::count(snapshot, border, rules, &mut meter, threads));
        several.flatten().unwrap_or_else(|| {
            let mut count = Counting::new(snapshot, border);
            let done = count.all(rules, &mut meter);
            (count, done)
        })
    };
    let (count, done) = counted(snapshot.leaves().start);
    let first = count.answer(top, may_cut);
    let of_leaves = u64::from(count.of_leaf.iter().copied().max().unwrap_or_default());
    let is_enough = first.len() == top && first.last().is_none_or(|last| last.pairs > of_leaves);
    let missed_rules = (rules.len() - done) as u64;
    let holders = || (0..snapshot.len()).filter(|slot| is_holder(snapshot, *slot)).count() as u64;
    let missed = if missed_rules == 0 { 0 } else { missed_rules.saturating_mul(holders()) };
    let bounded = |missed_at_most| Singles {
        edges: first.clone(),
        missed_at_most,
        pairs: count.pairs,
        rules: done,
    };
    if is_enough || of_leaves == 0 {
        return bounded(missed);
    }
    if missed > 0 {
        return bounded(missed.saturating_add(of_leaves));
    }
    let (every, done) = counted(Slot::MAX);
    if done < rules.len() {
        return bounded(of_leaves);
    }
    Singles { edges: every.answer(top, may_cut), ..bounded(0) }
}

fn is_holder(snapshot: &Snapshot, slot: usize) -> bool {
    Slot::try_from(slot).is_ok_and(|slot| snapshot.is_holder(slot))
}

/// One count over all rules.
pub(super) struct Counting<'a> {
    snapshot: &'a Snapshot,
    meeting: Meeting<'a>,
    overlap: Overlap,
    /// By edge, as slots.
    broken: HashMap<(Slot, Slot), u64>,
    /// By leaf: rules that it meets.
    of_leaf: Vec<u32>,
    pairs: u64,
}

impl<'a> Counting<'a> {
    pub(super) fn new(snapshot: &'a Snapshot, border: Slot) -> Self {
        Self {
            snapshot,
            meeting: Meeting::new(snapshot, border),
            overlap: Overlap::new(snapshot.len()),
            broken: HashMap::new(),
            of_leaf: vec![0; snapshot.leaves().len()],
            pairs: 0,
        }
    }

    /// Counts the rules in order and says how many were done.
    fn all(&mut self, rules: &[Demand], meter: &mut Meter<'_>) -> usize {
        for (done, rule) in rules.iter().enumerate() {
            meter.done(done, rules.len());
            if self.rule(rule, meter).is_err() {
                return done;
            }
        }
        rules.len()
    }

    /// Adds what another one counted over other rules.
    pub(super) fn add(&mut self, other: Self) {
        for (edge, pairs) in other.broken {
            *self.broken.entry(edge).or_default() += pairs;
        }
        for (rules, more) in self.of_leaf.iter_mut().zip(other.of_leaf) {
            *rules += more;
        }
        self.pairs += other.pairs;
    }

    pub(super) fn rule(&mut self, rule: &Demand, meter: &mut Meter<'_>) -> Result<(), Stopped> {
        let Some((met, sides)) = self.meeting.rule(rule, meter)? else { return Ok(()) };
        sides.iter_mut().for_each(Side::begin);
        self.overlap.find(sides, meter)?;
        sides.iter_mut().for_each(|side| side.sum(&mut self.broken));
        self.pairs += met.len() as u64;
        let first = self.snapshot.leaves().start;
        for leaf in met.iter().filter_map(|slot| slot.checked_sub(first)) {
            if let Some(rules) = self.of_leaf.get_mut(leaf as usize) {
                *rules += 1;
            }
        }
        Ok(())
    }

    /// The best so far.
    fn answer(&self, top: usize, may_cut: &dyn Fn(u32, u32) -> bool) -> Vec<Break> {
        let node = |slot: Slot| self.snapshot.node(slot).unwrap_or(u32::MAX);
        let all = self.broken.iter().filter(|(_, pairs)| **pairs > 0);
        let all = all.map(|((from, to), pairs)| Break {
            from: node(*from),
            to: node(*to),
            pairs: *pairs,
        });
        let mut best: Vec<Break> = all.filter(|it| may_cut(it.from, it.to)).collect();
        best.sort_unstable_by_key(|it| (Reverse(it.pairs), it.from, it.to));
        best.truncate(top);
        best
    }
}
