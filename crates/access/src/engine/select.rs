//! Turns a rule's sides into sets of entitlements of this graph, split by the value that the sides
//! must share. Does not ask who reaches them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cover::{covers_action, covers_resource};
use super::graph::{Graph, Ix};
use crate::edge::EdgeKind;
use crate::node::{Node, NodeKind};
use crate::rule::{Need, Same, Selector, Side, TagTest};

/// Most values of what sides must share that one rule is expanded to.
pub const SAME_VALUES_MAX: usize = 10_000;

/// The value that is shared with every other.
const EVERYWHERE: &str = "*";

/// The entitlements of a graph with what they apply to; made once, used by every rule.
#[derive(Debug)]
pub(super) struct Catalog {
    entitlements: Vec<(Ix, Vec<Ix>)>,
}

impl Catalog {
    /// Looks them up.
    pub(super) fn of(graph: &Graph) -> Self {
        let entitlements = graph
            .nodes()
            .filter(|(_, seen)| seen.node.kind == NodeKind::Entitlement)
            .map(|(ix, _)| (ix, applies_to(graph, ix)))
            .collect();
        Self { entitlements }
    }

    /// Each entitlement with its node and the nodes it applies to.
    pub(super) fn entries<'a>(&'a self, graph: &'a Graph) -> impl Iterator<Item = Entry<'a>> + 'a {
        self.entitlements.iter().filter_map(move |(ix, resources)| {
            let resources = resources.iter().filter_map(|&it| graph.node(it)).collect();
            Some(Entry { ix: *ix, node: graph.node(*ix)?, resources })
        })
    }
}

/// One entitlement.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its position.
    pub(super) ix: Ix,
    /// Itself.
    pub(super) node: &'a Node,
    /// What it applies to.
    pub(super) resources: Vec<&'a Node>,
}

fn applies_to(graph: &Graph, entitlement: Ix) -> Vec<Ix> {
    let links = graph.out(entitlement).filter(|(_, link)| link.live);
    links.filter(|(_, link)| link.kind == EdgeKind::AppliesTo).map(|(_, link)| link.to).collect()
}

/// One thing that must be reached: an "any" side as a whole, or one selector of an "all" side.
#[derive(Debug, Default)]
pub(super) struct Atom {
    /// Entitlements that count whatever value is shared, in order.
    pub(super) everywhere: Vec<Ix>,
    /// Entitlements that count for one value, each list in order.
    pub(super) by_value: BTreeMap<Arc<str>, Vec<Ix>>,
}

impl Atom {
    /// The entitlements of one value alone.
    pub(super) fn only(&self, value: &str) -> &[Ix] {
        self.by_value.get(value).map(Vec::as_slice).unwrap_or_default()
    }

    /// Whether reaching this node is enough, for this value.
    pub(super) fn has(&self, node: Ix, value: Option<&str>) -> bool {
        self.everywhere.binary_search(&node).is_ok()
            || value.is_some_and(|value| self.only(value).binary_search(&node).is_ok())
    }
}

/// All that must come together for one rule.
#[derive(Debug)]
pub(super) struct Combination {
    /// What must be reached, all of it with one shared value.
    pub(super) atoms: Vec<Atom>,
    /// The values for which that is possible, in order.
    pub(super) values: Vec<Arc<str>>,
    /// Said when the values are not all of them.
    pub(super) note: Option<String>,
}

impl Combination {
    /// Finds the entitlements.
    pub(super) fn of(
        graph: &Graph,
        catalog: &Catalog,
        sides: &[Side],
        same: Option<&Same>,
    ) -> Self {
        let needs = sides.iter().flat_map(|side| match &side.need {
            Need::All(selectors) if !selectors.is_empty() => selectors.chunks(1).collect(),
            Need::Any(selectors) | Need::All(selectors) => vec![selectors.as_slice()],
        });
        let atoms: Vec<Atom> = needs.map(|any| atom(graph, catalog, any, same)).collect();
        let all: BTreeSet<&Arc<str>> = atoms.iter().flat_map(|it| it.by_value.keys()).collect();
        let possible = |value: &&&Arc<str>| {
            atoms.iter().all(|it| !it.everywhere.is_empty() || it.by_value.contains_key(**value))
        };
        let mut values: Vec<Arc<str>> =
            all.iter().filter(possible).map(|it| Arc::clone(it)).collect();
        let note = (values.len() > SAME_VALUES_MAX).then(|| {
            format!("only {SAME_VALUES_MAX} of {} shared values were looked at", values.len())
        });
        values.truncate(SAME_VALUES_MAX);
        Self { atoms, values, note }
    }
}

fn atom(graph: &Graph, catalog: &Catalog, any: &[Selector], same: Option<&Same>) -> Atom {
    let mut atom = Atom::default();
    for entry in catalog.entries(graph) {
        if !any.iter().any(|selector| selects(selector, &entry)) {
            continue;
        }
        let values = same.map(|same| values_of(same, &entry));
        match values {
            Some(values) if !values.contains(EVERYWHERE) => {
                for value in values {
                    atom.by_value.entry(Arc::from(value)).or_default().push(entry.ix);
                }
            }
            _ => atom.everywhere.push(entry.ix),
        }
    }
    atom
}

/// An entitlement that is limited to named objects meets no selector, unless it is named itself.
fn selects(selector: &Selector, entry: &Entry<'_>) -> bool {
    let node = entry.node;
    let named = match &selector.entitlement {
        Some(id) => *id == node.id,
        None => node.resource_names.is_empty(),
    };
    let resources = || entry.resources.iter().copied();
    named
        && selector.system.as_ref().is_none_or(|glob| glob.matches(&node.system))
        && selector.action.as_ref().is_none_or(|glob| covers_action(glob, node))
        && selector.resource.as_ref().is_none_or(|glob| covers_resource(glob, node, resources()))
        && selector.tag.as_ref().is_none_or(|test| {
            has_tag(test, node) || resources().any(|resource| has_tag(test, resource))
        })
}

/// Whether a node has the tag.
pub(super) fn has_tag(test: &TagTest, node: &Node) -> bool {
    let found = node.tags.get(&test.key);
    found.is_some_and(|found| test.value.as_ref().is_none_or(|value| value == found))
}

/// What an entitlement has of what must be shared; what it does not say itself, the resources that
/// it applies to may say.
fn values_of<'a>(same: &Same, entry: &Entry<'a>) -> BTreeSet<&'a str> {
    let node = entry.node;
    match same {
        Same::System => BTreeSet::from([node.system.as_str()]),
        Same::Resource => {
            let text = node.resource.as_deref();
            let text = text.map(|text| if text == "*/*" { EVERYWHERE } else { text });
            text.into_iter().chain(entry.resources.iter().map(|it| it.id.as_str())).collect()
        }
        Same::Namespace => own_or_applied(entry, |it| it.tags.get("namespace")),
        Same::Environment => own_or_applied(entry, |it| it.environment.as_ref()),
        Same::Tag(key) => own_or_applied(entry, |it| it.tags.get(key)),
    }
}

fn own_or_applied<'a>(
    entry: &Entry<'a>,
    of: impl Fn(&'a Node) -> Option<&'a String>,
) -> BTreeSet<&'a str> {
    match of(entry.node) {
        Some(own) => BTreeSet::from([own.as_str()]),
        None => entry.resources.iter().filter_map(|it| of(it)).map(String::as_str).collect(),
    }
}
