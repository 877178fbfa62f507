//! A change judges anew only what it can have touched, and finds what judging everything finds: held
//! after every step of long random histories of nodes, edges and rules.

use std::collections::BTreeMap;
use std::sync::Arc;

use countersign_access::edge::{Edge, EdgeKind, Missing};
use countersign_access::engine::{Edit, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{Node, NodeKind};
use countersign_access::rule::{Pack, Rule, Same, Scope, Where};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof};
use proptest::proptest;

use crate::world::{day, hygiene, id, pack, rule, same};

const KINDS: [NodeKind; 14] = [
    NodeKind::Person,
    NodeKind::ServiceAccount,
    NodeKind::Account,
    NodeKind::AiAgent,
    NodeKind::Group,
    NodeKind::Group,
    NodeKind::Role,
    NodeKind::Role,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Resource,
    NodeKind::Resource,
];

/// One step: what one of the three sources says otherwise from now on.
#[derive(Debug, Clone)]
enum Step {
    Edge(usize, (usize, usize, usize), u8),
    NoEdge(usize, usize),
    Node(usize, usize, u8),
    NoNode(usize, usize),
    Later(usize),
    Forget(usize),
    Rules(u8),
}

/// Any edge; half of them are of a few, so that several sources say the same one.
fn ends() -> impl Strategy<Value = (usize, usize, usize)> {
    let place = 0..KINDS.len();
    prop_oneof![
        (place.clone(), place, 0..EdgeKind::ALL.len()),
        (prop_oneof![Just(0), Just(6)], prop_oneof![Just(6), Just(8), Just(11)], 0..1usize),
    ]
}

fn step() -> impl Strategy<Value = Step> {
    let (source, place) = (0..3usize, 0..KINDS.len());
    prop_oneof![
        6 => (source.clone(), ends(), 0..8u8)
            .prop_map(|(source, edge, quality)| Step::Edge(source, edge, quality)),
        3 => (source.clone(), 0..40usize).prop_map(|(source, at)| Step::NoEdge(source, at)),
        2 => (source.clone(), place.clone(), 0..12u8)
            .prop_map(|(source, place, look)| Step::Node(source, place, look)),
        1 => (source.clone(), place).prop_map(|(source, place)| Step::NoNode(source, place)),
        1 => source.clone().prop_map(Step::Later),
        1 => source.prop_map(Step::Forget),
        1 => (0..16u8).prop_map(Step::Rules),
    ]
}

fn name(place: usize) -> String {
    format!("n{place:02}")
}

fn node(place: usize, look: u8, source: &SourceId) -> Node {
    let kind = KINDS[place];
    let mut node = Node::new(id(&name(place)), kind, &name(place), "sys", source.at("node"));
    match kind {
        NodeKind::Entitlement => {
            let action = ["pay", "approve", "ship", "pay"][(place + usize::from(look)) % 4];
            node.action = Some(action.to_owned());
            if look.is_multiple_of(3) {
                node.tags.insert("namespace".to_owned(), format!("n{}", look % 2));
            }
        }
        NodeKind::Resource => {
            node.tags.insert("namespace".to_owned(), format!("n{}", look % 3));
        }
        _ => {
            node.owner = (look > 5).then(|| "somebody".to_owned());
            node.environment = (look % 2 == 1).then(|| "production".to_owned());
            node.expires = (look == 7).then(|| day(50));
        }
    }
    node
}

fn edge(source: &SourceId, (from, to, kind): (usize, usize, usize), quality: u8) -> Edge {
    let mut edge =
        Edge::new(id(&name(from)), EdgeKind::ALL[kind], id(&name(to)), source.at("edge"));
    match quality {
        0 => edge.missing.push(Missing { kind: "condition".into(), what: "?".into() }),
        1 => edge.expires = Some(day(101)),
        _ => {}
    }
    edge
}

/// Some of the rules there are, by the bits of a number.
fn rules(some: u8) -> Vec<Pack> {
    let in_production = Scope {
        environment: Some(countersign_access::glob::Glob::new("prod*")),
        ..Scope::default()
    };
    let unowned =
        Where { kinds: vec![NodeKind::ServiceAccount], owned: Some(false), ..Where::default() };
    let all: [Rule; 4] = [
        same(rule("pay-approve", &["pay -", "approve -"]), Same::Namespace),
        Rule { scope: in_production, ..rule("pay-ship", &["p*y -", "ship -"]) },
        Rule { follow: vec![EdgeKind::Controls], ..rule("ship", &["ship - | id=n09"]) },
        hygiene("unowned", unowned),
    ];
    let chosen = all.into_iter().enumerate().filter(|(at, _)| some >> at & 1 == 1);
    pack(chosen.map(|(_, rule)| rule).collect())
}

fn start(source: &str) -> Run {
    let source = SourceId::new(source);
    let nodes = (0..KINDS.len()).map(|place| node(place, 0, &source)).collect();
    Run {
        source,
        read_at: day(100),
        unreadable: Vec::new(),
        facts: Chunk { nodes, edges: Vec::new() },
    }
}

fn nothing(source: &str) -> Run {
    Run { facts: Chunk::default(), ..start(source) }
}

fn take(run: &mut Run, step: &Step) {
    let source = run.source.clone();
    match step {
        Step::Edge(_, ends, quality) => run.facts.edges.push(edge(&source, *ends, *quality)),
        Step::NoEdge(_, at) => {
            if let Some(last) = run.facts.edges.len().checked_sub(1) {
                run.facts.edges.swap_remove(*at % (last + 1));
            }
        }
        Step::Node(_, place, look) => {
            let known = node(*place, *look, &source);
            run.facts.nodes.retain(|it| it.id != known.id);
            run.facts.nodes.push(known);
        }
        Step::NoNode(_, place) => run.facts.nodes.retain(|it| it.id != id(&name(*place))),
        Step::Later(_) | Step::Forget(_) | Step::Rules(_) => {
            run.read_at += jiff::SignedDuration::from_hours(24);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 96, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn after_every_step_of_a_long_history_all_is_as_if_built_and_judged_anew(
        steps in vec(step(), 1..60),
    ) {
        let mut runs: BTreeMap<usize, Run> = ["a", "b"].map(start).into_iter().enumerate().collect();
        let mut packs = rules(u8::MAX);
        let mut engine = Engine::build(runs.values().cloned().collect(), packs.clone());
        for step in &steps {
            match step {
                Step::Rules(some) => {
                    packs = rules(*some);
                    engine.set_packs(packs.clone());
                }
                Step::Forget(source) => {
                    if let Some(run) = runs.remove(source) {
                        engine.remove_source(&run.source);
                    }
                }
                Step::Edge(source, ..)
                | Step::NoEdge(source, _)
                | Step::Node(source, ..)
                | Step::NoNode(source, _)
                | Step::Later(source) => {
                    // The third knows few nodes, so that edges lose and find their ends.
                    let run = runs.entry(*source).or_insert_with(|| nothing(["a", "b", "c"][*source]));
                    take(run, step);
                    engine.apply(run.clone());
                }
            }
            let anew = Engine::build(runs.values().cloned().collect(), packs.clone());
            prop_assert_eq!(engine.findings(), anew.findings(), "after {:?}", step);
            prop_assert_eq!(engine.partial(), anew.partial());
            prop_assert_eq!(engine.dangling(), anew.dangling());
            prop_assert_eq!(engine.stats(), anew.stats());
            let verified = engine.verify();
            prop_assert!(verified.equal, "{:?} after {:?}", verified.first_difference, step);
        }
    }

    #[test]
    fn what_would_be_is_what_is_once_the_sources_say_so(
        before in vec(step(), 1..60),
        added in vec((ends(), 0..8u8), 0..4),
        removed in vec((0..3usize, 0..40usize), 0..4),
    ) {
        let mut runs = ["a", "b", "c"].map(start);
        for step in &before {
            if let Step::Edge(source, ..) | Step::NoEdge(source, _) | Step::Node(source, ..) = step {
                take(&mut runs[*source], step);
            }
        }
        let engine = Engine::build(runs.to_vec(), rules(u8::MAX));
        let supposed = nothing("supposed");
        let add = added.iter().map(|(ends, quality)| edge(&supposed.source, *ends, *quality));
        let mut edit = Edit { add: add.collect(), ..Edit::default() };
        for (source, at) in removed {
            let edges = &runs[source].facts.edges;
            edit.remove.extend(edges.get(at % edges.len().max(1)).map(|edge| edge.key.clone()));
        }
        let would = engine.what_if(&edit).unwrap();
        let mut then = runs.to_vec();
        for run in &mut then {
            run.facts.edges.retain(|edge| !edit.remove.contains(&edge.key));
        }
        let facts = Chunk { nodes: Vec::new(), edges: edit.add };
        then.push(Run { facts, read_at: jiff::Timestamp::MIN, ..supposed });
        let then = Engine::build(then, rules(u8::MAX));
        let mut found = engine.findings().clone();
        for ended in &would.ended {
            prop_assert!(found.remove(&ended.fingerprint).is_some());
        }
        let changed = would.changed.iter().map(|it| &it.finding);
        for finding in would.opened.iter().chain(changed) {
            found.insert(finding.fingerprint.clone(), Arc::new(finding.clone()));
        }
        prop_assert_eq!(&found, then.findings());
    }
}

/// Two tills that have nothing to do with each other.
const TILLS: &str = "
    person ann
    role clerk
    entitlement pay action=pay
    entitlement approve action=approve
    person bob
    role shipper
    entitlement pack action=pack
    entitlement ship action=ship
    ann member_of clerk
    clerk grants pay
    clerk grants approve
    bob member_of shipper
    shipper grants pack
    shipper grants ship
";

#[test]
fn what_nothing_touched_is_the_very_same_finding_and_what_was_touched_is_judged_anew() {
    let packs = || {
        pack(vec![
            rule("pay-approve", &["pay -", "approve -"]),
            rule("pack-ship", &["pack -", "ship -"]),
        ])
    };
    let mut engine = Engine::build(vec![crate::world::facts(TILLS)], packs());
    let of = |engine: &Engine, rule: &str| {
        let found = engine.findings().values().find(|it| it.rule == rule);
        Arc::clone(found.unwrap())
    };
    let [before, other] = ["pay-approve", "pack-ship"].map(|rule| of(&engine, rule));
    let more = format!("{TILLS}\nperson zoe\nzoe member_of shipper");
    let delta = engine.apply(crate::world::facts(&more));
    assert_eq!((delta.opened.len(), delta.changed.len(), delta.ended.len()), (0, 1, 0));
    assert!(Arc::ptr_eq(&before, &of(&engine, "pay-approve")));
    let now = of(&engine, "pack-ship");
    assert_eq!((other.affected_total, now.affected_total), (1, 2));
}
