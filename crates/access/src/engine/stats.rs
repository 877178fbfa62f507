//! The graph in figures. Counts; judges nothing.

use std::collections::BTreeMap;

use super::answer::Stats;
use super::graph::Graph;

/// Counts nodes and edges.
pub(super) fn stats(graph: &Graph) -> Stats {
    let nodes_by_kind = counted(graph.nodes().map(|(_, seen)| seen.node.kind.as_str()));
    let known = graph.links().map(|(_, link)| link.kind.as_str());
    let edges_by_kind = counted(known.chain(graph.dangling().iter().map(|key| key.kind.as_str())));
    Stats {
        nodes: graph.len(),
        edges: edges_by_kind.values().sum(),
        nodes_by_kind,
        edges_by_kind,
        dangling: graph.dangling().to_vec(),
        traversable: graph.links().filter(|(_, link)| link.live).count(),
    }
}

fn counted<'a>(names: impl Iterator<Item = &'a str>) -> BTreeMap<String, usize> {
    let mut counts = BTreeMap::new();
    for name in names {
        let count: &mut usize = counts.entry(name.to_owned()).or_default();
        *count = count.saturating_add(1);
    }
    counts
}
