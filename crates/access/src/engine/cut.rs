//! Single edges whose removal clears findings: nobody whom the finding affects is left under its rule,
//! nor anybody new at its root cause. Which edges do the first is asked of the kernel
//! ([`super::breaks`]) for all rules at once; what is left to ask is asked of the graph without the edge.
//! Sets of edges are asked for [`together`].

mod case;
mod together;
mod trying;

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet, BinaryHeap};
use std::sync::Arc;

use self::case::{Case, Cases};
pub use self::together::CUT_PAIRS_MAX;
pub(super) use self::together::of_set;
use self::trying::Trying;
use super::answer::{Cut, CutEdge};
use super::breaks::{Clearer, Limits};
use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::numbered::{Numbered, demands, may_cut};
use crate::fact::RestsOn;
use crate::finding::{Finding, Fingerprint};
use crate::rule::Pack;

/// Most evaluations of one rule without one edge that one question may cost.
pub const CUT_TRIALS_MAX: usize = 5_000;

/// Most work of one question, in edges followed, when nobody says otherwise: some seconds on a machine
/// of 2026.
pub const CUT_WORK_MAX: u64 = 500_000_000;

/// What is asked about.
#[derive(Clone, Copy)]
pub(super) struct Asked<'a> {
    pub(super) graph: &'a Graph,
    pub(super) packs: &'a [Pack],
    pub(super) findings: &'a BTreeMap<Fingerprint, Arc<Finding>>,
    pub(super) limits: Limits<'a>,
}

/// The single edges that clear one finding, those that clear most others too first. None clears a
/// finding about one node by itself.
pub(super) fn of_finding(
    asked: Asked<'_>,
    rests_on: Vec<RestsOn>,
    fingerprint: &Fingerprint,
) -> Cut {
    let mut cutting = Cutting::new(asked);
    let place = cutting.cases.all.iter().position(|case| case.fingerprint == fingerprint);
    let of_it = place.map_or_else(Vec::new, |place| cutting.candidates_for(place));
    let mut clearing = Vec::new();
    for edge in of_it {
        if !cutting.may_go_on() {
            break;
        }
        let cleared = cutting.cleared(edge);
        if place.is_some_and(|place| cleared.contains(&place)) {
            clearing.push((cleared.len(), Reverse(edge)));
        }
    }
    cutting.answer(clearing, rests_on)
}

/// The `top` single edges that clear most findings.
pub(super) fn of_all(asked: Asked<'_>, rests_on: Vec<RestsOn>, top: usize) -> Cut {
    let mut cutting = Cutting::new(asked);
    let order = cutting.candidates.iter().map(|(edge, cases)| (cases.len(), Reverse(*edge)));
    let mut order: Vec<Cleared> = order.collect();
    order.sort_unstable_by_key(|it| Reverse(*it));
    let mut best: BinaryHeap<Reverse<Cleared>> = BinaryHeap::new();
    for at_best in order {
        let is_worse = |worst: &Reverse<Cleared>| worst.0 > at_best;
        if top == 0 || best.len() >= top && best.peek().is_some_and(is_worse) {
            break;
        }
        if !cutting.may_go_on() {
            break;
        }
        let Reverse(edge) = at_best.1;
        let clears = cutting.cleared(edge).len();
        if clears > 0 {
            best.push(Reverse((clears, Reverse(edge))));
        }
        if best.len() > top {
            best.pop();
        }
    }
    cutting.answer(best.into_iter().map(|Reverse(it)| it).collect(), rests_on)
}

/// How many findings an edge clears: more is better, then the edge that comes first.
type Cleared = (usize, Reverse<EdgeIx>);

struct Cutting<'a> {
    asked: Asked<'a>,
    cases: Cases<'a>,
    trying: Trying<'a>,
    /// Each edge with the findings that it may clear. Those that it is not named with it does not clear.
    candidates: BTreeMap<EdgeIx, Vec<usize>>,
    exact: bool,
}

impl<'a> Cutting<'a> {
    fn new(asked: Asked<'a>) -> Self {
        let mut trying = Trying::new(asked.graph, asked.limits);
        let cases = Cases::of(asked, &mut trying);
        let mut cutting =
            Self { asked, exact: cases.is_whole, cases, trying, candidates: BTreeMap::new() };
        cutting.exact &= cutting.by_chains().is_some();
        cutting.by_stories();
        cutting
    }

    /// Asks the kernel about everybody who is no default of the platform: they are left under the rule
    /// exactly while they reach all that it asks for. None when not all was asked.
    fn by_chains(&mut self) -> Option<()> {
        let Asked { graph, limits, .. } = self.asked;
        let goals = self.cases.trials.iter().flat_map(|trial| trial.combination.positions());
        let numbered = Numbered::of(graph, Plane::whole(&[]), goals, &[]).ok()?;
        let mut clearer = Clearer::new(numbered.snapshot(), limits);
        let mut by_rule: BTreeMap<usize, Vec<(usize, &Case<'_>)>> = BTreeMap::new();
        for (place, case) in self.cases.all.iter().enumerate().filter(|(_, it)| !it.by_default) {
            by_rule.entry(case.rule).or_default().push((place, case));
        }
        for (done, (rule, cases)) in by_rule.iter().enumerate() {
            (limits.progress)(done, by_rule.len());
            let Some(trial) = self.cases.trials.get(*rule) else { continue };
            let groups: Vec<&[Ix]> = cases.iter().map(|(_, case)| &case.affected[..]).collect();
            let found = clearer.rule(demands(&trial.combination), &groups)?;
            for ((place, _), edges) in cases.iter().zip(found) {
                for (from, to) in edges {
                    let mut facts = numbered.facts(from, to);
                    if let (Some((edge, _)), None) = (facts.next(), facts.next())
                        && numbered.may_cut(from, to)
                    {
                        self.candidates.entry(edge).or_default().push(*place);
                    }
                }
            }
        }
        Some(())
    }

    /// A default of the platform is not affected by what another default has, so that its chains say too
    /// little: what the first one's access rests on is tried edge by edge.
    fn by_stories(&mut self) {
        for (place, case) in self.cases.all.iter().enumerate().filter(|(_, it)| it.by_default) {
            let Some(trial) = self.cases.trials.get(case.rule) else { continue };
            for edge in self.trying.rests_on((case.rule, trial), case) {
                let link = self.asked.graph.link(edge);
                if link.is_some_and(|link| may_cut(self.asked.graph, link)) {
                    self.candidates.entry(edge).or_default().push(place);
                }
            }
        }
    }

    fn candidates_for(&self, place: usize) -> Vec<EdgeIx> {
        let of_it = self.candidates.iter().filter(|(_, cases)| cases.contains(&place));
        of_it.map(|(edge, _)| *edge).collect()
    }

    fn may_go_on(&mut self) -> bool {
        self.exact &= self.trying.may_go_on();
        self.exact
    }

    /// The findings that are cleared without this edge.
    fn cleared(&mut self, edge: EdgeIx) -> BTreeSet<usize> {
        let mut cleared = BTreeSet::new();
        let mut without = self.trying.without(edge);
        for place in self.candidates.get(&edge).into_iter().flatten() {
            let case = self.cases.all.get(*place);
            let trial = case.and_then(|case| Some((case, self.cases.trials.get(case.rule)?)));
            if trial.is_some_and(|(case, trial)| without.is_cleared(trial, case)) {
                cleared.insert(*place);
            }
        }
        self.exact &= without.is_whole();
        cleared
    }

    fn answer(self, mut edges: Vec<Cleared>, rests_on: Vec<RestsOn>) -> Cut {
        edges.sort_unstable_by_key(|it| Reverse(*it));
        let named = edges.into_iter().filter_map(|(clears, Reverse(edge))| {
            Some(CutEdge { edge: self.asked.graph.key(edge)?, clears })
        });
        Cut { edges: named.collect(), exact: self.exact, rests_on }
    }
}
