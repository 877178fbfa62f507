//! Whether one node still meets one rule, and through what: the question after a fix. Scope and
//! baseline are left aside, because a privilege that is still there is still there.

use super::answer::Still;
use super::explain::tell;
use super::graph::{Graph, Ix, Plane};
use super::hygiene;
use super::select::Catalog;
use super::toxic::Verdict;
use super::trial::{Hit, Lead, Shared, Trial};
use super::walk::{Walk, Way};
use crate::finding::{Certainty, PATHS_MAX};
use crate::rule::{Body, Rule};

/// None when the node does not meet the rule.
pub(super) fn still(graph: &Graph, rule: &Rule, node: Ix) -> Option<Still> {
    let sides = match &rule.body {
        Body::Sides(sides) => sides,
        Body::Where(tests) => {
            let meets = hygiene::neglected(graph, rule, tests).contains(&node);
            return meets.then(|| by_itself(graph, node));
        }
    };
    let trial = Trial::new(graph, &Catalog::of(graph), &[], rule, sides);
    let (mut shared, mut walk) = (Shared::default(), Walk::new(graph));
    for (plane, certainty) in
        [(trial.proven, Certainty::Proven), (trial.whole, Certainty::Potential)]
    {
        let verdict = trial.verdict(&plane, &mut shared, &mut walk);
        if verdict.is_toxic(node) {
            let hits = hits(graph, &plane, certainty, &verdict, node);
            return Some(told(&trial, certainty, &hits, &mut walk));
        }
    }
    None
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
    graph: &Graph,
    plane: &Plane,
    certainty: Certainty,
    verdict: &Verdict,
    node: Ix,
) -> Vec<Hit> {
    let mut walk = Walk::new(graph);
    walk.run(graph, plane, Way::Forward, &[node]);
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
