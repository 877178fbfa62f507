//! The same judgement written a second time, as naively as possible: one search per node, nothing
//! shared with the engine but the facts. Small graphs only.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{EdgeKey, EdgeKind};
use countersign_access::fact::Run;
use countersign_access::node::{Node, NodeKind};

/// Facts united as the contract says, edges already in the direction of access.
pub(crate) struct Naive {
    pub(crate) nodes: BTreeMap<String, Node>,
    edges: BTreeMap<(String, String, EdgeKind), bool>,
}

impl Naive {
    pub(crate) fn of(runs: &[Run], without: Option<&EdgeKey>) -> Self {
        let mut nodes = BTreeMap::new();
        for node in runs.iter().flat_map(|run| &run.facts.nodes) {
            nodes.entry(node.id.to_string()).or_insert_with(|| node.clone());
        }
        let mut edges = BTreeMap::new();
        for run in runs {
            for edge in &run.facts.edges {
                let ended = edge.expires.is_some_and(|end| end <= run.read_at);
                if ended || without == Some(&edge.key) {
                    continue;
                }
                let (mut from, mut to) = (edge.key.source.to_string(), edge.key.target.to_string());
                if edge.key.kind == EdgeKind::IsAccountOf {
                    (from, to) = (to, from);
                }
                if nodes.contains_key(&from) && nodes.contains_key(&to) {
                    let potential = !edge.missing.is_empty() || edge.key.kind.is_potential();
                    let sure = edges.entry((from, to, edge.key.kind)).or_insert(false);
                    *sure |= !potential;
                }
            }
        }
        Self { nodes, edges }
    }

    pub(crate) fn reach(&self, from: &str, whole: bool) -> BTreeSet<String> {
        let mut reached = BTreeSet::from([from.to_owned()]);
        loop {
            let before = reached.len();
            for ((from, to, _), sure) in &self.edges {
                if (*sure || whole) && reached.contains(from) {
                    reached.insert(to.clone());
                }
            }
            if reached.len() == before {
                return reached;
            }
        }
    }

    /// The nodes from which `pay` and `approve` are reached in a namespace that they share.
    pub(crate) fn toxic(&self, namespace: &str, whole: bool) -> BTreeSet<String> {
        let has = |reached: &BTreeSet<String>, action: &str| {
            reached.iter().any(|id| {
                let node = &self.nodes[id];
                let at = node.tags.get("namespace").map(String::as_str);
                node.kind == NodeKind::Entitlement
                    && node.action.as_deref() == Some(action)
                    && (at == Some("*") || at == Some(namespace))
            })
        };
        let toxic = self.nodes.values().filter(|node| {
            let reached = self.reach(node.id.as_str(), whole);
            node.kind != NodeKind::Entitlement && has(&reached, "pay") && has(&reached, "approve")
        });
        toxic.map(|node| node.id.to_string()).collect()
    }

    /// The lowest of them, one of each cycle.
    fn roots(&self, namespace: &str, whole: bool) -> BTreeSet<String> {
        let toxic = self.toxic(namespace, whole);
        let reach = |id: &String| self.reach(id, whole);
        let lowest = toxic.iter().filter(|id| {
            let below = reach(id);
            let mut below = below.intersection(&toxic);
            below.all(|other| reach(other).contains(*id) && *id <= other)
        });
        lowest.cloned().collect()
    }

    pub(crate) fn is_toxic(&self, id: &str, whole: bool) -> bool {
        NAMESPACES.iter().any(|namespace| self.toxic(namespace, whole).contains(id))
    }

    fn stands(&self, id: &str) -> bool {
        let entered =
            |kind| self.edges.iter().any(|((_, to, it), sure)| to == id && *it == kind && *sure);
        match self.nodes[id].kind {
            NodeKind::Account => !entered(EdgeKind::IsAccountOf),
            NodeKind::Group => !entered(EdgeKind::MemberOf),
            kind => kind.is_identity(),
        }
    }

    fn affected(&self, root: &str, whole: bool) -> BTreeSet<String> {
        let holders = self.nodes.keys().filter(|id| self.reach(id, whole).contains(root));
        holders.filter(|id| self.stands(id)).cloned().collect()
    }

    /// Each finding as `root <- affected (certainty)`, in order.
    pub(crate) fn found(&self) -> Vec<String> {
        let all = |whole| -> BTreeSet<String> {
            NAMESPACES.iter().flat_map(|namespace| self.roots(namespace, whole)).collect()
        };
        let mut lines = Vec::new();
        let mut say = |root: &str, affected: BTreeSet<String>, certainty: &str| {
            if !affected.is_empty() {
                let affected: Vec<String> = affected.into_iter().collect();
                lines.push(format!("{root} <- {} ({certainty})", affected.join(" ")));
            }
        };
        for root in all(false) {
            say(&root, self.affected(&root, false), "proven");
        }
        for root in all(true) {
            let mut affected = self.affected(&root, true);
            if self.is_toxic(&root, false) {
                let proven = self.affected(&root, false);
                affected.retain(|id| !proven.contains(id));
            }
            say(&root, affected, "potential");
        }
        lines.sort();
        lines
    }
}

/// The namespaces that generated entitlements may be in, `*` as a value of its own first.
pub(crate) const NAMESPACES: [&str; 3] = ["*", "n1", "n2"];
