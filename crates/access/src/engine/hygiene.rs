//! Rules about one node by itself: neglect, age, no owner, no end. Time is measured against the read
//! of the node's source, never against a clock.

use std::collections::BTreeSet;

use jiff::{SignedDuration, Timestamp};

use super::explain::{bare, fingerprint};
use super::graph::{Graph, Ix};
use super::merge::Seen;
use super::select::has_tag;
use super::trial::is_in_scope;
use crate::finding::Finding;
use crate::rule::{Rule, Where};

/// The tag that says: a missing last use means never used.
const LAST_USE_KNOWN: &str = "last_use_known";

/// The positions of all nodes for which the tests hold.
pub(super) fn neglected(graph: &Graph, rule: &Rule, tests: &Where) -> Vec<Ix> {
    let holds =
        |(ix, seen): &(Ix, &Seen)| hold(tests, seen) && is_in_scope(graph, &rule.scope, *ix);
    graph.nodes().filter(holds).map(|(ix, _)| ix).collect()
}

/// The finding about one node: it is the root cause, the path and the only one affected.
pub(super) fn finding(graph: &Graph, rule: &Rule, ix: Ix) -> Option<Finding> {
    let node = graph.node_ref(ix)?;
    let fingerprint = fingerprint(&rule.id, &node.id, &BTreeSet::new(), false);
    Some(Finding {
        affected: vec![node.clone()],
        affected_total: 1,
        paths: vec![graph.steps(ix, &[])],
        ..bare(rule, fingerprint, node)
    })
}

fn hold(tests: &Where, seen: &Seen) -> bool {
    let node = &seen.node;
    let owned = node.owner.as_deref().is_some_and(|owner| !owner.trim().is_empty());
    tests.kinds.contains(&node.kind)
        && tests.system.as_ref().is_none_or(|glob| glob.matches(&node.system))
        && tests.tags.iter().all(|test| has_tag(test, node))
        && !tests.without_tags.iter().any(|test| has_tag(test, node))
        && tests.expires.is_none_or(|wanted| wanted == node.expires.is_some())
        && tests.owned.is_none_or(|wanted| wanted == owned)
        && tests.age_days_min.is_none_or(|days| is_old(node.created, days, seen.read_at))
        && tests.unused_days_min.is_none_or(|days| is_unused(seen, days))
}

/// Never used counts only where a missing last use means that, and not before the node has been
/// there for that long.
fn is_unused(seen: &Seen, days: u32) -> bool {
    let node = &seen.node;
    match node.last_used {
        Some(last) => is_old(Some(last), days, seen.read_at),
        None => {
            let long_there = node.created.is_none() || is_old(node.created, days, seen.read_at);
            node.tags.contains_key(LAST_USE_KNOWN) && long_there
        }
    }
}

fn is_old(since: Option<Timestamp>, days: u32, read_at: Timestamp) -> bool {
    let Some(since) = since else { return false };
    read_at.duration_since(since) >= SignedDuration::from_hours(i64::from(days).saturating_mul(24))
}
