//! Times one full evaluation of a generated organisation, then a read in which one edge of ten thousand
//! is gone, and prints one JSON line. Arguments:
//! identities (default 100,000) and rules (default 100); about ten edges an identity.
//! `cargo run --release -p countersign-access --example evaluate -- 100000 100`

use std::io::Write as _;
use std::time::Instant;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::glob::Glob;
use countersign_access::node::{BadId, Node, NodeId, NodeKind};
use countersign_access::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};
use jiff::Timestamp;

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let identities = arguments.next().map_or(Ok(100_000), |it| it.parse())?;
    let rules = arguments.next().map_or(Ok(100), |it| it.parse())?;
    let organisation = Organisation::of(identities);
    let permissions = organisation.permissions;
    let facts = organisation.draw()?;
    let edges = facts.edges.len();
    let (source, read_at) = (SourceId::new("generated"), Timestamp::UNIX_EPOCH);
    let run = Run { source, read_at, unreadable: Vec::new(), facts };
    let mut later = run.clone();
    later.facts.edges.truncate(edges.saturating_sub(edges / 10_000));
    let packs = vec![pack(rules, permissions)];
    let started = Instant::now();
    let mut engine = Engine::build(vec![run], Vec::new());
    let graph_ms = started.elapsed().as_millis();
    let started = Instant::now();
    engine.set_packs(packs);
    let judge_ms = started.elapsed().as_millis();
    let started = Instant::now();
    let (next, delta) = engine.after(later);
    let after_ms = started.elapsed().as_millis();
    let is_equal = next.verify().equal;
    let changed = delta.opened.len() + delta.changed.len() + delta.ended.len();
    let top = engine.findings().values().max_by_key(|it| it.affected_total);
    let widest = top.and_then(|it| it.affected.first());
    let started = Instant::now();
    let reach = widest.map(|it| engine.blast(&it.id, &EdgeFilter::all())).transpose()?;
    let blast_us = started.elapsed().as_micros();
    let line = format!(
        r#"{{"identities":{identities},"edges":{edges},"rules":{rules},"findings":{},"affected_most":{},"graph_ms":{graph_ms},"judge_ms":{judge_ms},"after_ms":{after_ms},"after_changed":{changed},"after_equal":{is_equal},"blast":{},"blast_us":{blast_us}}}"#,
        engine.findings().len(),
        top.map_or(0, |it| it.affected_total),
        reach.map_or(0, |it| it.answer.total),
    );
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// How many of what, and where the dice stand.
struct Organisation {
    identities: usize,
    groups: usize,
    roles: usize,
    permissions: usize,
    dice: u64,
    source: SourceId,
    facts: Chunk,
}

impl Organisation {
    fn of(identities: usize) -> Self {
        Self {
            identities,
            groups: identities / 8 + 1,
            roles: identities / 16 + 1,
            permissions: identities / 5 + 1,
            dice: 42,
            source: SourceId::new("generated"),
            facts: Chunk::default(),
        }
    }

    fn draw(mut self) -> Result<Chunk, BadId> {
        for number in 0..self.identities {
            let kind = if number % 38 == 0 { NodeKind::Person } else { NodeKind::ServiceAccount };
            self.node(kind, "i", number)?;
        }
        for number in 0..self.groups {
            self.node(NodeKind::Group, "g", number)?;
        }
        for number in 0..self.roles {
            self.node(NodeKind::Role, "r", number)?;
        }
        for number in 0..self.permissions {
            self.node(NodeKind::Entitlement, "p", number)?;
            self.edges(("p", number, 1), EdgeKind::AppliesTo, "o", self.permissions)?;
            self.node(NodeKind::Resource, "o", number)?;
        }
        for number in 0..self.identities {
            self.edges(("i", number, 7), EdgeKind::MemberOf, "g", self.groups)?;
            self.edges(("i", number, 1), EdgeKind::MemberOf, "r", self.roles)?;
        }
        for number in 0..self.groups {
            self.edges(("g", number, 2), EdgeKind::MemberOf, "r", self.roles)?;
        }
        for number in 0..self.roles {
            self.edges(("r", number, 20), EdgeKind::Grants, "p", self.permissions)?;
        }
        Ok(self.facts)
    }

    fn node(&mut self, kind: NodeKind, letter: &str, number: usize) -> Result<(), BadId> {
        let name = format!("{letter}{number:07}");
        let because = self.source.at(name.as_str());
        let mut node = Node::new(NodeId::new(&name)?, kind, &name, "generated", because);
        if kind == NodeKind::Entitlement {
            node.action = Some(name);
        }
        self.facts.nodes.push(node);
        Ok(())
    }

    /// Most targets lie near, in proportion to where the source lies; one in eight anywhere.
    fn edges(
        &mut self,
        (letter, number, count): (&str, usize, usize),
        kind: EdgeKind,
        to: &str,
        targets: usize,
    ) -> Result<(), BadId> {
        let all = match letter {
            "i" => self.identities,
            "g" => self.groups,
            "r" => self.roles,
            _ => self.permissions,
        };
        for _ in 0..count {
            let near = (number * targets / all + self.roll(40)) % targets;
            let target = if self.roll(8) == 0 { self.roll(targets) } else { near };
            let from = NodeId::new(format!("{letter}{number:07}"))?;
            let because = self.source.at(format!("{letter}{number}:{target}"));
            let target = NodeId::new(format!("{to}{target:07}"))?;
            self.facts.edges.push(Edge::new(from, kind, target, because));
        }
        Ok(())
    }

    /// splitmix64.
    fn roll(&mut self, below: usize) -> usize {
        self.dice = self.dice.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.dice;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        usize::try_from((mixed ^ (mixed >> 31)) >> 33).unwrap_or_default() % below.max(1)
    }
}

/// Rules of two sides of six neighbouring permissions each.
fn pack(rules: usize, permissions: usize) -> Pack {
    let rule = |number: usize| {
        let side = |shift: usize| {
            let first = (number * 7_919 + shift) % permissions;
            let selector = |at: usize| Selector {
                action: Some(Glob::new(&format!("p{:07}", (first + at) % permissions))),
                ..Selector::default()
            };
            Side { name: format!("side {shift}"), need: Need::Any((0..6).map(selector).collect()) }
        };
        Rule {
            id: format!("rule-{number}"),
            title: "two powers".to_owned(),
            severity: Severity::High,
            process: None,
            scope: Scope::default(),
            same: None,
            explanation: String::new(),
            remedy: String::new(),
            owasp_nhi: Vec::new(),
            csf: Vec::new(),
            owner: None,
            class: Class::ToxicPair,
            follow: Vec::new(),
            body: Body::Sides(vec![side(0), side(30)]),
        }
    };
    let rules = (0..rules).map(rule).collect();
    Pack { id: "generated".to_owned(), version: "1".to_owned(), baseline: Vec::new(), rules }
}
