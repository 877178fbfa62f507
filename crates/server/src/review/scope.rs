//! Which access a review looks at: a query over identities and what they have in the end, answered from the
//! graph, with its counts before anybody is asked anything.

use std::collections::{BTreeMap, BTreeSet, HashMap};

use countersign_access::edge::{Edge, EdgeKey, EdgeKind};
use countersign_access::engine::{Engine, Held};
use countersign_access::finding::{Fingerprint, NodeRef};
use countersign_access::glob::Glob;
use countersign_access::node::{Node, NodeId, NodeKind};
use countersign_access::rule::Severity;
use countersign_governance::campaign::ITEMS_MAX;
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::frozen::{Frozen, Part, Peers, Source};

/// Most patterns of one list of a query.
const PATTERNS_MAX: usize = 50;

/// Most days for which something is looked for that was not used: ten years.
const UNUSED_DAYS_MAX: u32 = 3_660;

/// Which access.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(deny_unknown_fields, default)]
#[schema(as = ReviewScope)]
pub struct Scope {
    /// In these systems, by name, `*` for any run of characters; in all where none is named.
    #[schema(max_items = 50)]
    pub systems: Vec<String>,
    /// Of these kinds of identity: `person`, `service_account`, `workload`, `pipeline`, `ai_agent`,
    /// `vendor`, `account` for one that nobody is known to be behind; of all where none is named.
    #[schema(max_items = 50)]
    pub kinds: Vec<String>,
    /// To entitlements of this name, `*` for any run of characters.
    pub entitlement: Option<String>,
    /// Of identities of this name, `*` for any run of characters.
    pub identity: Option<String>,
    /// Belonging to this process, by its short key.
    pub process: Option<String>,
    /// Only what takes part in a finding at least as bad: `low`, `medium`, `high`, `critical`.
    pub severity: Option<String>,
    /// Only what was not used for so many days, or never, as far as the sources say.
    #[schema(minimum = 1, maximum = 3660)]
    pub unused_days: Option<u32>,
}

/// Why a query is none, with the part that is meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{field}`: {why}")]
pub struct NoScope {
    /// The part.
    pub field: &'static str,
    /// What is wrong with it.
    pub why: String,
}

/// What is in a scope.
#[derive(Debug, Clone, Default)]
pub(crate) struct Selection {
    /// Each access, in order of system, entitlement and identity.
    pub(crate) items: Vec<Frozen>,
    /// How many there are; those that are not listed are more than [`ITEMS_MAX`].
    pub(crate) total: u64,
    /// Those of them that were decided before and have not changed since.
    pub(crate) unchanged: u64,
    /// Whether the graph could be asked for all of it.
    pub(crate) whole: bool,
}

impl Scope {
    /// Whether it can be asked at all.
    ///
    /// # Errors
    /// The part that cannot.
    pub fn check(&self) -> Result<(), NoScope> {
        let no = |field, why: String| Err(NoScope { field, why });
        if self.systems.len() > PATTERNS_MAX || self.kinds.len() > PATTERNS_MAX {
            return no("systems", format!("at most {PATTERNS_MAX} of each can be named"));
        }
        for kind in &self.kinds {
            if !NodeKind::parse(kind).is_some_and(|it| it.is_identity() || it == NodeKind::Account)
            {
                return no("kinds", format!("`{kind}` is no kind of identity"));
            }
        }
        if let Some(severity) = &self.severity
            && severity_of(severity).is_none()
        {
            return no("severity", format!("`{severity}` is none of: low, medium, high, critical"));
        }
        if self.unused_days.is_some_and(|days| days == 0 || days > UNUSED_DAYS_MAX) {
            return no("unused_days", format!("it takes one day to {UNUSED_DAYS_MAX}"));
        }
        Ok(())
    }
}

/// The severity with this name.
pub(crate) fn severity_of(name: &str) -> Option<Severity> {
    [Severity::Low, Severity::Medium, Severity::High, Severity::Critical]
        .into_iter()
        .find(|it| it.as_str() == name)
}

/// What a query asks, made ready.
struct Asked {
    systems: Vec<Glob>,
    kinds: BTreeSet<NodeKind>,
    entitlement: Option<Glob>,
    identity: Option<Glob>,
    process: Option<String>,
    severity: Option<Severity>,
    unused_before: Option<Timestamp>,
}

impl Asked {
    fn of(scope: &Scope, now: Timestamp) -> Self {
        let glob = |text: &Option<String>| text.as_deref().map(Glob::new);
        let days = scope.unused_days.map(|days| SignedDuration::from_hours(24 * i64::from(days)));
        Self {
            systems: scope.systems.iter().map(|it| Glob::new(it)).collect(),
            kinds: scope.kinds.iter().filter_map(|it| NodeKind::parse(it)).collect(),
            entitlement: glob(&scope.entitlement),
            identity: glob(&scope.identity),
            process: scope.process.clone(),
            severity: scope.severity.as_deref().and_then(severity_of),
            unused_before: days.and_then(|days| now.checked_sub(days).ok()),
        }
    }

    fn is_asked(&self, node: &Node) -> bool {
        (self.kinds.is_empty() || self.kinds.contains(&node.kind))
            && self.identity.as_ref().is_none_or(|it| it.matches(&node.name))
    }

    fn takes(&self, frozen: &Frozen) -> bool {
        let entitlement = &frozen.entitlement;
        (self.systems.is_empty() || self.systems.iter().any(|it| it.matches(&entitlement.system)))
            && self.entitlement.as_ref().is_none_or(|it| it.matches(&entitlement.name))
            && (self.process.is_none() || self.process == frozen.process)
            && self.severity.is_none_or(|least| frozen.severity() >= Some(least))
            && self.unused_before.is_none_or(|day| frozen.last_used.is_none_or(|at| at < day))
    }
}

/// What is in a scope now. What was kept and has not changed since, by its shape, is left out.
pub(crate) fn select(
    engine: &Engine,
    scope: &Scope,
    now: Timestamp,
    unchanged: &BTreeSet<String>,
) -> Selection {
    let asked = Asked::of(scope, now);
    let known = Known::of(engine);
    let mut selection = Selection { whole: true, ..Selection::default() };
    let mut have: HashMap<(NodeKind, NodeId), usize> = HashMap::new();
    let mut of: HashMap<NodeKind, usize> = HashMap::new();
    for node in known.holders.values().filter(|node| asked.is_asked(node)) {
        let Ok(held) = engine.held(&node.id) else { continue };
        selection.whole &= held.partial.is_none();
        *of.entry(node.kind).or_default() += 1;
        for it in held.answers {
            *have.entry((node.kind, it.entitlement.id.clone())).or_default() += 1;
            let frozen = known.frozen(node, it);
            if !asked.takes(&frozen) {
                continue;
            }
            if !unchanged.is_empty() && unchanged.contains(&frozen.shape()) {
                selection.unchanged = selection.unchanged.saturating_add(1);
                continue;
            }
            selection.total = selection.total.saturating_add(1);
            if selection.total <= ITEMS_MAX {
                selection.items.push(frozen);
            }
        }
    }
    for it in &mut selection.items {
        let kind = it.identity.kind;
        let have = have.get(&(kind, it.entitlement.id.clone())).copied().unwrap_or_default();
        it.peers = Peers { have, of: of.get(&kind).copied().unwrap_or_default() };
    }
    let place = |it: &Frozen| {
        let (what, who) = (&it.entitlement, &it.identity);
        (what.system.clone(), what.id.clone(), who.id.clone())
    };
    selection.items.sort_by_cached_key(place);
    selection
}

/// What the sources say of identities, accounts and grants, made ready for many questions.
struct Known<'a> {
    /// Identities, and accounts that nobody is known to be behind.
    holders: BTreeMap<&'a NodeId, &'a Node>,
    entitlements: HashMap<&'a NodeId, &'a Node>,
    /// When accounts of an identity in a system were used last.
    used: HashMap<(NodeId, &'a str), Timestamp>,
    /// Edges of which a source says who granted them, or when.
    granted: HashMap<&'a EdgeKey, &'a Edge>,
    /// By affected identity the findings, each with the entitlements to which its paths lead.
    findings: HashMap<&'a NodeId, Vec<&'a Fingerprint>>,
    ends: HashMap<&'a Fingerprint, (BTreeSet<&'a NodeId>, Part)>,
}

impl<'a> Known<'a> {
    fn of(engine: &'a Engine) -> Self {
        let mut known = Self {
            holders: BTreeMap::new(),
            entitlements: HashMap::new(),
            used: HashMap::new(),
            granted: HashMap::new(),
            findings: HashMap::new(),
            ends: HashMap::new(),
        };
        let sources = engine.rests_on();
        let runs = || sources.iter().filter_map(|it| engine.said_by(&it.source));
        let mut accounts: HashMap<&NodeId, &Node> = HashMap::new();
        for node in runs().flat_map(|run| &run.facts.nodes) {
            if node.kind.is_identity() {
                known.holders.insert(&node.id, node);
            } else if node.kind == NodeKind::Account {
                accounts.insert(&node.id, node);
            } else if node.kind == NodeKind::Entitlement {
                known.entitlements.insert(&node.id, node);
            }
        }
        for edge in runs().flat_map(|run| &run.facts.edges) {
            if edge.grantor.is_some() || edge.granted_at.is_some() {
                known.granted.insert(&edge.key, edge);
            }
            if edge.key.kind == EdgeKind::IsAccountOf
                && let Some(account) = accounts.remove(&edge.key.source)
                && let Some(at) = account.last_used
            {
                let place = (edge.key.target.clone(), account.system.as_str());
                let last = known.used.entry(place).or_insert(at);
                *last = (*last).max(at);
            }
        }
        known.holders.extend(accounts);
        known.note_findings(engine);
        known
    }

    fn note_findings(&mut self, engine: &'a Engine) {
        for (fingerprint, finding) in engine.findings() {
            let ends = finding.paths.iter().filter_map(|path| path.last());
            let ends = ends.map(|step| &step.node.id).collect();
            let part = Part {
                fingerprint: fingerprint.0.clone(),
                title: finding.title.clone(),
                severity: finding.severity,
            };
            self.ends.insert(fingerprint, (ends, part));
            for node in &finding.affected {
                self.findings.entry(&node.id).or_default().push(fingerprint);
            }
        }
    }

    fn frozen(&self, node: &Node, held: Held) -> Frozen {
        let Held { entitlement, certainty, sources, sources_total } = held;
        let said = self.entitlements.get(&entitlement.id);
        let source = |it: countersign_access::engine::Source| {
            let key = EdgeKey {
                source: it.node.id.clone(),
                kind: it.edge,
                target: entitlement.id.clone(),
            };
            let edge = self.granted.get(&key);
            Source {
                grantor: edge.and_then(|edge| edge.grantor.clone()),
                granted_at: edge.and_then(|edge| edge.granted_at),
                node: it.node,
                edge: it.edge,
                because: it.because,
            }
        };
        let sources = sources.into_iter().map(source).collect();
        let used = self.used.get(&(node.id.clone(), entitlement.system.as_str())).copied();
        let own = node.last_used.filter(|_| node.system == entitlement.system);
        Frozen {
            identity: NodeRef {
                id: node.id.clone(),
                kind: node.kind,
                name: node.name.clone(),
                system: node.system.clone(),
            },
            certainty,
            sources,
            sources_total,
            last_used: used.max(own),
            peers: Peers::default(),
            process: said.and_then(|node| node.process.clone()),
            findings: self.parts(&node.id, &entitlement.id),
            entitlement,
        }
    }

    /// The findings in which this access takes part, the worst first.
    fn parts(&self, identity: &NodeId, entitlement: &NodeId) -> Vec<Part> {
        let theirs = self.findings.get(identity).into_iter().flatten();
        let part = |fingerprint: &&Fingerprint| {
            let (ends, part) = self.ends.get(*fingerprint)?;
            ends.contains(entitlement).then(|| part.clone())
        };
        let mut parts: Vec<Part> = theirs.filter_map(part).collect();
        parts.sort_by_key(|part| std::cmp::Reverse(part.severity));
        parts.truncate(PARTS_MAX);
        parts
    }
}

/// Most findings that are named with one access.
const PARTS_MAX: usize = 5;

#[cfg(test)]
mod tests {
    use countersign_access::fact::{Chunk, Run, SourceId};
    use jiff::Timestamp;

    use super::*;

    fn id(name: &str) -> NodeId {
        NodeId::new(name).unwrap()
    }

    fn day(n: i64) -> Timestamp {
        Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * n)
    }

    /// Ann and bob are clerks, a robot pays alone, and an account belongs to nobody.
    fn engine() -> Engine {
        let source = SourceId::new("erp");
        let node = |name: &str, kind| Node::new(id(name), kind, name, "erp", source.at("here"));
        let used = |node: Node, on| Node { last_used: Some(day(on)), ..node };
        let edge =
            |from: &str, kind, to: &str| Edge::new(id(from), kind, id(to), source.at("here"));
        let pay = Node { process: Some("p2p".into()), ..node("pay", NodeKind::Entitlement) };
        let facts = Chunk {
            nodes: vec![
                node("ann", NodeKind::Person),
                node("bob", NodeKind::Person),
                used(node("robot", NodeKind::ServiceAccount), 90),
                used(node("ann-erp", NodeKind::Account), 50),
                node("left-over", NodeKind::Account),
                node("clerk", NodeKind::Role),
                pay,
                node("read", NodeKind::Entitlement),
            ],
            edges: vec![
                edge("ann-erp", EdgeKind::IsAccountOf, "ann"),
                edge("ann-erp", EdgeKind::MemberOf, "clerk"),
                edge("bob", EdgeKind::MemberOf, "clerk"),
                edge("clerk", EdgeKind::Grants, "pay"),
                edge("clerk", EdgeKind::Grants, "read"),
                edge("robot", EdgeKind::Grants, "pay"),
                edge("left-over", EdgeKind::Grants, "read"),
            ],
        };
        let run = Run { source, read_at: day(100), unreadable: Vec::new(), facts };
        Engine::build(vec![run], Vec::new())
    }

    fn selected(scope: &Scope) -> Vec<(String, String)> {
        let selection = select(&engine(), scope, day(100), &BTreeSet::new());
        let pair = |it: &Frozen| (it.identity.name.clone(), it.entitlement.name.clone());
        assert_eq!(selection.total, selection.items.len() as u64);
        assert!(selection.whole);
        selection.items.iter().map(pair).collect()
    }

    fn pairs(pairs: &[(&str, &str)]) -> Vec<(String, String)> {
        pairs.iter().map(|(who, what)| ((*who).into(), (*what).into())).collect()
    }

    #[test]
    fn each_access_of_an_identity_is_one_item_whatever_the_way_and_accounts_count_once() {
        let all = [
            ("ann", "pay"),
            ("bob", "pay"),
            ("robot", "pay"),
            ("ann", "read"),
            ("bob", "read"),
            ("left-over", "read"),
        ];
        assert_eq!(selected(&Scope::default()), pairs(&all));
    }

    #[test]
    fn a_query_narrows_by_kind_name_process_and_use() {
        let kinds = vec!["service_account".to_owned()];
        let robots = Scope { kinds, ..Scope::default() };
        assert_eq!(selected(&robots), pairs(&[("robot", "pay")]));
        let process = Scope { process: Some("p2p".into()), ..Scope::default() };
        assert_eq!(selected(&process).len(), 3);
        let unused = Scope { unused_days: Some(30), identity: Some("*b*".into()), ..process };
        assert_eq!(selected(&unused), pairs(&[("bob", "pay")]), "the robot paid ten days ago");
        let elsewhere = Scope { systems: vec!["hr*".into()], ..Scope::default() };
        assert_eq!(selected(&elsewhere), []);
        let wrong = Scope { kinds: vec!["group".into()], ..Scope::default() };
        assert_eq!(wrong.check().unwrap_err().field, "kinds");
    }

    #[test]
    fn what_is_known_of_use_and_peers_stands_beside_it() {
        let selection = select(&engine(), &Scope::default(), day(100), &BTreeSet::new());
        let ann = &selection.items[0];
        assert_eq!(ann.last_used, Some(day(50)), "by her account in that system");
        assert_eq!((ann.peers.have, ann.peers.of), (2, 2));
        assert_eq!(ann.sources[0].node.name, "clerk");
    }

    #[test]
    fn what_was_kept_and_has_not_changed_is_not_asked_again() {
        let selection = select(&engine(), &Scope::default(), day(100), &BTreeSet::new());
        let kept = BTreeSet::from([selection.items[0].shape(), selection.items[2].shape()]);
        let again = select(&engine(), &Scope::default(), day(100), &kept);
        assert_eq!((again.total, again.unchanged), (4, 2));
    }
}
