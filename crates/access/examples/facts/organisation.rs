//! An organisation with ids and names as texts, drawn from a seed, and rules about it.

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::{Chunk, SourceId};
use countersign_access::glob::Glob;
use countersign_access::node::{BadId, Node, NodeId, NodeKind};
use countersign_access::rule::{Body, Class, Need, Pack, Rule, Scope, Selector, Severity, Side};

/// How many of what, and where the dice stand.
pub(crate) struct Organisation {
    identities: usize,
    groups: usize,
    roles: usize,
    pub(crate) permissions: usize,
    dice: u64,
    source: SourceId,
    facts: Chunk,
}

impl Organisation {
    /// Of so many identities; about ten edges each.
    pub(crate) fn of(identities: usize) -> Self {
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

    /// All that the one source `generated` says.
    pub(crate) fn draw(mut self) -> Result<Chunk, BadId> {
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
pub(crate) fn pack(rules: usize, permissions: usize) -> Pack {
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
