//! Questions about the graph: what a node reaches, who reaches a node or a permission, and along
//! which ways. Follows proven and potential edges alike and says of each answer which it is.

use std::collections::{BTreeMap, BTreeSet};

use super::answer::{ANSWERS_MAX, Answer, Ask, Blast, EdgeFilter, Holder, Sensitive, Ways, WhoCan};
use super::cover::{covers_action, covers_resource};
use super::graph::{Graph, Ix, Plane};
use super::select::{Catalog, Entry};
use super::trial::is_entered_by;
use super::walk::{Walk, Way};
use super::ways::shortest;
use super::within::Bound;
use crate::edge::EdgeKind;
use crate::fact::RestsOn;
use crate::finding::Certainty;
use crate::node::NodeKind;

/// The namespace of an entitlement that is good for all of them.
const EVERY_NAMESPACE: &str = "*";

/// The tag by which a node says how sensitive it is, in the words of its own organisation.
const SENSITIVITY: &str = "sensitivity";

/// The graph with what an answer rests on.
#[derive(Debug)]
pub(super) struct Asking<'a> {
    /// The graph.
    pub(super) graph: &'a Graph,
    /// The sources behind it.
    pub(super) rests_on: Vec<RestsOn>,
    /// How far it may go.
    pub(super) bound: Bound<'a>,
}

impl Asking<'_> {
    /// Everything that a node reaches.
    pub(super) fn reach(mut self, from: Ix, filter: &EdgeFilter) -> Answer<Holder> {
        let walked = walked(self.graph, Way::Forward, &[from], (filter, &mut self.bound));
        let others = walked.nodes(|ix| ix != from);
        let holders = walked.holders(self.graph, &others);
        self.answer(holders)
    }

    /// Everybody who reaches a node.
    pub(super) fn who_can_node(mut self, to: Ix, filter: &EdgeFilter) -> Answer<Holder> {
        let walked = walked(self.graph, Way::Backward, &[to], (filter, &mut self.bound));
        let holders = walked.nodes(|ix| ix != to && is_somebody(self.graph, ix));
        let holders = walked.holders(self.graph, &holders);
        self.answer(holders)
    }

    /// Everybody who reaches an entitlement that covers what is asked.
    pub(super) fn who_can(mut self, ask: &Ask, filter: &EdgeFilter) -> WhoCan {
        let catalog = Catalog::of(self.graph);
        let entries = catalog.entries(self.graph).filter(|entry| covers(ask, entry));
        let (free, limited): (Vec<_>, Vec<_>) =
            entries.partition(|entry| entry.node.resource_names.is_empty());
        let limited = holders(self.graph, &limited, (filter, &mut self.bound));
        let free = holders(self.graph, &free, (filter, &mut self.bound));
        WhoCan { answer: self.answer(free), limited }
    }

    /// The distinct resources that a node reaches.
    pub(super) fn blast(mut self, from: Ix, filter: &EdgeFilter) -> Blast {
        let graph = self.graph;
        let walked = walked(graph, Way::Forward, &[from], (filter, &mut self.bound));
        let mut resources = Resources::default();
        for ix in walked.nodes(|ix| ix != from) {
            resources.add(graph, ix);
        }
        let found: Vec<Holder> =
            resources.all.iter().filter_map(|(ix, _)| walked.holder(graph, *ix)).collect();
        let (mut by_kind, mut by_system) = (BTreeMap::new(), BTreeMap::new());
        let mut rows: BTreeMap<(&str, bool, &str), usize> = BTreeMap::new();
        for (holder, (_, sensitivity)) in found.iter().zip(&resources.all) {
            add(&mut by_kind, holder.node.kind.as_str());
            add(&mut by_system, &holder.node.system);
            let row =
                (holder.node.system.as_str(), sensitivity.is_none(), sensitivity.unwrap_or(""));
            let count = rows.entry(row).or_default();
            *count = count.saturating_add(1);
        }
        let row =
            |((system, is_unknown, sensitivity), total): ((&str, bool, &str), usize)| Sensitive {
                system: system.to_owned(),
                sensitivity: (!is_unknown).then(|| sensitivity.to_owned()),
                total,
            };
        let by_sensitivity = rows.into_iter().map(row).collect();
        Blast { answer: self.answer(found), by_kind, by_system, by_sensitivity }
    }

    /// The shortest ways from one node to another.
    pub(super) fn ways(mut self, from: Ix, to: Ix, filter: &EdgeFilter) -> Ways {
        let ways = shortest(self.graph, (from, to), filter, &mut self.bound);
        Ways { rests_on: self.rests_on, ..ways }
    }

    fn answer(self, mut answers: Vec<Holder>) -> Answer<Holder> {
        let total = answers.len();
        answers.truncate(ANSWERS_MAX);
        let partial = self.why_partial(total);
        Answer { answers, total, partial, rests_on: self.rests_on }
    }

    /// Why an answer is not whole that came to so many.
    pub(super) fn why_partial(&self, total: usize) -> Option<String> {
        let mut why = self.bound.why_partial();
        if total > ANSWERS_MAX {
            why.push(format!("only the first {ANSWERS_MAX} of {total} answers are listed"));
        }
        (!why.is_empty()).then(|| why.join("; "))
    }
}

/// The distinct resources among nodes that are added in order of id, each with what it says of its
/// sensitivity.
#[derive(Default)]
struct Resources<'a> {
    all: Vec<(Ix, Option<&'a str>)>,
    /// Where the resource stands that is only this text of this system.
    texts: BTreeMap<(&'a str, &'a str), usize>,
}

impl<'a> Resources<'a> {
    fn add(&mut self, graph: &'a Graph, ix: Ix) {
        let Some(node) = graph.node(ix) else { return };
        let sensitivity = node.tags.get(SENSITIVITY).map(String::as_str);
        let sensitivity = sensitivity.filter(|it| !it.is_empty());
        match node.kind {
            NodeKind::Resource => self.all.push((ix, sensitivity)),
            NodeKind::Entitlement if !applies(graph, ix) => {
                let Some(text) = node.resource.as_deref() else { return };
                let place =
                    self.texts.entry((node.system.as_str(), text)).or_insert(self.all.len());
                match self.all.get_mut(*place) {
                    // The first entitlement stands for it; the first that says something is believed.
                    Some((_, said)) => *said = said.or(sensitivity),
                    None => self.all.push((ix, sensitivity)),
                }
            }
            NodeKind::Person
            | NodeKind::ServiceAccount
            | NodeKind::Workload
            | NodeKind::Pipeline
            | NodeKind::AiAgent
            | NodeKind::Vendor
            | NodeKind::Account
            | NodeKind::Credential
            | NodeKind::Group
            | NodeKind::Role
            | NodeKind::Entitlement
            | NodeKind::System
            | NodeKind::Process => {}
        }
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

fn walked(
    graph: &Graph,
    way: Way,
    starts: &[Ix],
    (filter, bound): (&EdgeFilter, &mut Bound<'_>),
) -> Walked {
    let (mut whole, mut proven) = (Walk::new(graph), Walk::new(graph));
    whole.run_within(graph, (&Plane::whole(&[]).along(filter), way), starts, bound);
    proven.run_within(graph, (&Plane::proven(&[]).along(filter), way), starts, bound);
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
pub(super) fn walked_from(graph: &Graph, from: Ix, bound: &mut Bound<'_>) -> (Walk, Walk) {
    let walked = walked(graph, Way::Forward, &[from], (&EdgeFilter::all(), bound));
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
fn holders(
    graph: &Graph,
    entries: &[Entry<'_>],
    (filter, bound): (&EdgeFilter, &mut Bound<'_>),
) -> Vec<Holder> {
    let all: Vec<Ix> = entries.iter().map(|entry| entry.ix).collect();
    let walked = walked(graph, Way::Backward, &all, (filter, bound));
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
        walk.run_within(graph, (&plane, Way::Backward), &entitlements, bound);
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
