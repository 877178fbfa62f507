//! Who stands behind a node: the identities whose account or credential it is, the agents that act for
//! them, and the people for whom an agent acts. Asked so that nobody signs for access of their own under
//! another name; it says nothing about who gains the access through groups, roles or grants.

use std::collections::{BTreeSet, VecDeque};

use super::graph::{Graph, Ix, Link};
use crate::edge::EdgeKind;

/// Most nodes that one search comes by.
pub const BEHIND_MAX: usize = 1_000_000;

/// What a search came by, and whether its limit cut it off.
pub(super) struct Found {
    pub(super) nodes: BTreeSet<Ix>,
    pub(super) is_cut: bool,
}

/// Everything that stands behind these nodes, themselves included. What is past its own end counts too:
/// whose it was is no secret to the one whose it was.
pub(super) fn behind(graph: &Graph, starts: impl Iterator<Item = Ix>, limit: usize) -> Found {
    let mut search = Search { graph, limit, nodes: BTreeSet::new(), is_cut: false };
    let mut queue: VecDeque<Ix> = starts.filter(|ix| search.enter(*ix)).collect();
    while let Some(ix) = queue.pop_front() {
        for from in graph.into(ix).filter(|(_, link)| leads_back(link)).map(|(_, link)| link.from) {
            if search.enter(from) {
                queue.push_back(from);
            }
        }
    }
    // For whom an agent acts has part in what it has; who else acts for them has not.
    let acting: Vec<Ix> = search.along(EdgeKind::ActsOnBehalfOf);
    for person in acting {
        search.enter(person);
        for (_, link) in graph.into(person).filter(|(_, link)| link.kind == EdgeKind::IsAccountOf) {
            search.enter(link.from);
        }
    }
    // The same identity under its other names.
    for account in search.along(EdgeKind::IsAccountOf) {
        search.enter(account);
    }
    Found { nodes: search.nodes, is_cut: search.is_cut }
}

fn leads_back(link: &Link) -> bool {
    match link.kind {
        EdgeKind::IsAccountOf
        | EdgeKind::Holds
        | EdgeKind::Authenticates
        | EdgeKind::ActsOnBehalfOf => true,
        EdgeKind::MemberOf
        | EdgeKind::Assumes
        | EdgeKind::Grants
        | EdgeKind::AppliesTo
        | EdgeKind::ReadsSecretOf
        | EdgeKind::Impersonates
        | EdgeKind::Controls
        | EdgeKind::UsesTool => false,
    }
}

struct Search<'a> {
    graph: &'a Graph,
    limit: usize,
    nodes: BTreeSet<Ix>,
    is_cut: bool,
}

impl Search<'_> {
    /// Takes a node in; whether it is new. Past the limit nothing is.
    fn enter(&mut self, ix: Ix) -> bool {
        if self.nodes.contains(&ix) {
            return false;
        }
        if self.nodes.len() >= self.limit {
            self.is_cut = true;
            return false;
        }
        self.nodes.insert(ix)
    }

    /// Where the edges of a kind lead from what was come by so far.
    fn along(&self, kind: EdgeKind) -> Vec<Ix> {
        let out = self.nodes.iter().flat_map(|ix| self.graph.out(*ix));
        out.filter(|(_, link)| link.kind == kind).map(|(_, link)| link.to).collect()
    }
}
