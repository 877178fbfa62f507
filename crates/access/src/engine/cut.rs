//! Single edges whose removal clears findings. Every edge that could do it lies on the access of the
//! finding's first affected node; each is tried on the graph without it. Names no sets of edges.

use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

use super::answer::{Cut, CutEdge};
use super::explain::{fingerprint_of, tell};
use super::graph::{EdgeIx, Graph};
use super::select::Catalog;
use super::toxic::toxic;
use super::trial::{Hit, Shared, Trial};
use super::walk::Walk;
use crate::fact::RestsOn;
use crate::finding::Fingerprint;
use crate::rule::{Body, Pack};

/// Most evaluations of one rule without one edge that one question may cost.
pub const CUT_TRIALS_MAX: usize = 5_000;

/// The single edges that clear one finding, those that clear most others too first. None clears a
/// finding about one node by itself.
pub(super) fn of_finding(
    graph: &Graph,
    packs: &[Pack],
    rests_on: Vec<RestsOn>,
    fingerprint: &Fingerprint,
) -> Cut {
    let mut cutting = Cutting::new(graph, packs);
    let place = cutting.cases.iter().position(|case| case.fingerprint == *fingerprint);
    let Some(place) = place else { return cutting.answer(Vec::new(), 0, rests_on) };
    let edges: Vec<EdgeIx> = cutting
        .candidates
        .iter()
        .filter(|(_, cases)| cases.contains(&place))
        .map(|(edge, _)| *edge)
        .collect();
    let mut clearing = Vec::new();
    for edge in edges {
        let cleared = cutting.cleared(edge);
        if cleared.contains(&place) {
            clearing.push((edge, cleared.len()));
        }
    }
    let top = clearing.len();
    cutting.answer(clearing, top, rests_on)
}

/// The `top` single edges that clear most findings.
pub(super) fn of_all(graph: &Graph, packs: &[Pack], rests_on: Vec<RestsOn>, top: usize) -> Cut {
    let mut cutting = Cutting::new(graph, packs);
    let mut order: Vec<(usize, EdgeIx)> =
        cutting.candidates.iter().map(|(edge, cases)| (cases.len(), *edge)).collect();
    order.sort_unstable_by_key(|(most, edge)| (Reverse(*most), *edge));
    let mut clearing: Vec<(EdgeIx, usize)> = Vec::new();
    for (most, edge) in order {
        let mut best: Vec<usize> = clearing.iter().map(|(_, clears)| *clears).collect();
        best.sort_unstable_by_key(|clears| Reverse(*clears));
        let worst_kept = top.checked_sub(1).and_then(|last| best.get(last));
        if top == 0 || worst_kept.is_some_and(|kept| *kept > most) || !cutting.may_go_on() {
            break;
        }
        let clears = cutting.cleared(edge).len();
        if clears > 0 {
            clearing.push((edge, clears));
        }
    }
    cutting.answer(clearing, top, rests_on)
}

struct Case {
    rule: usize,
    fingerprint: Fingerprint,
    hit: Hit,
}

struct Cutting<'a> {
    graph: &'a Graph,
    trials: Vec<Trial<'a>>,
    cases: Vec<Case>,
    /// Each edge with the findings on whose paths it lies.
    candidates: BTreeMap<EdgeIx, BTreeSet<usize>>,
    walk: Walk,
    tried: usize,
    exact: bool,
}

impl<'a> Cutting<'a> {
    fn new(graph: &'a Graph, packs: &'a [Pack]) -> Self {
        let catalog = Catalog::of(graph);
        let rules = packs.iter().flat_map(|pack| pack.rules.iter().map(move |rule| (pack, rule)));
        let trials: Vec<Trial<'a>> = rules
            .filter_map(|(pack, rule)| match &rule.body {
                Body::Sides(sides) => {
                    Some(Trial::new(graph, &catalog, &pack.baseline, rule, sides))
                }
                Body::Where(_) => None,
            })
            .collect();
        let (shared, mut walk) = (Shared::default(), Walk::new(graph));
        let (mut cases, mut candidates) = (Vec::new(), BTreeMap::<_, BTreeSet<usize>>::new());
        for (rule, trial) in trials.iter().enumerate() {
            for hit in trial.hits(&shared, &mut walk) {
                let story = tell(trial, &hit, &mut walk);
                for edge in story.edges() {
                    candidates.entry(edge).or_default().insert(cases.len());
                }
                let Some(fingerprint) = fingerprint_of(trial, &hit, &story) else { continue };
                cases.push(Case { rule, fingerprint, hit });
            }
        }
        Self { graph, trials, cases, candidates, walk, tried: 0, exact: true }
    }

    fn may_go_on(&mut self) -> bool {
        self.exact = self.exact && self.tried < CUT_TRIALS_MAX;
        self.exact
    }

    /// The findings that have nobody left without this edge: no finding of the same rule has the
    /// same root cause, or one of the same nodes among its affected.
    fn cleared(&mut self, edge: EdgeIx) -> BTreeSet<usize> {
        let mut by_rule: BTreeMap<usize, Vec<usize>> = BTreeMap::new();
        for &place in self.candidates.get(&edge).into_iter().flatten() {
            if let Some(case) = self.cases.get(place) {
                by_rule.entry(case.rule).or_default().push(place);
            }
        }
        let shared = Shared::default();
        let mut cleared = BTreeSet::new();
        for (rule, places) in by_rule {
            let Some(trial) = self.trials.get(rule).map(|trial| trial.without(edge)) else {
                continue;
            };
            self.tried = self.tried.saturating_add(1);
            let hopeful = self.hopeful(&trial, places);
            if hopeful.is_empty() {
                continue;
            }
            let left = trial.hits(&shared, &mut self.walk);
            let roots: BTreeSet<_> = left.iter().map(|hit| hit.lead.root).collect();
            let affected: BTreeSet<_> = left.iter().flat_map(|hit| &hit.affected).collect();
            cleared.extend(hopeful.into_iter().filter(|place| {
                self.cases.get(*place).is_some_and(|Case { hit, .. }| {
                    !roots.contains(&hit.lead.root)
                        && !hit.affected.iter().any(|it| affected.contains(it))
                })
            }));
        }
        cleared
    }

    /// Cheap and safe: where nothing is baseline, an affected node that still reaches all sides is
    /// still in some finding.
    fn hopeful(&mut self, trial: &Trial<'_>, places: Vec<usize>) -> Vec<usize> {
        if !trial.baseline.is_empty() {
            return places;
        }
        let verdict = toxic(self.graph, &trial.whole, &trial.combination, &mut self.walk);
        let is_free = |place: &usize| {
            let case = self.cases.get(*place);
            case.is_some_and(|case| !case.hit.affected.iter().any(|ix| verdict.is_toxic(*ix)))
        };
        places.into_iter().filter(is_free).collect()
    }

    fn answer(self, mut edges: Vec<(EdgeIx, usize)>, top: usize, rests_on: Vec<RestsOn>) -> Cut {
        edges.sort_unstable_by_key(|(edge, clears)| (Reverse(*clears), *edge));
        let named = edges
            .into_iter()
            .take(top)
            .filter_map(|(edge, clears)| Some(CutEdge { edge: self.graph.key(edge)?, clears }));
        Cut { edges: named.collect(), exact: self.exact, rests_on }
    }
}
