//! Small graphs and rules written as text, so that a test shows what it is about. Lines are either
//! `KIND ID [key=value ...]` or `SOURCE EDGE_KIND TARGET [key=value ...]`; days count from day zero,
//! and every run is read on day 100 unless it says otherwise.

use countersign_access::edge::{Edge, EdgeKey, EdgeKind, Missing};
use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
use countersign_access::finding::{Finding, Step};
use countersign_access::glob::Glob;
use countersign_access::node::{Node, NodeId, NodeKind, Notation};
use countersign_access::rule::{
    Body, Class, Need, Pack, Rule, Same, Scope, Selector, Severity, Side, TagTest, Where,
};
use jiff::{SignedDuration, Timestamp};

pub(crate) const READ_DAY: i64 = 100;

pub(crate) fn id(text: &str) -> NodeId {
    NodeId::new(text).unwrap()
}

pub(crate) fn day(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(24 * day)
}

pub(crate) fn key(text: &str) -> EdgeKey {
    let mut parts = text.split_whitespace();
    let mut next = || parts.next().unwrap();
    EdgeKey { source: id(next()), kind: EdgeKind::parse(next()).unwrap(), target: id(next()) }
}

/// A complete run of the source `test`.
pub(crate) fn facts(text: &str) -> Run {
    run("test", text)
}

/// A complete run.
pub(crate) fn run(source: &str, text: &str) -> Run {
    let source = SourceId::new(source);
    let mut chunk = Chunk::default();
    for (number, line) in text.lines().enumerate() {
        let mut words = line.split_whitespace();
        let Some(first) = words.next() else { continue };
        let second = words.next().unwrap();
        let because = source.at(format!("line {number}"));
        match NodeKind::parse(first) {
            Some(kind) => {
                let mut node = Node::new(id(second), kind, second, "sys", because);
                words.for_each(|word| describe(&mut node, word));
                chunk.nodes.push(node);
            }
            None => {
                let kind = EdgeKind::parse(second).unwrap_or_else(|| panic!("{line}"));
                let mut edge = Edge::new(id(first), kind, id(words.next().unwrap()), because);
                words.for_each(|word| qualify(&mut edge, word));
                chunk.edges.push(edge);
            }
        }
    }
    Run { source, read_at: day(READ_DAY), unreadable: Vec::new(), facts: chunk }
}

/// A run that did not see everything.
pub(crate) fn partial(source: &str, text: &str) -> Run {
    let unreadable = vec![Unreadable { place: "somewhere".into(), why: "denied".into() }];
    Run { unreadable, ..run(source, text) }
}

fn describe(node: &mut Node, word: &str) {
    let (name, value) = word.split_once('=').unwrap_or((word, ""));
    let days = || Some(day(value.parse().unwrap()));
    match name {
        "name" => node.name = value.into(),
        "system" => node.system = value.into(),
        "action" => node.action = Some(value.into()),
        "resource" => node.resource = Some(value.into()),
        "k8s" => {
            let (action, resource) = value.split_once(':').unwrap();
            (node.action, node.resource) = (Some(action.into()), Some(resource.into()));
            node.notation = Notation::Kubernetes;
        }
        "only" => node.resource_names.push(value.into()),
        "environment" => node.environment = Some(value.into()),
        "owner" => node.owner = Some(value.into()),
        "created" => node.created = days(),
        "last_used" => node.last_used = days(),
        "expires" => node.expires = days(),
        _ => drop(node.tags.insert(name.into(), value.into())),
    }
}

fn qualify(edge: &mut Edge, word: &str) {
    let (name, value) = word.split_once('=').unwrap();
    match name {
        "missing" => edge.missing.push(Missing { kind: value.into(), what: "?".into() }),
        "expires" => edge.expires = Some(day(value.parse().unwrap())),
        "grantor" => edge.grantor = Some(value.into()),
        _ => panic!("{word}"),
    }
}

/// `action resource` (either may be `-` for not given), or `id=X`, `tag=K` or `tag=K=V` alone.
pub(crate) fn selector(text: &str) -> Selector {
    if let Some(entitlement) = text.strip_prefix("id=") {
        return Selector { entitlement: Some(id(entitlement)), ..Selector::default() };
    }
    if let Some(tag) = text.strip_prefix("tag=") {
        return Selector { tag: Some(tag_test(tag)), ..Selector::default() };
    }
    let mut words = text.split_whitespace().map(|it| (it != "-").then(|| Glob::new(it)));
    let (action, resource) = (words.next().flatten(), words.next().flatten());
    Selector { action, resource, ..Selector::default() }
}

pub(crate) fn tag_test(text: &str) -> TagTest {
    match text.split_once('=') {
        Some((key, value)) => TagTest { key: key.into(), value: Some(value.into()) },
        None => TagTest { key: text.into(), value: None },
    }
}

fn bare(id: &str, body: Body) -> Rule {
    Rule {
        id: id.into(),
        title: format!("title of {id}"),
        severity: Severity::High,
        process: None,
        scope: Scope::default(),
        same: None,
        explanation: String::new(),
        remedy: "take one away".into(),
        owasp_nhi: Vec::new(),
        csf: Vec::new(),
        owner: None,
        class: Class::ToxicPair,
        follow: Vec::new(),
        body,
    }
}

/// One selector a side; alternatives of a side are joined by `|`, parts that are all needed by `&`.
pub(crate) fn rule(id: &str, sides: &[&str]) -> Rule {
    let side = |text: &&str| {
        let need = if text.contains('&') {
            Need::All(text.split('&').map(|it| selector(it.trim())).collect())
        } else {
            Need::Any(text.split('|').map(|it| selector(it.trim())).collect())
        };
        Side { name: (*text).into(), need }
    };
    bare(id, Body::Sides(sides.iter().map(side).collect()))
}

pub(crate) fn same(rule: Rule, same: Same) -> Rule {
    Rule { same: Some(same), ..rule }
}

pub(crate) fn hygiene(id: &str, tests: Where) -> Rule {
    bare(id, Body::Where(tests))
}

pub(crate) fn pack(rules: Vec<Rule>) -> Vec<Pack> {
    vec![Pack { id: "p".into(), version: "1".into(), baseline: Vec::new(), rules }]
}

/// The rule that most tests need: paying and approving.
pub(crate) fn pay_and_approve() -> Rule {
    rule("pay-approve", &["pay -", "approve -"])
}

pub(crate) fn engine(text: &str, rule: Rule) -> Engine {
    Engine::build(vec![facts(text)], pack(vec![rule]))
}

/// Each finding as `root <- affected affected (certainty)`, in order.
pub(crate) fn found(engine: &Engine) -> Vec<String> {
    let mut lines: Vec<String> = engine.findings().values().map(|it| line(it)).collect();
    lines.sort();
    lines
}

pub(crate) fn line(finding: &Finding) -> String {
    let affected: Vec<&str> = finding.affected.iter().map(|node| node.id.as_str()).collect();
    let certainty = serde_json::to_value(finding.certainty).unwrap();
    format!("{} <- {} ({})", finding.root_cause.id, affected.join(" "), certainty.as_str().unwrap())
}

/// A path as `a -member_of-> b`.
pub(crate) fn arrow(path: &[Step]) -> String {
    let step = |step: &Step| match step.edge {
        Some(edge) => format!(" -{edge}-> {}", step.node.id),
        None => step.node.id.to_string(),
    };
    path.iter().map(step).collect()
}

pub(crate) fn arrows(paths: &[Vec<Step>]) -> Vec<String> {
    paths.iter().map(|path| arrow(path)).collect()
}
