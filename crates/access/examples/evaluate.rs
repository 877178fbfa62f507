//! Times one full evaluation of a generated organisation, then a read of everything in which one edge of
//! ten thousand is gone, a read of a source that says a hundredth of it, and one supposed edge; prints
//! one JSON line. Arguments:
//! identities (default 100,000) and rules (default 100); about ten edges an identity.
//! `cargo run --release -p countersign-access --example evaluate -- 100000 100`

use std::io::Write as _;
use std::time::Instant;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::{Delta, Edit, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::glob::Glob;
use countersign_access::node::{BadId, Node, NodeId, NodeKind};
use countersign_access::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let identities = arguments.next().map_or(Ok(100_000), |it| it.parse())?;
    let rules = arguments.next().map_or(Ok(100), |it| it.parse())?;
    let organisation = Organisation::of(identities);
    let permissions = organisation.permissions;
    let facts = organisation.draw()?;
    let edges = facts.edges.len();
    let large = Run {
        source: SourceId::new("generated"),
        read_at: Timestamp::UNIX_EPOCH,
        unreadable: Vec::new(),
        facts,
    };
    let small = second_source(identities, permissions)?;
    let mut large_later = large.clone();
    large_later.facts.edges.truncate(edges.saturating_sub(edges / 10_000));
    let mut small_later = small.clone();
    small_later.facts.edges.truncate(small.facts.edges.len().saturating_sub(10));
    let (mut engine, graph_ms) = timed(|| Engine::build(vec![large, small], Vec::new()));
    let ((), judge_ms) = timed(|| drop(engine.set_packs(vec![pack(rules, permissions)])));
    let (large, large_ms) = timed(|| engine.after(large_later));
    let (small, small_ms) = timed(|| engine.after(small_later));
    let edit = Edit { add: vec![supposed(identities)?], ..Edit::default() };
    let (would, what_if_ms) = timed(|| engine.what_if(&edit));
    let would = would?;
    let is_equal = large.0.verify().equal && small.0.verify().equal;
    let changed = |it: &Delta| it.opened.len() + it.changed.len() + it.ended.len();
    let line = serde_json::json!({
        "identities": identities,
        "edges": edges,
        "rules": rules,
        "findings": engine.findings().len(),
        "graph_ms": graph_ms,
        "judge_ms": judge_ms,
        "read_of_all_ms": large_ms,
        "read_of_all_changed": changed(&large.1),
        "read_of_a_hundredth_ms": small_ms,
        "read_of_a_hundredth_changed": changed(&small.1),
        "what_if_ms": what_if_ms,
        "what_if_changed": would.opened.len() + would.changed.len() + would.ended.len(),
        "equal_to_all_judged_anew": is_equal,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// What it comes to and how long it took, in milliseconds: of processor and by the wall.
fn timed<T>(work: impl FnOnce() -> T) -> (T, [u128; 2]) {
    let (started, cpu) = (Instant::now(), cpu_ms());
    let out = work();
    (out, [cpu_ms().saturating_sub(cpu), started.elapsed().as_millis()])
}

fn cpu_ms() -> u128 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let milliseconds = time.tv_sec.saturating_mul(1_000).saturating_add(time.tv_nsec / 1_000_000);
    u128::try_from(milliseconds).unwrap_or_default()
}

/// Another source, which says a tenth of an edge for each identity.
fn second_source(identities: usize, permissions: usize) -> Result<Run, BadId> {
    let source = SourceId::new("second");
    let mut edges = Vec::new();
    for number in (0..identities).step_by(10) {
        let permission = number * 31 % permissions;
        let (from, to) = (format!("i{number:07}"), format!("p{permission:07}"));
        let because = source.at(format!("grant {number}"));
        edges.push(Edge::new(NodeId::new(from)?, EdgeKind::Grants, NodeId::new(to)?, because));
    }
    let facts = Chunk { nodes: Vec::new(), edges };
    Ok(Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts })
}

/// One group more for one identity.
fn supposed(identities: usize) -> Result<Edge, BadId> {
    let (from, to) = (format!("i{:07}", identities / 2), format!("g{:07}", identities / 20));
    let because = SourceId::new("supposed").at("what if");
    Ok(Edge::new(NodeId::new(from)?, EdgeKind::MemberOf, NodeId::new(to)?, because))
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
