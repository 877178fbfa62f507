//! The fewest edges that clear chosen findings together. Asks the kernel
//! ([`smallest`](crate::engine::breaks::smallest)) to break everybody whom they affect, and then whether
//! a root cause stands for somebody new: if so it has to be broken too.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::Asked;
use super::case::{Case, Cases};
use super::trying::Trying;
use crate::edge::EdgeKind;
use crate::engine::answer::CutSet;
use crate::engine::breaks::{Limits, Pair, Smallest, smallest};
use crate::engine::graph::{EdgeIx, Graph, Ix, Plane};
use crate::engine::numbered::{Numbered, demand};
use crate::engine::select::{Atom, Combination};
use crate::engine::sweep::Demand;
use crate::engine::trial::{Trial, is_baseline, is_in_scope};
use crate::engine::walk::{Walk, Way};
use crate::fact::RestsOn;
use crate::finding::Fingerprint;
use crate::node::NodeKind;

/// Most pairs of somebody affected and a value that sides share that one question breaks.
pub const CUT_PAIRS_MAX: usize = 10_000;

/// The fewest edges without which all of these findings are cleared.
pub(in crate::engine) fn of_set(
    asked: Asked<'_>,
    rests_on: Vec<RestsOn>,
    chosen: &BTreeSet<Fingerprint>,
) -> CutSet {
    let unanswered = |is_exact| CutSet {
        edges: Vec::new(),
        clears: false,
        at_least: u64::from(!chosen.is_empty()),
        is_exact,
        rests_on: rests_on.clone(),
    };
    let findings = asked.findings.iter().filter(|(key, _)| chosen.contains(*key));
    let findings = findings.map(|(key, it)| (key.clone(), Arc::clone(it))).collect();
    let asked = Asked { findings: &findings, ..asked };
    let cases = Cases::of(asked, &mut Trying::new(asked.graph, asked.limits));
    if !cases.is_whole {
        return unanswered(false);
    }
    // What is wrong with one node by itself is mended by no edge.
    if cases.all.len() < chosen.len() {
        return unanswered(true);
    }
    let mut breaking = Breaking::new(asked, &cases);
    let Some(found) = breaking.broken(&BTreeSet::new()) else { return unanswered(false) };
    let at_least = breaking.at_least(&found).max(1);
    let renewed = breaking.renewed(&found);
    let found = if renewed.is_empty() { Some(found) } else { breaking.broken(&renewed) };
    match found {
        Some(Broken { edges: Some(edges), .. }) => CutSet {
            is_exact: edges.len() as u64 == at_least,
            edges: edges.iter().filter_map(|edge| asked.graph.key(*edge)).collect(),
            clears: true,
            at_least,
            rests_on,
        },
        // What breaks no access of a default may clear it all the same.
        Some(Broken { is_hopeless: true, .. }) => {
            unanswered(cases.all.iter().all(|case| !case.by_default))
        }
        _ => unanswered(false),
    }
}

/// What breaks all that was asked for.
struct Broken {
    /// None when nothing was found.
    edges: Option<BTreeSet<EdgeIx>>,
    at_least: u64,
    /// Whether nothing can.
    is_hopeless: bool,
}

struct Breaking<'a> {
    graph: &'a Graph,
    limits: Limits<'a>,
    cases: &'a Cases<'a>,
    walk: Walk,
    /// Whether defaults of the platform are left out.
    is_others_only: bool,
}

impl<'a> Breaking<'a> {
    fn new(asked: Asked<'a>, cases: &'a Cases<'a>) -> Self {
        let Asked { graph, limits, .. } = asked;
        Self { graph, limits, cases, walk: Walk::new(graph), is_others_only: false }
    }

    /// With how many edges less it cannot be done, where all whom the findings affect are broken like
    /// this. A default of the platform can be cleared by less than what breaks all its access, so that
    /// only what breaks the others counts.
    fn at_least(&mut self, all: &Broken) -> u64 {
        if self.cases.all.iter().all(|case| !case.by_default) {
            return all.at_least;
        }
        self.is_others_only = true;
        let others = self.broken(&BTreeSet::new());
        self.is_others_only = false;
        others.map_or(0, |it| it.at_least)
    }

    /// Breaks everybody whom the findings affect and these root causes. None when there are too many,
    /// or a limit was met before all was asked.
    fn broken(&mut self, roots: &BTreeSet<Ix>) -> Option<Broken> {
        let (rules, pairs) = self.pairs(roots)?;
        let goals = rules.iter().flat_map(|rule| rule.sides.iter().flatten().copied());
        let holders: Vec<Ix> = roots.iter().copied().collect();
        let numbered = Numbered::of(self.graph, Plane::whole(&[]), goals, &holders).ok()?;
        let may_cut = |from: u32, to: u32| numbered.may_cut(from, to);
        let found = smallest(numbered.snapshot(), &rules, &pairs, &may_cut, self.limits);
        let Smallest { edges, at_least, unbreakable } = found;
        let is_hopeless = !unbreakable.is_empty();
        let facts = |edges: Vec<_>| {
            let facts = edges.iter().flat_map(|it: &crate::engine::breaks::CutEdge| {
                numbered.facts(it.from, it.to).map(|(edge, _)| edge)
            });
            facts.collect()
        };
        let edges = edges.filter(|_| !is_hopeless).map(facts);
        Some(Broken { edges, at_least, is_hopeless })
    }

    /// Who meets what of which rule.
    fn pairs(&mut self, roots: &BTreeSet<Ix>) -> Option<(Vec<Demand>, Vec<Pair>)> {
        let mut numbers: BTreeMap<(usize, Option<&str>), usize> = BTreeMap::new();
        let (mut rules, mut pairs) = (Vec::new(), BTreeSet::new());
        for case in &self.cases.all {
            let trial = self.cases.trials.get(case.rule)?;
            let root = roots.get(&case.root).into_iter();
            for holder in case.affected.iter().chain(root) {
                if (self.limits.should_stop)() {
                    return None;
                }
                if self.is_others_only && is_baseline(self.graph, trial.baseline, *holder) {
                    continue;
                }
                self.walk.run(self.graph, &trial.whole, Way::Forward, &[*holder]);
                for value in values_met(&trial.combination, &self.walk) {
                    let number = numbers.entry((case.rule, value)).or_insert_with(|| {
                        rules.push(demand(&trial.combination, value));
                        rules.len() - 1
                    });
                    pairs.insert(Pair { rule: *number, holder: *holder });
                }
                if pairs.len() > CUT_PAIRS_MAX {
                    return None;
                }
            }
        }
        Some((rules, pairs.into_iter().collect()))
    }

    /// Root causes that somebody new has once these edges are gone.
    fn renewed(&self, broken: &Broken) -> BTreeSet<Ix> {
        let Some(gone) = &broken.edges else { return BTreeSet::new() };
        let renewed = self.cases.all.iter().filter(|case| {
            let trial = self.cases.trials.get(case.rule);
            trial.is_some_and(|trial| self.has_somebody(trial, case, gone))
        });
        renewed.map(|case| case.root).collect()
    }

    /// Whether anybody in the rule's scope comes to the root cause without these edges, whether or not
    /// all sides are still reached from there.
    fn has_somebody(&self, trial: &Trial<'_>, case: &Case<'_>, gone: &BTreeSet<EdgeIx>) -> bool {
        let affected: BTreeSet<Ix> = case.affected.iter().copied().collect();
        let mut seen = BTreeSet::from([case.root]);
        let mut open = vec![case.root];
        while let Some(ix) = open.pop() {
            // They do not reach all sides any more, and so the root cause does not.
            if affected.contains(&ix) {
                return false;
            }
            let into = self.graph.into(ix);
            for (edge, link) in into.filter(|(edge, link)| trial.whole.is_open(*edge, link)) {
                if !gone.contains(&edge) && seen.insert(link.from) {
                    open.push(link.from);
                }
            }
        }
        let is_one = |ix: &Ix| {
            is_in_scope(self.graph, &trial.rule.scope, *ix) && self.stands(trial, *ix, gone)
        };
        seen.iter().any(is_one)
    }

    fn stands(&self, trial: &Trial<'_>, ix: Ix, gone: &BTreeSet<EdgeIx>) -> bool {
        let is_entered_by = |kind: EdgeKind| {
            self.graph.into(ix).any(|(edge, link)| {
                link.kind == kind && trial.proven.is_open(edge, link) && !gone.contains(&edge)
            })
        };
        match self.graph.kind(ix) {
            Some(NodeKind::Account) => !is_entered_by(EdgeKind::IsAccountOf),
            Some(NodeKind::Group) => !is_entered_by(EdgeKind::MemberOf),
            Some(kind) => kind.is_identity(),
            None => false,
        }
    }
}

/// The shared values with which all that is asked for was walked to; that it is without any says less
/// than that it is with one, and is said only where there is none.
fn values_met<'c>(combination: &'c Combination, walk: &Walk) -> Vec<Option<&'c str>> {
    let reached = |nodes: &[Ix]| nodes.iter().any(|&ix| walk.reached(ix));
    let by_atom: Vec<(&Atom, bool)> =
        combination.atoms.iter().map(|atom| (atom, reached(&atom.everywhere))).collect();
    let meets = |value: &&str| by_atom.iter().all(|(atom, any)| *any || reached(atom.only(value)));
    let values = combination.values.iter().map(AsRef::as_ref);
    let mut met: Vec<Option<&str>> = values.filter(meets).map(Some).collect();
    if met.is_empty() && !by_atom.is_empty() && by_atom.iter().all(|(_, any)| *any) {
        met.push(None);
    }
    met
}
