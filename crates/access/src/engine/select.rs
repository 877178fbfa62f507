//! Turns a rule's sides into sets of entitlements of this graph, split by the value that the sides
//! must share. Does not ask who reaches them.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::cover::{covers_action, covers_resource};
use super::graph::{Graph, Ix};
use crate::edge::EdgeKind;
use crate::node::{Node, NodeKind, Notation};
use crate::rule::{Need, Same, Selector, Side, TagTest};

/// Most values of what sides must share that one rule is expanded to.
pub const SAME_VALUES_MAX: usize = 10_000;

/// The value that is shared with every other.
const EVERYWHERE: &str = "*";

/// The entitlements of a graph with what they apply to, in order; made once, used by every rule.
#[derive(Debug)]
pub(super) struct Catalog {
    entitlements: Vec<(Ix, Vec<Ix>)>,
    /// By action, where the notation compares actions as texts.
    by_action: BTreeMap<Box<str>, Vec<usize>>,
    /// The others: what an action covers there is for the notation to say.
    by_notation: Vec<usize>,
}

impl Catalog {
    /// Looks them up.
    pub(super) fn of(graph: &Graph) -> Self {
        let entitlements: Vec<(Ix, Vec<Ix>)> = graph
            .nodes()
            .filter(|(_, seen)| seen.node.kind == NodeKind::Entitlement)
            .map(|(ix, _)| (ix, applies_to(graph, ix)))
            .collect();
        let (mut by_action, mut by_notation) =
            (BTreeMap::<Box<str>, Vec<usize>>::new(), Vec::new());
        for (place, (ix, _)) in entitlements.iter().enumerate() {
            let Some(node) = graph.node(*ix) else { continue };
            match node.notation {
                Notation::Text => {
                    let action = node.action.as_deref().unwrap_or_default();
                    match by_action.get_mut(action) {
                        Some(places) => places.push(place),
                        None => drop(by_action.insert(Box::from(action), vec![place])),
                    }
                }
                Notation::Kubernetes => by_notation.push(place),
            }
        }
        Self { entitlements, by_action, by_notation }
    }

    /// Each entitlement with its node and the nodes it applies to.
    pub(super) fn entries<'a>(&'a self, graph: &'a Graph) -> impl Iterator<Item = Entry<'a>> + 'a {
        (0..self.entitlements.len()).filter_map(|place| self.entry(graph, place))
    }

    fn entry<'a>(&'a self, graph: &'a Graph, place: usize) -> Option<Entry<'a>> {
        let (ix, resources) = self.entitlements.get(place)?;
        Some(Entry { ix: *ix, node: graph.node(*ix)?, resources, graph })
    }

    /// All that a selector could select, in order: it still has to be asked about each.
    fn candidates(&self, graph: &Graph, selector: &Selector) -> Candidates {
        if let Some(id) = &selector.entitlement {
            let place = graph.find(id).and_then(|ix| {
                self.entitlements.binary_search_by_key(&ix, |(known, _)| *known).ok()
            });
            return Candidates::Some(place.into_iter().collect());
        }
        let Some(action) = &selector.action else { return Candidates::All };
        let mut places = self.by_notation.clone();
        match action.literal() {
            Some(text) => places.extend(self.by_action.get(text).into_iter().flatten()),
            None => {
                let covered = self.by_action.iter().filter(|(known, _)| action.matches(known));
                places.extend(covered.flat_map(|(_, places)| places));
            }
        }
        Candidates::Some(places)
    }
}

/// Places in a catalog.
enum Candidates {
    All,
    Some(Vec<usize>),
}

/// One entitlement.
#[derive(Debug)]
pub(super) struct Entry<'a> {
    /// Its position.
    pub(super) ix: Ix,
    /// Itself.
    pub(super) node: &'a Node,
    resources: &'a [Ix],
    graph: &'a Graph,
}

impl<'a> Entry<'a> {
    /// What it applies to.
    pub(super) fn resources(&self) -> impl Iterator<Item = &'a Node> + use<'a> {
        let graph = self.graph;
        self.resources.iter().filter_map(|&it| graph.node(it))
    }
}

fn applies_to(graph: &Graph, entitlement: Ix) -> Vec<Ix> {
    let links = graph.out(entitlement).filter(|(_, link)| link.live);
    links.filter(|(_, link)| link.kind == EdgeKind::AppliesTo).map(|(_, link)| link.to).collect()
}

/// One thing that must be reached: an "any" side as a whole, or one selector of an "all" side.
#[derive(Debug, Default, PartialEq, Eq)]
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

    fn positions(&self) -> impl Iterator<Item = Ix> + '_ {
        self.everywhere.iter().chain(self.by_value.values().flatten()).copied()
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
    /// Everything that is asked for, some of it more than once.
    pub(super) fn positions(&self) -> impl Iterator<Item = Ix> + '_ {
        self.atoms.iter().flat_map(Atom::positions)
    }

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
    let mut selected = Vec::new();
    for selector in any {
        let is_selected = |place: &usize| {
            catalog.entry(graph, *place).is_some_and(|entry| selects(selector, &entry))
        };
        match catalog.candidates(graph, selector) {
            Candidates::All => {
                selected.extend((0..catalog.entitlements.len()).filter(is_selected));
            }
            Candidates::Some(places) => selected.extend(places.into_iter().filter(is_selected)),
        }
    }
    selected.sort_unstable();
    selected.dedup();
    for entry in selected.into_iter().filter_map(|place| catalog.entry(graph, place)) {
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
    let resources = || entry.resources();
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
            text.into_iter().chain(entry.resources().map(|it| it.id.as_str())).collect()
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
        None => entry.resources().filter_map(of).map(String::as_str).collect(),
    }
}
