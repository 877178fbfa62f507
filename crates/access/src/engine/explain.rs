//! Writes a finding: the shortest paths through its root cause, what is missing, and the digest that
//! makes it the same finding tomorrow. Decides nothing about what is toxic.

use std::collections::BTreeSet;
use std::ops::ControlFlow;
use std::sync::Arc;

use sha2::{Digest, Sha256};

use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::trial::{Hit, Trial};
use super::walk::{Walk, Way};
use crate::edge::{EdgeKey, Missing};
use crate::finding::{AFFECTED_MAX, Certainty, Finding, Fingerprint, NodeRef, PATHS_MAX, Step};
use crate::node::{NodeId, NodeKind};
use crate::rule::Rule;

/// The paths behind one hit.
#[derive(Debug)]
pub(super) struct Story {
    /// From the root cause to each thing that must be reached.
    pub(super) legs: Vec<Vec<EdgeIx>>,
    /// From affected nodes, nearest first, to the root cause.
    pub(super) ways_in: Vec<(Ix, Vec<EdgeIx>)>,
}

impl Story {
    /// Every edge of the first affected node's access.
    pub(super) fn edges(&self) -> impl Iterator<Item = EdgeIx> {
        let first = self.ways_in.first().map(|(_, edges)| edges);
        self.legs.iter().chain(first).flatten().copied()
    }

    /// The nearest affected node's path through the root cause to each side first, then the next
    /// affected node's, at most [`PATHS_MAX`].
    pub(super) fn paths(&self, graph: &Graph) -> Vec<Vec<Step>> {
        let pairs =
            self.ways_in.iter().flat_map(|way_in| self.legs.iter().map(move |leg| (way_in, leg)));
        let path = |((from, way_in), leg): (&(Ix, Vec<EdgeIx>), &Vec<EdgeIx>)| {
            let edges: Vec<EdgeIx> = way_in.iter().chain(leg).copied().collect();
            graph.steps(*from, &edges)
        };
        pairs.take(PATHS_MAX).map(path).collect()
    }

    /// What is not known about the first affected node's access.
    pub(super) fn missing(&self, trial: &Trial<'_>) -> Vec<Missing> {
        trial.graph.missing(&trial.proven, self.edges())
    }
}

/// Finds the paths behind a hit. Where a proven path exists it is taken, however long.
pub(super) fn tell(trial: &Trial<'_>, hit: &Hit, walk: &mut Walk) -> Story {
    let legs = if hit.lead.by_reach {
        proven_legs(trial, hit.lead.root, walk)
    } else {
        legs(trial, hit, walk)
    };
    let nearest = hit.affected.iter().take(PATHS_MAX);
    walk.run(trial.graph, &trial.proven, Way::Backward, &[hit.lead.root]);
    let mut ways_in: Vec<(Ix, Option<Vec<EdgeIx>>)> =
        nearest.map(|&ix| (ix, walk.reached(ix).then(|| walk.trail(trial.graph, ix)))).collect();
    if hit.lead.certainty == Certainty::Potential {
        walk.run(trial.graph, &trial.whole, Way::Backward, &[hit.lead.root]);
        for (ix, way_in) in &mut ways_in {
            way_in.get_or_insert_with(|| walk.trail(trial.graph, *ix));
        }
    }
    let ways_in = ways_in.into_iter().filter_map(|(ix, way_in)| Some((ix, way_in?))).collect();
    Story { legs, ways_in }
}

/// Writes the finding.
pub(super) fn finding(trial: &Trial<'_>, hit: &Hit, walk: &mut Walk) -> Option<Finding> {
    let graph = trial.graph;
    let story = tell(trial, hit, walk);
    let root_cause = graph.node_ref(hit.lead.root)?;
    let fingerprint = fingerprint_of(trial, hit, &story)?;
    let mut affected = hit.affected.clone();
    affected.sort_unstable();
    let missing = match hit.lead.certainty {
        Certainty::Proven => Vec::new(),
        Certainty::Potential => story.missing(trial),
    };
    Some(Finding {
        certainty: hit.lead.certainty,
        missing,
        affected_total: affected.len(),
        affected: affected.iter().take(AFFECTED_MAX).filter_map(|&ix| graph.node_ref(ix)).collect(),
        paths: story.paths(graph),
        ..bare(trial.rule, fingerprint, root_cause)
    })
}

/// The fingerprint of a hit with these paths.
pub(super) fn fingerprint_of(trial: &Trial<'_>, hit: &Hit, story: &Story) -> Option<Fingerprint> {
    let root = &trial.graph.node(hit.lead.root)?.id;
    let edges = story.legs.iter().flatten().filter_map(|&edge| trial.graph.key(edge)).collect();
    Some(fingerprint(&trial.rule.id, root, &edges, hit.lead.by_reach))
}

/// The fingerprint that a hit would have with another way from its root cause to one of the things that
/// must be reached, `legs` being its own ways.
pub(super) fn fingerprint_with(
    trial: &Trial<'_>,
    hit: &Hit,
    legs: &[Vec<EdgeIx>],
    (place, leg): (usize, &[EdgeIx]),
) -> Option<Fingerprint> {
    let mut legs = legs.to_vec();
    *legs.get_mut(place)? = leg.to_vec();
    fingerprint_of(trial, hit, &Story { legs, ways_in: Vec::new() })
}

/// A finding with all that the rule says, proven, affecting nobody yet.
pub(super) fn bare(rule: &Rule, fingerprint: Fingerprint, root_cause: NodeRef) -> Finding {
    Finding {
        fingerprint,
        rule: rule.id.clone(),
        class: rule.class,
        title: rule.title.clone(),
        severity: rule.severity,
        certainty: Certainty::Proven,
        missing: Vec::new(),
        root_cause,
        affected: Vec::new(),
        affected_total: 0,
        paths: Vec::new(),
        owasp_nhi: rule.owasp_nhi.clone(),
        csf: rule.csf.clone(),
        remedy: rule.remedy.clone(),
    }
}

/// SHA-256 over the rule, the root cause and the path edges, each text behind its length (eight
/// bytes, big-endian), so that no two different lists are written alike. A finding that is potential
/// by reach alone is another finding than the proven one of the same root cause.
pub(super) fn fingerprint(
    rule: &str,
    root: &NodeId,
    edges: &BTreeSet<EdgeKey>,
    by_reach: bool,
) -> Fingerprint {
    let mut hash = Sha256::new();
    let mut put = |text: &str| {
        hash.update(u64::try_from(text.len()).unwrap_or(u64::MAX).to_be_bytes());
        hash.update(text.as_bytes());
    };
    put("countersign finding 1");
    put(rule);
    put(root.as_str());
    put(if by_reach { "potential by reach" } else { "" });
    for edge in edges {
        put(edge.kind.as_str());
        put(edge.source.as_str());
        put(edge.target.as_str());
    }
    let digest = hash.finalize();
    Fingerprint(digest.iter().map(|byte| format!("{byte:02x}")).collect())
}

/// For each thing to be reached the nearest way to it, proven if there is one.
pub(super) fn legs(trial: &Trial<'_>, hit: &Hit, walk: &mut Walk) -> Vec<Vec<EdgeIx>> {
    let value = hit.lead.value.as_deref();
    let mut legs = legs_on(trial, &trial.proven, hit.lead.root, value, walk);
    if hit.lead.certainty == Certainty::Potential && legs.iter().any(Option::is_none) {
        let others = legs_on(trial, &trial.whole, hit.lead.root, value, walk);
        legs = legs.into_iter().zip(others).map(|(proven, other)| proven.or(other)).collect();
    }
    legs.into_iter().flatten().collect()
}

/// The proven ways from a node that is no root cause of the proven plane, for the first value that
/// all of them share.
fn proven_legs(trial: &Trial<'_>, root: Ix, walk: &mut Walk) -> Vec<Vec<EdgeIx>> {
    walk.run(trial.graph, &trial.proven, Way::Forward, &[root]);
    let atoms = &trial.combination.atoms;
    let shares = |value: &&Arc<str>| {
        atoms.iter().all(|atom| {
            let mut targets = atom.everywhere.iter().chain(atom.only(value));
            targets.any(|&ix| walk.reached(ix))
        })
    };
    let any = atoms.iter().all(|atom| atom.everywhere.iter().any(|&ix| walk.reached(ix)));
    let value = if any { None } else { trial.combination.values.iter().find(shares) };
    let legs = legs_on(trial, &trial.proven, root, value.map(AsRef::as_ref), walk);
    legs.into_iter().flatten().collect()
}

fn legs_on(
    trial: &Trial<'_>,
    plane: &Plane,
    root: Ix,
    value: Option<&str>,
    walk: &mut Walk,
) -> Vec<Option<Vec<EdgeIx>>> {
    let graph = trial.graph;
    let atoms = &trial.combination.atoms;
    let mut nearest: Vec<Option<Ix>> = vec![None; atoms.len()];
    let mut open = atoms.len();
    walk.run_until(graph, plane, root, |ix| {
        if graph.kind(ix) == Some(NodeKind::Entitlement) {
            for (atom, nearest) in atoms.iter().zip(&mut nearest) {
                if nearest.is_none() && atom.has(ix, value) {
                    *nearest = Some(ix);
                    open = open.saturating_sub(1);
                }
            }
        }
        if open == 0 { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    });
    nearest.into_iter().map(|ix| ix.map(|ix| walk.trail(graph, ix))).collect()
}
