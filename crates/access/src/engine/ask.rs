//! Questions about the graph: what a node reaches, who reaches a node or a permission, and along
//! which ways. Follows proven and potential edges alike and says of each answer which it is.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{ANSWERS_MAX, Answer, Ask, Blast, EdgeFilter, Holder, Ways, WhoCan};
use super::cover::{covers_action, covers_resource};
use super::graph::{EdgeIx, Graph, Ix, Plane};
use super::select::{Catalog, Entry};
use super::trial::is_entered_by;
use super::walk::{Walk, Way};
use crate::edge::EdgeKind;
use crate::fact::RestsOn;
use crate::finding::{Certainty, PATHS_MAX};
use crate::node::NodeKind;

/// The namespace of an entitlement that is good for all of them.
const EVERY_NAMESPACE: &str = "*";

/// The graph with what an answer rests on.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The sources behind it.
    pub(super) rests_on: Vec<RestsOn>,
}

impl Asking<'_> {
    /// Everything that a node reaches.
    pub(super) fn reach(self, from: Ix, filter: &EdgeFilter) -> Answer<Holder> {
        let walked = walked(self.graph, Way::Forward, &[from], filter);
        let others = walked.nodes(|ix| ix != from);
        let holders = walked.holders(self.graph, &others);
        self.answer(holders)
    }

    /// Everybody who reaches a node.
    pub(super) fn who_can_node(self, to: Ix, filter: &EdgeFilter) -> Answer<Holder> {
        let walked = walked(self.graph, Way::Backward, &[to], filter);
        let holders = walked.nodes(|ix| ix != to && is_somebody(self.graph, ix));
        let holders = walked.holders(self.graph, &holders);
        self.answer(holders)
    }

    /// Everybody who reaches an entitlement that covers what is asked.
    pub(super) fn who_can(self, ask: &Ask, filter: &EdgeFilter) -> WhoCan {
        let catalog = Catalog::of(self.graph);
        let entries = catalog.entries(self.graph).filter(|entry| covers(ask, entry));
        let (free, limited): (Vec<_>, Vec<_>) =
            entries.partition(|entry| entry.node.resource_names.is_empty());
        let limited = holders(self.graph, &limited, filter);
        let free = holders(self.graph, &free, filter);
        WhoCan { answer: self.answer(free), limited }
    }

    /// The distinct resources that a node reaches.
    pub(super) fn blast(self, from: Ix, filter: &EdgeFilter) -> Blast {
        let graph = self.graph;
        let walked = walked(graph, Way::Forward, &[from], filter);
        let mut texts: BTreeSet<(&str, &str)> = BTreeSet::new();
        let found = walked.nodes(|ix| ix != from).into_iter().filter(|&ix| match graph.node(ix) {
            Some(node) if node.kind == NodeKind::Resource => true,
            Some(node) if node.kind == NodeKind::Entitlement && !applies(graph, ix) => {
                let text = node.resource.as_deref();
                text.is_some_and(|text| texts.insert((node.system.as_str(), text)))
            }
            _ => false,
        });
        let found: Vec<Holder> = found.filter_map(|ix| walked.holder(graph, ix)).collect();
        let (mut by_kind, mut by_system) = (BTreeMap::new(), BTreeMap::new());
        for holder in &found {
            add(&mut by_kind, holder.node.kind.as_str());
            add(&mut by_system, &holder.node.system);
        }
        Blast { answer: self.answer(found), by_kind, by_system }
    }

    /// The shortest ways from one node to another.
    pub(super) fn ways(self, from: Ix, to: Ix, filter: &EdgeFilter) -> Ways {
        let graph = self.graph;
        let plane = Plane::whole(&[]).along(filter);
        let mut walk = Walk::new(graph);
        walk.run(graph, &plane, Way::Backward, &[to]);
        let found = walk.reached(from);
        let mut ways = if found { shortest(graph, &plane, from, to, &walk) } else { Vec::new() };
        let unknown = |way: &Vec<EdgeIx>| graph.missing(&plane, way.iter().copied());
        ways.sort_by_key(|way| !unknown(way).is_empty());
        Ways {
            found,
            length: ways.first().map_or(0, Vec::len),
            missing: ways.first().map(unknown).unwrap_or_default(),
            paths: ways.iter().map(|way| graph.steps(from, way)).collect(),
            rests_on: self.rests_on,
        }
    }

    fn answer(self, mut answers: Vec<Holder>) -> Answer<Holder> {
        let total = answers.len();
        answers.truncate(ANSWERS_MAX);
        let partial = (total > ANSWERS_MAX)
            .then(|| format!("only the first {ANSWERS_MAX} of {total} answers are listed"));
        Answer { answers, total, partial, rests_on: self.rests_on }
    }
}

/// What two walks from the same start came by: the whole graph, and the proven part of it.
struct Walked {
    whole: Walk,
    proven: Walk,
    way: Way,
    /// By position: the node next to the far end, seen from the nodes beyond it.
    next_to_end: BTreeMap<Ix, Ix>,
}

fn walked(graph: &Graph, way: Way, starts: &[Ix], filter: &EdgeFilter) -> Walked {
    let (mut whole, mut proven) = (Walk::new(graph), Walk::new(graph));
    whole.run(graph, &Plane::whole(&[]).along(filter), way, starts);
    proven.run(graph, &Plane::proven(&[]).along(filter), way, starts);
    let mut walked = Walked { whole, proven, way, next_to_end: BTreeMap::new() };
    if way == Way::Backward {
        walked.next_to_end = next_to_start(graph, &walked.proven);
        for (ix, next) in next_to_start(graph, &walked.whole) {
            walked.next_to_end.entry(ix).or_insert(next);
        }
    }
    walked
}

/// Everything that a node reaches, and what of it is proven.
pub(super) fn walked_from(graph: &Graph, from: Ix) -> (Walk, Walk) {
    let walked = walked(graph, Way::Forward, &[from], &EdgeFilter::all());
    (walked.whole, walked.proven)
}

/// For every node more than one edge away, which of the start's neighbours is on its trail.
fn next_to_start(graph: &Graph, walk: &Walk) -> BTreeMap<Ix, Ix> {
    let mut next: BTreeMap<Ix, Ix> = BTreeMap::new();
    for &ix in walk.order() {
        let Some(nearer) = walk.edge_to(ix).and_then(|edge| graph.link(edge)).map(|link| link.to)
        else {
            continue;
        };
        if walk.edge_to(nearer).is_some() {
            let neighbour = next.get(&nearer).copied().unwrap_or(nearer);
            next.insert(ix, neighbour);
        }
    }
    next
}

impl Walked {
    /// The nodes come by for which a test holds, in order of id.
    fn nodes(&self, keep: impl Fn(Ix) -> bool) -> Vec<Ix> {
        let mut nodes: Vec<Ix> =
            self.whole.order().iter().copied().filter(|&ix| keep(ix)).collect();
        nodes.sort_unstable();
        nodes
    }

    fn holders(&self, graph: &Graph, nodes: &[Ix]) -> Vec<Holder> {
        nodes.iter().filter_map(|&ix| self.holder(graph, ix)).collect()
    }

    /// A node with how it is reached: the last node before the far end, and whether it is proven.
    fn holder(&self, graph: &Graph, ix: Ix) -> Option<Holder> {
        let proven = self.proven.reached(ix);
        let via = match self.way {
            Way::Backward => self.next_to_end.get(&ix).copied(),
            Way::Forward => {
                let walk = if proven { &self.proven } else { &self.whole };
                let before = walk.edge_to(ix).and_then(|edge| graph.link(edge)).map(|it| it.from);
                before.filter(|&before| walk.edge_to(before).is_some())
            }
        };
        Some(Holder {
            node: graph.node_ref(ix)?,
            via: via.and_then(|via| graph.node_ref(via)),
            certainty: if proven { Certainty::Proven } else { Certainty::Potential },
            namespaces: Vec::new(),
            resource_names: Vec::new(),
        })
    }
}

/// Somebody who can act: identities, accounts, and groups whose members nobody knows.
fn is_somebody(graph: &Graph, ix: Ix) -> bool {
    match graph.kind(ix) {
        Some(NodeKind::Account) => true,
        Some(NodeKind::Group) => !is_entered_by(graph, &Plane::whole(&[]), ix, EdgeKind::MemberOf),
        Some(kind) => kind.is_identity(),
        None => false,
    }
}

fn covers(ask: &Ask, entry: &Entry<'_>) -> bool {
    let namespace = entry.node.tags.get("namespace").map(String::as_str);
    let in_namespace = ask.namespace.as_deref().is_none_or(|wanted| {
        namespace.is_some_and(|found| found == wanted || found == EVERY_NAMESPACE)
    });
    in_namespace
        && covers_action(&ask.action, entry.node)
        && covers_resource(&ask.resource, entry.node, entry.resources())
}

/// Who reaches any of these entitlements, with the namespaces and object names of those reached.
fn holders(graph: &Graph, entries: &[Entry<'_>], filter: &EdgeFilter) -> Vec<Holder> {
    let all: Vec<Ix> = entries.iter().map(|entry| entry.ix).collect();
    let walked = walked(graph, Way::Backward, &all, filter);
    let mut found: BTreeMap<Ix, Holder> = BTreeMap::new();
    for ix in walked.nodes(|ix| is_somebody(graph, ix)) {
        found.extend(walked.holder(graph, ix).map(|holder| (ix, holder)));
    }
    let mut alike: BTreeMap<(Option<&String>, &[String]), Vec<Ix>> = BTreeMap::new();
    for entry in entries {
        let what = (entry.node.tags.get("namespace"), entry.node.resource_names.as_slice());
        alike.entry(what).or_default().push(entry.ix);
    }
    let plane = Plane::whole(&[]).along(filter);
    let mut walk = Walk::new(graph);
    for ((namespace, names), entitlements) in alike {
        walk.run(graph, &plane, Way::Backward, &entitlements);
        for ix in walk.order() {
            if let Some(holder) = found.get_mut(ix) {
                holder.namespaces.extend(namespace.cloned());
                holder.resource_names.extend_from_slice(names);
            }
        }
    }
    found.into_values().map(tidied).collect()
}

fn tidied(mut holder: Holder) -> Holder {
    let names: BTreeSet<String> = holder.resource_names.drain(..).collect();
    holder.resource_names.extend(names);
    let namespaces: BTreeSet<String> = holder.namespaces.drain(..).collect();
    if namespaces.contains(EVERY_NAMESPACE) {
        holder.namespaces.push(EVERY_NAMESPACE.to_owned());
    } else {
        holder.namespaces.extend(namespaces);
    }
    holder
}

fn applies(graph: &Graph, entitlement: Ix) -> bool {
    graph.out(entitlement).any(|(_, link)| link.live && link.kind == EdgeKind::AppliesTo)
}

fn add(counts: &mut BTreeMap<String, usize>, key: &str) {
    let count = counts.entry(key.to_owned()).or_default();
    *count = count.saturating_add(1);
}

/// The first [`PATHS_MAX`] shortest ways, in order of the ids along them. `back` has walked back
/// from the far end, so that its trails give the distance that is left.
fn shortest(graph: &Graph, plane: &Plane, from: Ix, to: Ix, back: &Walk) -> Vec<Vec<EdgeIx>> {
    let left = distances(graph, back);
    let distance = |ix: Ix| left.get(ix as usize).copied().flatten();
    let nearer = |at: Ix| {
        let here = distance(at);
        let mut edges: Vec<EdgeIx> = graph
            .out(at)
            .filter(|(edge, link)| plane.is_open(*edge, link))
            .filter(|(_, link)| distance(link.to).map(|it| it.saturating_add(1)) == here)
            .map(|(edge, _)| edge)
            .collect();
        edges.reverse();
        edges
    };
    let mut ways = Vec::new();
    let mut way: Vec<EdgeIx> = Vec::new();
    let mut choices = vec![nearer(from)];
    if from == to {
        return vec![Vec::new()];
    }
    while let Some(open) = choices.last_mut() {
        let Some(edge) = open.pop() else {
            choices.pop();
            way.pop();
            continue;
        };
        way.push(edge);
        match graph.link(edge) {
            Some(link) if link.to != to => choices.push(nearer(link.to)),
            _ => {
                ways.push(way.clone());
                way.pop();
            }
        }
        if ways.len() >= PATHS_MAX {
            break;
        }
    }
    ways
}

/// By position: how many edges are left to the start of the walk.
fn distances(graph: &Graph, back: &Walk) -> Vec<Option<u32>> {
    let mut distances = vec![None; graph.len()];
    for &ix in back.order() {
        let nearer = back.edge_to(ix).and_then(|edge| graph.link(edge)).map(|link| link.to);
        let before = nearer.and_then(|nearer| distances.get(nearer as usize).copied().flatten());
        if let Some(place) = distances.get_mut(ix as usize) {
            *place = Some(before.map_or(0, |it: u32| it.saturating_add(1)));
        }
    }
    distances
}
