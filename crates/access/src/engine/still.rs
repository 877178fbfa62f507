//! Who still meets a rule, and through what: the question after a fix. Scope and baseline are left
//! aside, because a privilege that is still there is still there.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::Still;
use super::explain::tell;
use super::graph::{Graph, Ix, Plane};
use super::hygiene;
use super::select::Catalog;
use super::toxic::{Verdict, toxic};
use super::trial::{Hit, Lead, Shared, Trial};
use super::walk::{Walk, Way};
use crate::finding::{Certainty, PATHS_MAX};
use crate::rule::{Body, Rule};

/// Those of the nodes that meet the rule, each with how. The rule is evaluated once, however many
/// nodes are asked about.
pub(super) fn still(graph: &Graph, rule: &Rule, nodes: &BTreeSet<Ix>) -> BTreeMap<Ix, Still> {
    let sides = match &rule.body {
        Body::Sides(sides) => sides,
        Body::Where(tests) => {
            let met = hygiene::neglected(graph, rule, tests).into_iter();
            let asked = met.filter(|ix| nodes.contains(ix));
            return asked.map(|ix| (ix, by_itself(graph, ix))).collect();
        }
    };
    let trial = Trial::new(graph, &Catalog::of(graph), &[], rule, sides);
    let (shared, mut walk) = (Shared::default(), Walk::new(graph));
    let mut met = BTreeMap::new();
    for (plane, certainty) in
        [(trial.proven, Certainty::Proven), (trial.whole, Certainty::Potential)]
    {
        if met.len() == nodes.len() {
            break;
        }
        let verdict = trial.verdict(&plane, &shared, &mut walk);
        for &node in nodes {
            if verdict.is_toxic(node) && !met.contains_key(&node) {
                let hits = hits(&trial, (&plane, certainty), &verdict, node, &mut walk);
                met.insert(node, told(&trial, certainty, &hits, &mut walk));
            }
        }
    }
    met
}

/// All nodes that meet the rule. What is proven is part of the whole, so one plane tells.
pub(super) fn meeting(graph: &Graph, rule: &Rule) -> Vec<Ix> {
    match &rule.body {
        Body::Sides(sides) => {
            let trial = Trial::new(graph, &Catalog::of(graph), &[], rule, sides);
            toxic(graph, &trial.whole, &trial.combination, &mut Walk::new(graph)).toxic
        }
        Body::Where(tests) => hygiene::neglected(graph, rule, tests),
    }
}

fn by_itself(graph: &Graph, node: Ix) -> Still {
    Still {
        certainty: Certainty::Proven,
        missing: Vec::new(),
        root_causes: graph.node_ref(node).into_iter().collect(),
        paths: vec![graph.steps(node, &[])],
    }
}

/// The root causes that the node reaches. When the node itself is not proven to meet the rule, a
/// root cause that is proven can only be reached by something that is not.
fn hits(
    trial: &Trial<'_>,
    (plane, certainty): (&Plane, Certainty),
    verdict: &Verdict,
    node: Ix,
    walk: &mut Walk,
) -> Vec<Hit> {
    walk.run(trial.graph, plane, Way::Forward, &[node]);
    let reached = verdict.roots.iter().filter(|(root, _)| walk.reached(**root));
    reached
        .map(|(&root, value)| {
            let lead = Lead { root, value: value.clone(), certainty, by_reach: false };
            Hit { lead, affected: vec![node] }
        })
        .collect()
}

fn told(trial: &Trial<'_>, certainty: Certainty, hits: &[Hit], walk: &mut Walk) -> Still {
    let graph = trial.graph;
    let mut still =
        Still { certainty, missing: Vec::new(), root_causes: Vec::new(), paths: Vec::new() };
    for hit in hits {
        still.root_causes.extend(graph.node_ref(hit.lead.root));
        if still.paths.len() >= PATHS_MAX {
            continue;
        }
        let story = tell(trial, hit, walk);
        still.paths.extend(story.paths(graph));
        if certainty == Certainty::Potential {
            still.missing.extend(story.missing(trial));
        }
    }
    still.paths.truncate(PATHS_MAX);
    still.missing.sort_unstable();
    still.missing.dedup();
    still
}
