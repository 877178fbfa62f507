//! Questions within limits say what they found and which limits they met, and the blast radius is counted by
//! system and sensitivity with what nobody knows in rows of its own.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;

use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{Answer, EdgeFilter, Engine, Holder, Within};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, prop_assert, prop_assert_eq};
use proptest::proptest;

use crate::world::{facts, id};

const NODES: usize = 10;

fn drawn() -> impl Strategy<Value = Vec<(usize, usize)>> {
    vec((0..NODES, 0..NODES), 0..24)
}

fn build(edges: &[(usize, usize)]) -> Engine {
    let mut text = String::new();
    for node in 0..NODES {
        let _infallible = writeln!(text, "person n{node}");
    }
    for (from, to) in edges {
        let _infallible = writeln!(text, "n{from} impersonates n{to}");
    }
    Engine::build(vec![facts(&text)], Vec::new())
}

/// How many edges each node is away, by trying one edge more until nothing changes.
fn distances(edges: &[(usize, usize)], from: usize) -> BTreeMap<usize, usize> {
    let mut away = BTreeMap::from([(from, 0)]);
    for depth in 1..=NODES {
        let known = away.clone();
        for (source, target) in edges {
            if known.contains_key(source) {
                away.entry(*target).or_insert(depth);
            }
        }
    }
    away
}

fn ids(answer: &Answer<Holder>) -> BTreeSet<String> {
    answer.answers.iter().map(|it| it.node.id.to_string()).collect()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn what_is_near_enough_is_found_and_that_there_is_more_is_said(
        edges in drawn(),
        from in 0..NODES,
        depth in 1..6usize,
    ) {
        let engine = build(&edges);
        let within = Within { depth: Some(depth), ..Within::default() };
        let start = id(&format!("n{from}"));
        let back: Vec<(usize, usize)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
        let all = EdgeFilter::all();
        let reach = engine.reach_within(&start, &all, within).unwrap();
        let who = engine.who_can_node_within(&start, &all, within).unwrap();
        for (answer, edges) in [(&reach, &edges), (&who, &back)] {
            let away = distances(edges, from);
            let near = away.iter().filter(|(node, it)| **node != from && **it <= depth);
            let near: BTreeSet<String> = near.map(|(node, _)| format!("n{node}")).collect();
            prop_assert_eq!(answer.total, near.len());
            prop_assert_eq!(ids(answer), near);
            prop_assert_eq!(answer.partial.is_some(), away.values().any(|it| *it > depth));
        }
    }

    #[test]
    fn a_limit_on_nodes_or_on_work_leaves_what_is_true_and_is_said(
        edges in drawn(),
        from in 0..NODES,
        nodes in 1..NODES,
        work in 1..60u64,
    ) {
        let engine = build(&edges);
        let start = id(&format!("n{from}"));
        let all = EdgeFilter::all();
        let whole = engine.reach(&start, &all).unwrap();
        prop_assert!(whole.partial.is_none());
        let narrow = Within { nodes, ..Within::default() };
        let few = engine.reach_within(&start, &all, narrow).unwrap();
        prop_assert!(ids(&few).is_subset(&ids(&whole)) && few.total < nodes);
        prop_assert_eq!(few.partial.is_some(), whole.total >= nodes);
        let cost = Limits { work, ..Limits::default() };
        let cheap = engine.reach_within(&start, &all, Within { cost, ..Within::default() }).unwrap();
        prop_assert!(ids(&cheap).is_subset(&ids(&whole)));
        prop_assert!(cheap.partial.is_some() || cheap == whole);
    }
}

#[test]
fn every_question_that_is_told_to_stop_says_so() {
    let engine = build(&[(0, 1), (1, 2)]);
    let stop = Limits { should_stop: &|| true, ..Limits::default() };
    let within = Within { cost: stop, ..Within::default() };
    let (n0, all) = (id("n0"), EdgeFilter::all());
    let partial = [
        engine.reach_within(&n0, &all, within).unwrap().partial,
        engine.who_can_node_within(&n0, &all, within).unwrap().partial,
        engine.blast_within(&n0, &all, within).unwrap().answer.partial,
        engine.held_within(&n0, within).unwrap().partial,
        engine.path_within(&n0, &id("n2"), &all, within).unwrap().partial,
    ];
    assert!(partial.iter().all(|it| it.as_ref().is_some_and(|it| it.contains("a limit on"))));
}

#[test]
fn a_blast_radius_is_counted_by_system_and_sensitivity_and_unknown_is_not_none() {
    let engine = Engine::build(
        vec![facts(
            "
            person ann\n role r\n ann member_of r
            resource vault system=bank sensitivity=high\n resource desk system=bank
            resource ward system=clinic sensitivity=high\n resource yard system=clinic sensitivity
            entitlement e1 system=bank\n entitlement e2 system=bank\n entitlement e3 system=clinic
            entitlement text1 system=erp resource=payments
            entitlement text2 system=erp resource=payments sensitivity=personal
            entitlement text3 system=erp resource=vendors sensitivity=high
            e1 applies_to vault\n e2 applies_to desk\n e3 applies_to ward\n e3 applies_to yard
            r grants e1\n r grants e2\n r grants e3\n r grants text1\n r grants text2\n r grants text3
        ",
        )],
        Vec::new(),
    );
    let blast = engine.blast(&id("ann"), &EdgeFilter::all()).unwrap();
    let rows = blast.by_sensitivity.iter();
    let rows: Vec<(&str, Option<&str>, usize)> =
        rows.map(|it| (it.system.as_str(), it.sensitivity.as_deref(), it.total)).collect();
    assert_eq!(
        rows,
        [
            ("bank", Some("high"), 1),
            ("bank", None, 1),
            ("clinic", Some("high"), 1),
            ("clinic", None, 1),
            ("erp", Some("high"), 1),
            ("erp", Some("personal"), 1),
        ]
    );
    let total: usize = rows.iter().map(|it| it.2).sum();
    assert_eq!(total, blast.answer.total);
    assert_eq!(blast.by_system.values().sum::<usize>(), total);
}
