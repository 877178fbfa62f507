//! Where the sides of a rule meet: the nodes from which every side is reached, and among them the
//! lowest, the root causes. Works on one plane of the graph; does not say whom it affects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::graph::{Graph, Ix, Plane, can_have};
use super::select::{Atom, Combination};
use super::walk::{Walk, Way};

/// Where a combination meets.
#[derive(Debug, Default)]
pub(super) struct Verdict {
    /// From where all sides are reached, with some shared value; in order.
    pub(super) toxic: Vec<Ix>,
    /// The lowest such nodes, each with the first value for which it is one (none: any value).
    pub(super) roots: BTreeMap<Ix, Option<Arc<str>>>,
}

impl Verdict {
    /// Whether all sides are reached from this node.
    pub(super) fn is_toxic(&self, node: Ix) -> bool {
        self.toxic.binary_search(&node).is_ok()
    }
}

/// Walks back from the entitlements of each side. Those that count for every value are walked once;
/// for each single value only what they do not already reach. Costs what it touches, not the graph.
pub(super) fn judge(
    graph: &Graph,
    plane: &Plane,
    components: &[u32],
    combination: &Combination,
    walk: &mut Walk,
) -> Verdict {
    let hopeless = |atom: &Atom| atom.everywhere.is_empty() && atom.by_value.is_empty();
    if combination.atoms.is_empty() || combination.atoms.iter().any(hopeless) {
        return Verdict::default();
    }
    let mut judging = Judging {
        graph,
        plane,
        components,
        needed: u32::try_from(combination.atoms.len()).unwrap_or(u32::MAX),
        met: walk.tally(graph),
        leads: Vec::new(),
        verdict: Verdict::default(),
    };
    let mut touched = Vec::new();
    let mut everywhere = Vec::new();
    for atom in &combination.atoms {
        walk.run(graph, plane, Way::Backward, &atom.everywhere);
        judging.count(walk.order(), |met| met.saturating_add(1));
        touched.extend_from_slice(walk.order());
        if !combination.values.is_empty() {
            everywhere.push(judging.marked(walk.order()));
        }
    }
    let members = judging.fresh(&touched);
    judging.settle(members, None, walk);
    for value in &combination.values {
        let mut more = Vec::new();
        for (atom, everywhere) in combination.atoms.iter().zip(&everywhere) {
            let is_new = |ix: Ix| !everywhere.get(ix as usize).copied().unwrap_or_default();
            walk.run_back_within(graph, plane, atom.only(value), is_new);
            more.extend_from_slice(walk.order());
        }
        judging.count(&more, |met| met.saturating_add(1));
        let fresh = judging.fresh(&more);
        judging.settle(fresh, Some(value), walk);
        judging.count(&more, |met| met.saturating_sub(1));
    }
    judging.count(&touched, |_| 0);
    let Judging { met, mut verdict, .. } = judging;
    walk.give_back(met);
    verdict.toxic.sort_unstable();
    verdict.toxic.dedup();
    verdict
}

/// The same without root causes, for which nothing needs to be known about components.
pub(super) fn toxic(
    graph: &Graph,
    plane: &Plane,
    combination: &Combination,
    walk: &mut Walk,
) -> Verdict {
    let verdict = judge(graph, plane, &[], combination, walk);
    Verdict { roots: BTreeMap::new(), ..verdict }
}

struct Judging<'a> {
    graph: &'a Graph,
    plane: &'a Plane,
    components: &'a [u32],
    needed: u32,
    /// By position: how many of the sides are reached from here; nought between two verdicts.
    met: Vec<u32>,
    /// By position, where access goes on behind what is had: leads to a node where all sides meet
    /// whatever the value.
    leads: Vec<bool>,
    verdict: Verdict,
}

impl Judging<'_> {
    fn marked(&self, nodes: &[Ix]) -> Vec<bool> {
        let mut marked = vec![false; self.graph.len()];
        for &ix in nodes {
            mark(&mut marked, ix);
        }
        marked
    }

    fn count(&mut self, nodes: &[Ix], change: impl Fn(u32) -> u32) {
        for &ix in nodes {
            if let Some(met) = self.met.get_mut(ix as usize) {
                *met = change(*met);
            }
        }
    }

    fn meets(&self, ix: Ix) -> bool {
        self.met.get(ix as usize) == Some(&self.needed) && self.graph.kind(ix).is_some_and(can_have)
    }

    fn fresh(&self, touched: &[Ix]) -> Vec<Ix> {
        let mut fresh: Vec<Ix> = touched.iter().copied().filter(|&ix| self.meets(ix)).collect();
        fresh.sort_unstable();
        fresh.dedup();
        fresh
    }

    /// Keeps the nodes where all sides meet, and the lowest of them as root causes.
    fn settle(&mut self, members: Vec<Ix>, value: Option<&Arc<str>>, walk: &mut Walk) {
        if self.graph.has_bridges() {
            walk.run(self.graph, self.plane, Way::Backward, &members);
            if value.is_none() {
                self.leads = self.marked(walk.order());
            }
        }
        let between = if self.graph.has_bridges() { self.had(walk.order()) } else { Vec::new() };
        for root in self.lowest(&[members.as_slice(), &between].concat(), walk) {
            self.verdict.roots.entry(root).or_insert_with(|| value.cloned());
        }
        self.verdict.toxic.extend(members);
    }

    /// Those of the nodes that are had but do not have.
    fn had(&self, nodes: &[Ix]) -> Vec<Ix> {
        let has = |ix: Ix| self.graph.kind(ix).is_some_and(can_have);
        nodes.iter().copied().filter(|&ix| !has(ix)).collect()
    }

    /// The smallest node of each component from which no step leads on to another component where
    /// all sides meet. The last walk came by all that leads there, where that matters.
    fn lowest(&self, members: &[Ix], walk: &Walk) -> Vec<Ix> {
        let component = |ix: Ix| self.components.get(ix as usize).copied();
        let leads = |ix: Ix| {
            let anyway = self.leads.get(ix as usize).copied().unwrap_or_default();
            self.graph.has_bridges() && (anyway || walk.reached(ix))
        };
        let leads_on = |&(own, ix): &(Option<u32>, Ix)| {
            let mut next =
                self.graph.out(ix).filter(|(edge, link)| self.plane.is_open(*edge, link));
            next.any(|(_, link)| {
                component(link.to) != own && (self.meets(link.to) || leads(link.to))
            })
        };
        let mut members: Vec<_> = members.iter().map(|&ix| (component(ix), ix)).collect();
        members.sort_unstable();
        let parts = members.chunk_by(|a, b| a.0 == b.0);
        let lowest = parts.filter(|part| !part.iter().any(leads_on));
        let smallest = |part: &[(_, Ix)]| part.iter().map(|it| it.1).find(|&ix| self.meets(ix));
        lowest.filter_map(smallest).collect()
    }
}

fn mark(marks: &mut [bool], ix: Ix) {
    if let Some(mark) = marks.get_mut(ix as usize) {
        *mark = true;
    }
}
