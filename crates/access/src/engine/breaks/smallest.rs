//! The fewest facts that have to go to break chosen pairs of a rule and a holder. A pair is broken when
//! one side is cut. For one pair that is the least of its sides' least cuts. For several it is NP-hard
//! (a multicut, Garg, Vazirani, Yannakakis, SIAM J. Comput. 25(2), 1996), and solved from both ends: cuts
//! that break all are an upper bound, and the lower bound is the cheapest choice that hits every path
//! found so far, which asks for new paths until it breaks all itself (an implicit hitting set; Moreno-
//! Centeno and Karp, Operations Research 61(2), 2013).
#![expect(
    clippy::indexing_slicing,
    reason = "ways are numbered by the region, and each table has a place for each"
)]

use std::collections::{BTreeMap, BTreeSet};

use super::Pair;
use super::flow::{Cut, least_cut};
use super::hitting::cheapest;
use super::meter::{Limits, Meter, Stopped};
use super::region::{Probe, Region};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// Most paths that the lower bound rests on.
pub const WITNESSES_MAX: usize = 2_000;

/// Edges that have to go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct CutEdge {
    /// The node that gains.
    pub from: u32,
    /// The node from which it gains.
    pub to: u32,
    /// How many facts say so: all have to go.
    pub facts: u64,
}

/// The answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Smallest {
    /// What has to go, in order. None when the question was stopped before any way was found.
    pub edges: Option<Vec<CutEdge>>,
    /// With how many facts less it cannot be done: proven.
    pub at_least: u64,
    /// Pairs that nothing that may be cut can break. The edges break all others.
    pub unbreakable: Vec<Pair>,
}

impl Smallest {
    /// How many facts have to go.
    #[must_use]
    pub fn facts(&self) -> Option<u64> {
        self.edges.as_ref().map(|edges| edges.iter().map(|edge| edge.facts).sum())
    }

    /// Whether it is proven that fewer are not enough.
    #[must_use]
    pub fn is_exact(&self) -> bool {
        self.facts() == Some(self.at_least)
    }
}

/// The fewest facts that break the chosen pairs, of edges that `may_cut` allows, which is asked with the
/// numbers of the node that gains and of the one it gains from. A pair that is not met, or whose rule or
/// holder there is not, is broken already. When a limit was met, the answer is the best that was found
/// and says how far from the best it can be.
#[must_use]
pub fn smallest(
    snapshot: &Snapshot,
    rules: &[Demand],
    chosen: &[Pair],
    may_cut: &dyn Fn(u32, u32) -> bool,
    limits: Limits<'_>,
) -> Smallest {
    let mut meter = Meter::new(limits);
    let mut answer = Smallest { edges: None, at_least: 0, unbreakable: Vec::new() };
    let chosen: BTreeSet<Pair> = chosen.iter().copied().collect();
    let Ok(region) = region_of(snapshot, rules, &chosen, (may_cut, &mut meter)) else {
        return answer;
    };
    let mut solving = Solving::new(&region, meter);
    let cases = cases_of(snapshot, rules, &chosen, &region);
    // Being stopped is no failure: what was found so far is the answer.
    let _ = solving.solve(&cases, &mut answer.unbreakable);
    answer.at_least = solving.at_least;
    let node = |number: u32| snapshot.node(region.slot(number)).unwrap_or(u32::MAX);
    let edge = |way: &u32| {
        let way = region.ways()[*way as usize];
        CutEdge { from: node(way.from), to: node(way.to), facts: way.facts }
    };
    answer.edges = solving.best.map(|(_, ways)| {
        let mut edges: Vec<CutEdge> = ways.iter().map(edge).collect();
        edges.sort_unstable();
        edges
    });
    answer
}

fn region_of(
    snapshot: &Snapshot,
    rules: &[Demand],
    chosen: &BTreeSet<Pair>,
    (may_cut, meter): (&dyn Fn(u32, u32) -> bool, &mut Meter<'_>),
) -> Result<Region, Stopped> {
    let slots = |nodes: BTreeSet<u32>| -> Vec<Slot> {
        nodes.into_iter().filter_map(|node| snapshot.slot(node)).collect()
    };
    let starts = slots(chosen.iter().map(|pair| pair.holder).collect());
    let asked: BTreeSet<usize> = chosen.iter().map(|pair| pair.rule).collect();
    let asked = asked.into_iter().filter_map(|rule| rules.get(rule));
    let goals = slots(asked.flat_map(|rule| rule.sides.iter().flatten().copied()).collect());
    Region::between(snapshot, (&starts, &goals), may_cut, meter)
}

/// A pair in the numbers of the region.
struct Case {
    pair: Pair,
    start: u32,
    sides: Vec<Vec<u32>>,
}

fn cases_of(
    snapshot: &Snapshot,
    rules: &[Demand],
    chosen: &BTreeSet<Pair>,
    region: &Region,
) -> Vec<Case> {
    let number = |node: u32| snapshot.slot(node).and_then(|slot| region.number(slot));
    let side = |goals: &Vec<u32>| goals.iter().filter_map(|goal| number(*goal)).collect();
    let case = |pair: &Pair| {
        let sides: Vec<Vec<u32>> = rules.get(pair.rule)?.sides.iter().map(side).collect();
        let can_be_met = !sides.is_empty() && sides.iter().all(|side| !side.is_empty());
        let start = number(pair.holder).filter(|_| can_be_met)?;
        snapshot.is_holder(region.slot(start)).then_some(Case { pair: *pair, start, sides })
    };
    chosen.iter().filter_map(case).collect()
}

/// What is known so far.
struct Solving<'a> {
    region: &'a Region,
    meter: Meter<'a>,
    probe: Probe,
    prices: Vec<u64>,
    best: Option<Cut>,
    at_least: u64,
}

impl<'a> Solving<'a> {
    fn new(region: &'a Region, meter: Meter<'a>) -> Self {
        Self {
            region,
            meter,
            probe: Probe::new(region),
            prices: region.ways().iter().map(|way| way.facts).collect(),
            best: None,
            at_least: 0,
        }
    }

    fn solve(&mut self, cases: &[Case], unbreakable: &mut Vec<Pair>) -> Result<(), Stopped> {
        let (mut open, mut witnesses) = (Vec::new(), Vec::new());
        let nothing = self.nothing();
        let mut every = self.nothing();
        for (done, case) in cases.iter().enumerate() {
            self.meter.done(done, cases.len());
            let Some(witness) = self.witness(case, &nothing)? else { continue };
            let Some((facts, ways)) = self.cut_one(case, &nothing)? else {
                unbreakable.push(case.pair);
                continue;
            };
            self.at_least = facts.max(self.at_least);
            ways.iter().for_each(|way| every[*way as usize] = true);
            open.push(case);
            witnesses.push(witness);
        }
        self.keep(&every);
        self.thin_out(&open, every)?;
        self.cut_together(&open)?;
        self.close_in(&open, witnesses)
    }

    fn nothing(&self) -> Vec<bool> {
        vec![false; self.prices.len()]
    }

    fn witness(&mut self, case: &Case, is_gone: &[bool]) -> Result<Option<Vec<u32>>, Stopped> {
        self.probe.witness(self.region, (case.start, &case.sides), is_gone, &mut self.meter)
    }

    /// The least cut that breaks one pair.
    fn cut_one(&mut self, case: &Case, is_gone: &[bool]) -> Result<Option<Cut>, Stopped> {
        let mut best: Option<Cut> = None;
        for goals in &case.sides {
            let ends = (&[case.start][..], &goals[..]);
            let cut = least_cut(self.region, ends, is_gone, &mut self.meter)?;
            let is_better = |cut: &Cut| best.as_ref().is_none_or(|best| cut.0 < best.0);
            if let Some(cut) = cut.filter(is_better) {
                best = Some(cut);
            }
        }
        Ok(best)
    }

    /// Keeps ways that break all when they cost less than the best so far.
    fn keep(&mut self, is_gone: &[bool]) {
        let ways = (0u32..).zip(is_gone).filter(|(_, is_gone)| **is_gone);
        let ways: Vec<u32> = ways.map(|(way, _)| way).collect();
        let facts = ways.iter().map(|way| self.prices[*way as usize]).sum();
        if self.best.as_ref().is_none_or(|best| facts < best.0) {
            self.best = Some((facts, ways));
        }
    }

    /// Puts back one after the other, the dearest first, what is not needed to break all.
    fn thin_out(&mut self, cases: &[&Case], mut is_gone: Vec<bool>) -> Result<(), Stopped> {
        let mut ways: Vec<usize> = (0..is_gone.len()).filter(|way| is_gone[*way]).collect();
        ways.sort_by_key(|way| std::cmp::Reverse(self.prices[*way]));
        for way in ways {
            is_gone[way] = false;
            for case in cases {
                if self.witness(case, &is_gone)?.is_some() {
                    is_gone[way] = true;
                    break;
                }
            }
        }
        self.keep(&is_gone);
        Ok(())
    }

    /// Cuts one side of each rule for all its holders at once, the cheapest.
    fn cut_together(&mut self, cases: &[&Case]) -> Result<(), Stopped> {
        let mut by_rule: BTreeMap<usize, (Vec<u32>, &Case)> = BTreeMap::new();
        for case in cases {
            by_rule.entry(case.pair.rule).or_insert((Vec::new(), case)).0.push(case.start);
        }
        let mut is_gone = self.nothing();
        for (starts, case) in by_rule.values() {
            let mut best: Option<Cut> = None;
            for goals in &case.sides {
                let cut = least_cut(self.region, (starts, goals), &is_gone, &mut self.meter)?;
                let is_better = |cut: &Cut| best.as_ref().is_none_or(|best| cut.0 < best.0);
                if let Some(cut) = cut.filter(is_better) {
                    best = Some(cut);
                }
            }
            let Some((_, ways)) = best else { return Ok(()) };
            ways.iter().for_each(|way| is_gone[*way as usize] = true);
        }
        self.thin_out(cases, is_gone)
    }

    /// Raises the lower bound, and lowers the upper one by the way, until they meet.
    fn close_in(&mut self, cases: &[&Case], mut witnesses: Vec<Vec<u32>>) -> Result<(), Stopped> {
        while let Some((most, _)) = self.best
            && self.at_least < most
            && witnesses.len() < WITNESSES_MAX
        {
            let hit = cheapest(&self.prices, &witnesses, most, &mut self.meter)?;
            let Some(hit) = hit else {
                self.at_least = most;
                return Ok(());
            };
            let facts: u64 = hit.iter().map(|way| self.prices[*way as usize]).sum();
            self.at_least = self.at_least.max(facts);
            let mut is_gone = self.nothing();
            hit.iter().for_each(|way| is_gone[*way as usize] = true);
            let before = witnesses.len();
            let mut repaired = is_gone.clone();
            for case in cases {
                self.more_witnesses(case, &is_gone, &mut witnesses)?;
                self.repair(case, &mut repaired)?;
            }
            self.keep(&repaired);
            if witnesses.len() > before {
                self.thin_out(cases, repaired)?;
            }
        }
        Ok(())
    }

    /// Paths that the ways gone do not hit and that share nothing with each other.
    fn more_witnesses(
        &mut self,
        case: &Case,
        is_gone: &[bool],
        witnesses: &mut Vec<Vec<u32>>,
    ) -> Result<(), Stopped> {
        let mut is_gone = is_gone.to_vec();
        while let Some(witness) = self.witness(case, &is_gone)? {
            // What can be broken has on each path something that may be cut, on one side at least.
            if witness.is_empty() || witnesses.len() >= WITNESSES_MAX {
                break;
            }
            witness.iter().for_each(|way| is_gone[*way as usize] = true);
            witnesses.push(witness);
        }
        Ok(())
    }

    /// Breaks a pair that is not broken yet, in the cheapest way for itself.
    fn repair(&mut self, case: &Case, is_gone: &mut [bool]) -> Result<(), Stopped> {
        if self.witness(case, is_gone)?.is_none() {
            return Ok(());
        }
        if let Some((_, ways)) = self.cut_one(case, is_gone)? {
            ways.iter().for_each(|way| is_gone[*way as usize] = true);
        }
        Ok(())
    }
}
