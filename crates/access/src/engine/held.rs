//! Effective access with its direct sources: for each entitlement that a node reaches, who on the way
//! has it directly, and where that is said.

use super::answer::{ANSWERS_MAX, Answer, Held, Source};
use super::ask::{Asking, walked_from};
use super::graph::{Graph, Ix, Plane};
use crate::edge::EdgeKind;
use crate::finding::Certainty;
use crate::node::NodeKind;

/// Most direct sources that are named for one entitlement.
pub const SOURCES_MAX: usize = 5;

impl Asking<'_> {
    /// The entitlements that a node reaches, each with its direct sources.
    pub(super) fn held(mut self, from: Ix) -> Answer<Held> {
        let graph = self.graph;
        let (whole, proven) = walked_from(graph, from, &mut self.bound);
        let mut reached: Vec<Ix> = whole
            .order()
            .iter()
            .copied()
            .filter(|&ix| ix != from && graph.kind(ix) == Some(NodeKind::Entitlement))
            .collect();
        reached.sort_unstable();
        let total = reached.len();
        reached.truncate(ANSWERS_MAX);
        let answers = reached.into_iter().filter_map(|ix| {
            let mut sources = sources(graph, ix, |from| whole.reached(from));
            let sources_total = sources.len();
            sources.truncate(SOURCES_MAX);
            let is_proven = proven.reached(ix);
            Some(Held {
                entitlement: graph.node_ref(ix)?,
                certainty: if is_proven { Certainty::Proven } else { Certainty::Potential },
                sources,
                sources_total,
            })
        });
        let answers = answers.collect();
        let partial = self.why_partial(total);
        Answer { answers, total, partial, rests_on: self.rests_on }
    }
}

/// Who has an entitlement directly, among the nodes on the way.
fn sources(graph: &Graph, entitlement: Ix, is_on_the_way: impl Fn(Ix) -> bool) -> Vec<Source> {
    let plane = Plane::whole(&[]);
    let edges = graph.into(entitlement).filter(|(edge, link)| {
        plane.is_open(*edge, link) && link.kind != EdgeKind::AppliesTo && is_on_the_way(link.from)
    });
    let named = edges.filter_map(|(edge, link)| {
        let step = graph.steps(link.from, &[edge]).pop()?;
        Some(Source { node: graph.node_ref(link.from)?, edge: link.kind, because: step.because })
    });
    named.collect()
}
