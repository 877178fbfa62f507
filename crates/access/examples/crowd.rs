//! Many findings that each affect many: prints how many of those are listed, what judging took and the most
//! memory that it held, as one JSON line. Arguments: findings (default 100,000) and whom each affects
//! (default 1,000).
//! `cargo run --release -p countersign-access --example crowd -- 100000 1000`

use std::fs;
use std::io::Write as _;
use std::time::Instant;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{BadId, Node, NodeId, NodeKind};
use countersign_access::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};
use jiff::Timestamp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let findings = arguments.next().map_or(Ok(100_000), |it| it.parse())?;
    let affected = arguments.next().map_or(Ok(1_000), |it| it.parse())?;
    let run = Run {
        source: SourceId::new("generated"),
        read_at: Timestamp::UNIX_EPOCH,
        unreadable: Vec::new(),
        facts: facts(findings, affected)?,
    };
    let begun = Instant::now();
    let engine = Engine::build(vec![run], vec![pack()]);
    let seconds = begun.elapsed().as_secs_f64();
    let all = || engine.findings().values();
    let line = serde_json::json!({
        "findings": all().count(),
        "affected": all().map(|it| it.affected_total).sum::<usize>(),
        "listed": all().map(|it| it.affected.len()).sum::<usize>(),
        "seconds": seconds,
        "peak_megabytes": peak_megabytes(),
        "why_partial": engine.partial(),
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// One group of all, which is in as many roles as there are findings.
fn facts(roles: usize, people: usize) -> Result<Chunk, BadId> {
    let source = SourceId::new("generated");
    let mut facts = Chunk::default();
    let mut node = |name: &str, kind| -> Result<NodeId, BadId> {
        let id = NodeId::new(name)?;
        facts.nodes.push(Node::new(id.clone(), kind, name, "generated", source.at(name)));
        Ok(id)
    };
    let all = node("all", NodeKind::Group)?;
    let mut edges = Vec::new();
    let edge = |from: &NodeId, kind, to: &NodeId| {
        Edge::new(from.clone(), kind, to.clone(), source.at("edge"))
    };
    for at in 0..people {
        let person = node(&format!("person {at:07}"), NodeKind::Person)?;
        edges.push(edge(&person, EdgeKind::MemberOf, &all));
    }
    for at in 0..roles {
        let role = node(&format!("role {at:07}"), NodeKind::Role)?;
        let entitlement = node(&format!("entitlement {at:07}"), NodeKind::Entitlement)?;
        edges.push(edge(&all, EdgeKind::MemberOf, &role));
        edges.push(edge(&role, EdgeKind::Grants, &entitlement));
    }
    facts.edges = edges;
    Ok(facts)
}

/// One rule that asks for any entitlement.
fn pack() -> Pack {
    let side = Side { name: "any".to_owned(), need: Need::Any(vec![Selector::default()]) };
    let rule = Rule {
        id: "any".to_owned(),
        title: "Any".to_owned(),
        severity: Severity::Low,
        process: None,
        scope: Scope::default(),
        same: None,
        explanation: String::new(),
        remedy: String::new(),
        owasp_nhi: Vec::new(),
        csf: Vec::new(),
        owner: None,
        class: Class::Exposure,
        follow: Vec::new(),
        body: Body::Sides(vec![side]),
    };
    let (id, version) = ("bench".to_owned(), "1".to_owned());
    Pack { id, version, baseline: Vec::new(), rules: vec![rule] }
}

/// The most memory that the process held.
fn peak_megabytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmHWM:")).unwrap_or_default();
    let kilobytes = line.split_whitespace().nth(1).and_then(|it| it.parse::<u64>().ok());
    kilobytes.unwrap_or_default() / 1024
}
