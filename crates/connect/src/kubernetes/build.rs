//! Collects nodes and edges of one source: the first word on a node counts, further places of the
//! same edge are cited with it. Bounded; knows nothing of Kubernetes.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;

use countersign_access::edge::{Edge, EdgeKey};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::node::{Node, NodeId};

use crate::reading::{Reading, Refused};

/// Most edges of one source.
const EDGES_MAX: usize = 5_000_000;

/// Longest list of places cited for one edge, in bytes.
const CITED_BYTES_MAX: usize = 1_000;

/// The facts so far.
#[derive(Debug)]
pub(super) struct Build<'a> {
    /// Whose facts they are.
    pub(super) source: &'a SourceId,
    /// What was malformed.
    pub(super) refused: Refused,
    /// What is worth saying.
    pub(super) notes: Vec<String>,
    nodes: BTreeMap<NodeId, Node>,
    edges: BTreeMap<EdgeKey, Edge>,
    is_full: bool,
}

impl<'a> Build<'a> {
    /// Nothing yet.
    pub(super) fn new(source: &'a SourceId) -> Self {
        Self {
            source,
            refused: Refused::default(),
            notes: Vec::new(),
            nodes: BTreeMap::new(),
            edges: BTreeMap::new(),
            is_full: false,
        }
    }

    /// Adds a node unless its id is there; false when it was.
    pub(super) fn node(&mut self, node: Node) -> bool {
        match self.nodes.entry(node.id.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(node);
                true
            }
            Entry::Occupied(_) => false,
        }
    }

    /// Whether a node is there.
    pub(super) fn has(&self, id: &NodeId) -> bool {
        self.nodes.contains_key(id)
    }

    /// A tag of a node.
    pub(super) fn tag(&self, id: &NodeId, key: &str) -> Option<&str> {
        self.nodes.get(id).and_then(|node| node.tags.get(key)).map(String::as_str)
    }

    /// All nodes, by id.
    pub(super) fn nodes(&self) -> impl Iterator<Item = &Node> {
        self.nodes.values()
    }

    /// Adds an edge, or one more place of an edge that is there.
    pub(super) fn edge(&mut self, edge: Edge) {
        if self.edges.len() >= EDGES_MAX {
            if !self.is_full {
                let why = format!(
                    "more than {EDGES_MAX} edges: the rest is not read, scan namespaces one by one"
                );
                self.refused.add(self.source.as_str(), why);
            }
            self.is_full = true;
            return;
        }
        match self.edges.entry(edge.key.clone()) {
            Entry::Vacant(entry) => {
                entry.insert(edge);
            }
            Entry::Occupied(entry) => {
                let cited = &mut entry.into_mut().because.locator;
                if *cited != edge.because.locator && cited.len() < CITED_BYTES_MAX {
                    cited.push_str("; ");
                    cited.push_str(&edge.because.locator);
                }
            }
        }
    }

    /// Everything, in a stable order.
    pub(super) fn into_reading(self) -> Reading {
        let nodes = self.nodes.into_values().collect();
        let edges = self.edges.into_values().collect();
        Reading { facts: Chunk { nodes, edges }, refused: self.refused, notes: self.notes }
    }
}
