//! Strongly connected components: which nodes reach each other, and so have the same. Tarjan's
//! algorithm (SIAM J. Comput. 1(2), 1972) with its own stack, so that depth costs no call stack.

use super::graph::{Graph, Ix, Plane};

const UNSEEN: u32 = u32::MAX;

/// Each node's component, by position; equal numbers mean that the nodes reach each other.
pub(super) fn components(graph: &Graph, plane: &Plane) -> Vec<u32> {
    let nodes = graph.len();
    let mut search = Search {
        index: vec![UNSEEN; nodes],
        low: vec![UNSEEN; nodes],
        component: vec![UNSEEN; nodes],
        open: Vec::new(),
        counted: 0,
        components: 0,
    };
    for (root, _) in graph.nodes() {
        if at(&search.index, root) == UNSEEN {
            search.from(graph, plane, root);
        }
    }
    search.component
}

struct Search {
    index: Vec<u32>,
    low: Vec<u32>,
    component: Vec<u32>,
    open: Vec<Ix>,
    counted: u32,
    components: u32,
}

impl Search {
    fn from(&mut self, graph: &Graph, plane: &Plane, root: Ix) {
        let mut calls = vec![(root, graph.out(root))];
        self.discover(root);
        while let Some((node, edges)) = calls.last_mut() {
            let node = *node;
            let next = edges.find(|(edge, link)| plane.is_open(*edge, link));
            match next.map(|(_, link)| link.to) {
                Some(to) if at(&self.index, to) == UNSEEN => {
                    self.discover(to);
                    calls.push((to, graph.out(to)));
                }
                Some(to) if at(&self.component, to) == UNSEEN => {
                    self.lower(node, at(&self.index, to));
                }
                Some(_) => {}
                None => {
                    calls.pop();
                    if let Some((parent, _)) = calls.last() {
                        self.lower(*parent, at(&self.low, node));
                    }
                    self.close(node);
                }
            }
        }
    }

    fn discover(&mut self, node: Ix) {
        put(&mut self.index, node, self.counted);
        put(&mut self.low, node, self.counted);
        self.counted = self.counted.saturating_add(1);
        self.open.push(node);
    }

    fn lower(&mut self, node: Ix, to: u32) {
        let low = at(&self.low, node).min(to);
        put(&mut self.low, node, low);
    }

    /// A node that reaches nothing earlier is the first of its component.
    fn close(&mut self, node: Ix) {
        if at(&self.low, node) != at(&self.index, node) {
            return;
        }
        while let Some(member) = self.open.pop() {
            put(&mut self.component, member, self.components);
            if member == node {
                break;
            }
        }
        self.components = self.components.saturating_add(1);
    }
}

fn at(values: &[u32], node: Ix) -> u32 {
    values.get(node as usize).copied().unwrap_or(UNSEEN)
}

fn put(values: &mut [u32], node: Ix, value: u32) {
    if let Some(place) = values.get_mut(node as usize) {
        *place = value;
    }
}
