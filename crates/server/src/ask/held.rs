//! What it would change to believe a read that is held: which things and connections would vanish and
//! which appear, and what that would do to the findings. Worked out beside the graph, which goes on
//! answering; nothing is changed by looking.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_access::edge::EdgeKey;
use countersign_access::engine::{Delta, Engine};
use countersign_access::fact::Run;
use countersign_access::finding::Finding;
use countersign_access::node::NodeId;
use countersign_store::read::finding::by_fingerprint;
use countersign_store::stage;
use tokio::sync::Mutex;

use super::finding::PREFIX;
use crate::door::{Door, NotDone};
use crate::graph::aside;
use countersign_store::stage::facts::{NotReadBack, whole};

/// Most facts of a read that are compared.
pub const COMPARED_MAX: u64 = 1_000_000;

/// Most examples of a kind.
const EXAMPLES_MAX: usize = 4;

/// Most findings that are named.
const NAMED_MAX: usize = 20;

/// What it would change to believe a read.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Difference {
    /// Things and connections by kind, what changes most first.
    pub kinds: Vec<Kind>,
    /// What would happen to the findings.
    pub findings: Consequences,
}

/// What would change of one kind.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Kind {
    /// The kind, as outputs name it.
    pub kind: String,
    /// Whether it is a kind of connection.
    pub is_edge: bool,
    /// What would be gone.
    pub vanish: Side,
    /// What would be new.
    pub appear: Side,
}

/// One side of a difference.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Side {
    /// How many.
    pub total: usize,
    /// Some of them, by name.
    pub examples: Vec<String>,
}

/// What would happen to the findings.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Consequences {
    /// Would end, although nothing was fixed.
    pub ended: Named,
    /// Would be opened.
    pub opened: Named,
    /// Would go on with other paths or other identities.
    pub changed: Named,
}

/// Findings, some of them by name.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Named {
    /// How many.
    pub total: usize,
    /// Reference, where it has one already, and title.
    pub shown: Vec<(Option<String>, String)>,
}

/// Why nothing was compared.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotCompared {
    /// The read is larger than [`COMPARED_MAX`].
    TooLarge,
    /// What is stored of it is not what was read.
    Torn,
    /// It is held no more.
    NotHeld,
}

/// What was compared last: one read at a time, and once for the graph that is shown.
#[derive(Debug, Clone, Default)]
pub struct Compared(Arc<Mutex<Option<Last>>>);

#[derive(Debug)]
struct Last {
    run: String,
    position: i64,
    difference: Arc<Difference>,
}

impl Compared {
    /// What it would change to believe a read.
    ///
    /// # Errors
    /// When the store cannot answer.
    pub async fn of(
        &self,
        door: &Door,
        run: &str,
    ) -> Result<Result<Arc<Difference>, NotCompared>, NotDone> {
        let mut last = self.0.lock().await;
        let shown = door.graph.read();
        let known = last.as_ref().filter(|it| it.run == run && it.position == shown.position);
        if let Some(known) = known {
            return Ok(Ok(Arc::clone(&known.difference)));
        }
        let Some(row) = stage::run::get(&door.store, run).await? else {
            return Ok(Err(NotCompared::NotHeld));
        };
        let before = shown.engine.said_by(&row.source).map_or(0, facts);
        if counted(&row).saturating_add(before) > COMPARED_MAX {
            return Ok(Err(NotCompared::TooLarge));
        }
        let read = match whole(&door.store, &row).await {
            Ok(read) => read,
            Err(NotReadBack::Torn(_) | NotReadBack::Damaged { .. }) => {
                return Ok(Err(NotCompared::Torn));
            }
            Err(NotReadBack::Store(fault)) => return Err(fault.into()),
        };
        let position = shown.position;
        let (kinds, delta) = aside(move || compare(&shown.engine, read)).await?;
        let findings = Consequences {
            ended: named(door, delta.ended.iter()).await?,
            opened: named(door, delta.opened.iter()).await?,
            changed: named(door, delta.changed.iter().map(|it| &it.finding)).await?,
        };
        let difference = Arc::new(Difference { kinds, findings });
        *last = Some(Last { run: run.to_owned(), position, difference: Arc::clone(&difference) });
        Ok(Ok(difference))
    }
}

fn facts(run: &Run) -> u64 {
    let count = run.facts.nodes.len().saturating_add(run.facts.edges.len());
    u64::try_from(count).unwrap_or(u64::MAX)
}

fn counted(run: &stage::run::Run) -> u64 {
    let stage::run::Counted { nodes, edges } = run.counted();
    nodes.saturating_add(edges)
}

fn compare(engine: &Engine, read: Run) -> (Vec<Kind>, Delta) {
    let source = read.source.clone();
    let (next, delta) = engine.after(read);
    let (before, after) = (engine.said_by(&source), next.said_by(&source));
    let runs: Vec<&Run> = before.into_iter().chain(after).collect();
    let names: BTreeMap<&NodeId, &str> = runs
        .iter()
        .flat_map(|run| &run.facts.nodes)
        .filter(|node| !node.name.is_empty())
        .map(|node| (&node.id, node.name.as_str()))
        .collect();
    let (old, new) = (Said::of(before), Said::of(after));
    let mut kinds: BTreeMap<(bool, &str), Kind> = BTreeMap::new();
    for (from, to, is_gone) in [(&old, &new, true), (&new, &old, false)] {
        for (id, kind) in from.nodes.iter().filter(|(id, _)| !to.nodes.contains_key(*id)) {
            let name = || quoted(&names, id);
            count(&mut kinds, (false, kind), is_gone, name);
        }
        for edge in from.edges.difference(&to.edges) {
            let name = || {
                let (source, target) = (quoted(&names, &edge.source), quoted(&names, &edge.target));
                format!("{source} {} {target}", edge.kind.as_str().replace('_', " "))
            };
            count(&mut kinds, (true, edge.kind.as_str()), is_gone, name);
        }
    }
    let mut kinds: Vec<Kind> = kinds.into_values().collect();
    kinds.sort_by_key(|it| std::cmp::Reverse(it.vanish.total.saturating_add(it.appear.total)));
    (kinds, delta)
}

/// What a source says, to be compared.
#[derive(Default)]
struct Said<'a> {
    nodes: BTreeMap<&'a NodeId, &'static str>,
    edges: BTreeSet<&'a EdgeKey>,
}

impl<'a> Said<'a> {
    fn of(run: Option<&'a Run>) -> Self {
        let Some(run) = run else { return Self::default() };
        Self {
            nodes: run.facts.nodes.iter().map(|it| (&it.id, it.kind.as_str())).collect(),
            edges: run.facts.edges.iter().map(|it| &it.key).collect(),
        }
    }
}

fn count<'a>(
    kinds: &mut BTreeMap<(bool, &'a str), Kind>,
    (is_edge, kind): (bool, &'a str),
    is_gone: bool,
    name: impl Fn() -> String,
) {
    let new = || Kind { kind: kind.to_owned(), is_edge, ..Kind::default() };
    let entry = kinds.entry((is_edge, kind)).or_insert_with(new);
    let side = if is_gone { &mut entry.vanish } else { &mut entry.appear };
    side.total = side.total.saturating_add(1);
    if side.examples.len() < EXAMPLES_MAX {
        side.examples.push(name());
    }
}

fn quoted(names: &BTreeMap<&NodeId, &str>, id: &NodeId) -> String {
    let name = names.get(id).copied().unwrap_or(id.as_str());
    format!("\u{201c}{name}\u{201d}")
}

async fn named(
    door: &Door,
    findings: impl ExactSizeIterator<Item = &Finding>,
) -> Result<Named, NotDone> {
    let (mut shown, total) = (Vec::new(), findings.len());
    for finding in findings.take(NAMED_MAX) {
        let item = by_fingerprint(&door.store, &finding.fingerprint.0).await?;
        let reference = item.map(|item| format!("{PREFIX}{}", item.row.number));
        let title = if finding.title.is_empty() { &finding.rule } else { &finding.title };
        shown.push((reference, title.clone()));
    }
    Ok(Named { total, shown })
}

#[cfg(test)]
mod tests {
    use countersign_access::edge::{Edge, EdgeKind};
    use countersign_access::fact::{Chunk, SourceId};
    use countersign_access::node::{Node, NodeKind};
    use jiff::Timestamp;

    use super::*;

    fn read(nodes: &[&str], edges: &[(&str, &str)]) -> Run {
        let source = SourceId::new("app");
        let id = |name: &str| NodeId::new(name).unwrap();
        let node = |name: &&str| {
            Node::new(id(name), NodeKind::Person, &name.to_uppercase(), "app", source.at(*name))
        };
        let edge = |(from, to): &(&str, &str)| {
            Edge::new(id(from), EdgeKind::MemberOf, id(to), source.at("here"))
        };
        let facts = Chunk {
            nodes: nodes.iter().map(node).collect(),
            edges: edges.iter().map(edge).collect(),
        };
        Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts }
    }

    #[test]
    fn what_would_vanish_and_what_would_appear_is_told_by_kind_with_examples() {
        let before = read(&["a", "b", "c"], &[("a", "c"), ("b", "c")]);
        let engine = Engine::build(vec![before], Vec::new());
        let (kinds, delta) = compare(&engine, read(&["a", "c", "d"], &[("a", "c"), ("d", "c")]));
        assert_eq!(delta, Delta::default());
        let told: Vec<_> = kinds
            .iter()
            .map(|it| (it.kind.as_str(), &it.vanish.examples[..], &it.appear.examples[..]))
            .collect();
        let text = |words: &str| vec![words.to_owned()];
        let nodes = (text("\u{201c}B\u{201d}"), text("\u{201c}D\u{201d}"));
        let edges = (
            text("\u{201c}B\u{201d} member of \u{201c}C\u{201d}"),
            text("\u{201c}D\u{201d} member of \u{201c}C\u{201d}"),
        );
        let wanted =
            [("person", &nodes.0[..], &nodes.1[..]), ("member_of", &edges.0[..], &edges.1[..])];
        assert_eq!(told, wanted);
    }

    #[test]
    fn an_incomplete_read_lets_nothing_vanish() {
        let engine = Engine::build(vec![read(&["a", "b"], &[("a", "b")])], Vec::new());
        let mut partial = read(&["a"], &[]);
        let (place, why) = ("b".to_owned(), "denied".to_owned());
        partial.unreadable = vec![countersign_access::fact::Unreadable { place, why }];
        assert_eq!(compare(&engine, partial).0, []);
    }
}
