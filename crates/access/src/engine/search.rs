//! Nodes by what people call them. One pass over all nodes; knows no edges.

use std::collections::BinaryHeap;

use super::graph::{Graph, Ix};
use crate::finding::NodeRef;

/// How well a node fits: the same text, one that begins so, or one that holds it. Smaller is better.
type Fit = (u8, Ix);

/// The `limit` nodes that fit best, and how many fit: letters count alike in upper and lower case.
pub(super) fn search(graph: &Graph, words: &str, limit: usize) -> (Vec<NodeRef>, usize) {
    let words = words.trim().to_lowercase();
    let (mut best, mut total) = (BinaryHeap::<Fit>::new(), 0_usize);
    for (ix, seen) in graph.nodes() {
        let fits = [seen.node.name.as_str(), seen.node.id.as_str()];
        let Some(fit) = fits.into_iter().filter_map(|text| fit(text, &words)).min() else {
            continue;
        };
        total = total.saturating_add(1);
        best.push((fit, ix));
        if best.len() > limit {
            best.pop();
        }
    }
    let mut best = best.into_vec();
    best.sort_unstable();
    (best.into_iter().filter_map(|(_, ix)| graph.node_ref(ix)).collect(), total)
}

fn fit(text: &str, words: &str) -> Option<u8> {
    let text = text.to_lowercase();
    let at = text.find(words)?;
    Some(match at {
        0 if text.len() == words.len() => 0,
        0 => 1,
        _ => 2,
    })
}
