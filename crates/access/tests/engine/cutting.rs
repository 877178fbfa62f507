//! Which edges clear which findings, against taking every edge away and judging anew.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{Edge, EdgeKey, EdgeKind, Missing};
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{Cut, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::finding::{AFFECTED_MAX, Finding, Fingerprint};
use countersign_access::glob::Glob;
use countersign_access::node::{Node, NodeKind};
use countersign_access::rule::{Pack, Rule, Same, Scope, Where};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof};
use proptest::proptest;
use proptest::test_runner::TestCaseError;

use crate::world::{day, hygiene, id, pay_and_approve, rule, same};

/// Those that begin with `d-` are defaults of the platform to one of two packs.
const NODES: [(&str, NodeKind); 17] = [
    ("ann", NodeKind::Person),
    ("bob", NodeKind::Person),
    ("d-eve", NodeKind::ServiceAccount),
    ("bot", NodeKind::AiAgent),
    ("acc", NodeKind::Account),
    ("d-acc", NodeKind::Account),
    ("team", NodeKind::Group),
    ("d-all", NodeKind::Group),
    ("low", NodeKind::Role),
    ("mid", NodeKind::Role),
    ("d-top", NodeKind::Role),
    ("box", NodeKind::Resource),
    ("host", NodeKind::Resource),
    ("pay-1", NodeKind::Entitlement),
    ("pay-2", NodeKind::Entitlement),
    ("approve-1", NodeKind::Entitlement),
    ("approve-2", NodeKind::Entitlement),
];

/// By place: who gains, from whom, how, and what is wrong with it.
type Drawn = (usize, usize, EdgeKind, u8);

/// Three of four lead from the front of the list to its back, so that many things are reached.
fn drawn() -> impl Strategy<Value = Drawn> {
    let kind = prop_oneof![
        4 => Just(EdgeKind::MemberOf),
        4 => Just(EdgeKind::Grants),
        2 => Just(EdgeKind::IsAccountOf),
        1 => (0..EdgeKind::ALL.len()).prop_map(|at| EdgeKind::ALL[at]),
    ];
    let ends = (0..NODES.len(), 0..NODES.len(), 0..4u8);
    (ends, kind, 0..16u8).prop_map(|((a, b, how), kind, quality)| {
        let (from, to) = if how > 0 { (a.min(b), a.max(b)) } else { (a, b) };
        // What a permission applies to is what it is; it is tried apart.
        let is_meaning = kind == EdgeKind::AppliesTo && NODES[from].1 == NodeKind::Entitlement;
        let kind = if is_meaning { EdgeKind::Grants } else { kind };
        (from, to, kind, quality)
    })
}

fn graph() -> impl Strategy<Value = Vec<Drawn>> {
    vec(drawn(), 8..40)
}

fn node(place: usize, source: &SourceId) -> Node {
    let (name, kind) = NODES[place];
    let mut node = Node::new(id(name), kind, name, "sys", source.at("node"));
    if let Some((action, number)) = name.split_once('-').filter(|_| kind == NodeKind::Entitlement) {
        node.action = Some(action.into());
        let namespace = if action == "pay" { ["*", "n1"] } else { ["n1", "n2"] };
        let namespace = namespace[usize::from(number == "2")];
        node.tags.insert("namespace".into(), namespace.into());
    }
    node
}

fn edge(source: &SourceId, (from, to, kind, quality): Drawn) -> Edge {
    let because = source.at(format!("{from} {kind} {to} {quality}"));
    let (from, to) = if kind == EdgeKind::IsAccountOf { (to, from) } else { (from, to) };
    let mut edge = Edge::new(id(NODES[from].0), kind, id(NODES[to].0), because);
    match quality {
        0..3 => edge.missing.push(Missing { kind: "condition".into(), what: "?".into() }),
        3 => edge.expires = Some(day(1)),
        _ => {}
    }
    edge
}

/// Both permissions to pay apply to a resource from which access may go on.
fn facts(edges: &[Drawn]) -> Run {
    let source = SourceId::new("a");
    let mut chunk = Chunk {
        nodes: (0..NODES.len()).map(|place| node(place, &source)).collect(),
        edges: edges.iter().map(|it| edge(&source, *it)).collect(),
    };
    for number in [13, 14] {
        chunk.edges.push(edge(&source, (number, number - 2, EdgeKind::AppliesTo, 15)));
    }
    Run { source, read_at: day(100), unreadable: Vec::new(), facts: chunk }
}

fn packs() -> Vec<Pack> {
    let pack = |id: &str, baseline: Vec<Glob>, rules: Vec<Rule>| {
        let version = "1".into();
        let rules = rules.into_iter().map(|it| Rule { id: format!("{id}-{}", it.id), ..it });
        Pack { id: id.into(), version, baseline, rules: rules.collect() }
    };
    let people = Scope { kinds: vec![NodeKind::Person, NodeKind::Account], ..Scope::default() };
    let follow = vec![EdgeKind::Controls, EdgeKind::UsesTool];
    let rules = vec![
        pay_and_approve(),
        same(Rule { id: "same".into(), ..pay_and_approve() }, Same::Namespace),
        Rule { id: "people".into(), scope: people, ..pay_and_approve() },
        Rule { follow, ..rule("three", &["id=pay-1", "id=approve-1|id=approve-2", "approve -"]) },
    ];
    vec![pack("plain", Vec::new(), rules.clone()), pack("k", vec![Glob::new("d-*")], rules)]
}

fn without(run: &Run, gone: &EdgeKey) -> Run {
    let mut run = run.clone();
    run.facts.edges.retain(|edge| edge.key != *gone);
    run
}

/// Its rule finds neither its root cause nor any of those whom it affects.
fn is_cleared(finding: &Finding, left: &Engine) -> bool {
    left.findings().values().filter(|other| other.rule == finding.rule).all(|other| {
        other.root_cause.id != finding.root_cause.id
            && !other.affected.iter().any(|it| finding.affected.contains(it))
    })
}

fn is_cuttable(key: &EdgeKey) -> bool {
    key.kind != EdgeKind::AppliesTo || !key.source.as_str().starts_with("pay-")
}

/// By edge that somebody can take away, what it clears: each is taken away and all is judged anew.
fn by_trial(run: &Run, engine: &Engine) -> BTreeMap<EdgeKey, BTreeSet<Fingerprint>> {
    let keys: BTreeSet<&EdgeKey> = run.facts.edges.iter().map(|edge| &edge.key).collect();
    let keys = keys
        .into_iter()
        .filter(|key| key.kind != EdgeKind::AppliesTo || !key.source.as_str().starts_with("pay-"));
    let cleared = keys.map(|key| {
        let left = Engine::build(vec![without(run, key)], packs());
        let cleared = engine.findings().values().filter(|it| is_cleared(it, &left));
        (key.clone(), cleared.map(|it| it.fingerprint.clone()).collect())
    });
    cleared.filter(|(_, cleared): &(_, BTreeSet<_>)| !cleared.is_empty()).collect()
}

fn clears(cut: Cut) -> BTreeMap<EdgeKey, usize> {
    cut.edges.into_iter().map(|it| (it.edge, it.clears)).collect()
}

/// As [`by_trial`], for all findings together and for each alone.
fn are_as_tried(edges: &[Drawn]) -> Result<(), TestCaseError> {
    let run = facts(edges);
    let engine = Engine::build(vec![run.clone()], packs());
    let tried = by_trial(&run, &engine);
    let cut = engine.cut_all(1_000);
    prop_assert!(cut.exact);
    let wanted = tried.iter().map(|(edge, cleared)| (edge.clone(), cleared.len())).collect();
    prop_assert_eq!(clears(cut), wanted);
    for fingerprint in engine.findings().keys() {
        let cut = engine.cut(fingerprint).unwrap();
        prop_assert!(cut.exact);
        let of_it = tried.iter().filter(|(_, cleared)| cleared.contains(fingerprint));
        let wanted = of_it.map(|(edge, cleared)| (edge.clone(), cleared.len())).collect();
        prop_assert_eq!(clears(cut), wanted);
    }
    Ok(())
}

/// The role has a proven pair below it, in what a default has, and a potential one of its own, to which
/// a default comes by a potential way: it is the default's root cause by the potential pair alone.
#[test]
fn what_makes_a_root_cause_is_tried_where_only_the_way_to_it_is_potential() {
    let (member, controls) = (EdgeKind::MemberOf, EdgeKind::Controls);
    let of_eve = [(9, 2, member, 4), (2, 13, member, 4), (2, 15, member, 4)];
    let way = [(6, 9, member, 4), (5, 6, controls, 0)];
    are_as_tried(&[&of_eve[..], &way, &[(9, 16, member, 0)]].concat()).unwrap();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 120, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn an_edge_clears_what_is_gone_when_all_is_judged_without_it(edges in graph()) {
        are_as_tried(&edges)?;
    }

    #[test]
    fn a_set_clears_what_was_chosen_and_no_smaller_one_does_where_that_is_said(
        edges in graph(),
        chosen in vec(0..64usize, 1..3),
    ) {
        let run = facts(&edges);
        let engine = Engine::build(vec![run.clone()], packs());
        let findings: Vec<&Finding> = engine.findings().values().map(AsRef::as_ref).collect();
        let chosen = chosen.into_iter().filter_map(|at| findings.get(at % findings.len().max(1)));
        let chosen: BTreeMap<Fingerprint, &Finding> =
            chosen.map(|it| (it.fingerprint.clone(), *it)).collect();
        let names = chosen.keys().cloned().collect();
        let set = engine.cut_set(&names, Limits::default()).unwrap();
        prop_assert!(chosen.is_empty() || set.clears);
        prop_assert!(!set.is_exact || set.at_least == set.edges.len() as u64);
        let clears = |gone: &[&EdgeKey]| {
            let mut run = run.clone();
            run.facts.edges.retain(|edge| !gone.contains(&&edge.key));
            let left = Engine::build(vec![run], packs());
            chosen.values().all(|it| is_cleared(it, &left))
        };
        prop_assert!(clears(&set.edges.iter().collect::<Vec<_>>()), "{:?}", set.edges);
        let keys: BTreeSet<&EdgeKey> = run.facts.edges.iter().map(|edge| &edge.key).collect();
        let keys: Vec<&EdgeKey> = keys.into_iter().filter(|key| is_cuttable(key)).collect();
        for (at, one) in keys.iter().enumerate() {
            prop_assert!(set.at_least < 2 || !clears(&[*one]), "{} alone", one);
            for other in keys.iter().skip(at + 1).filter(|_| set.at_least == 3) {
                prop_assert!(!clears(&[*one, *other]), "{} and {}", one, other);
            }
        }
    }

    #[test]
    fn the_best_are_the_first_of_all(edges in graph(), top in 0..6usize) {
        let engine = Engine::build(vec![facts(&edges)], packs());
        let mut all = engine.cut_all(1_000).edges;
        all.truncate(top);
        prop_assert_eq!(engine.cut_all(top).edges, all);
    }

    #[test]
    fn what_a_limit_cut_off_says_so_and_never_too_much(edges in graph(), work in 0..400u64) {
        let engine = Engine::build(vec![facts(&edges)], packs());
        let whole = clears(engine.cut_all(1_000));
        let cut = engine.cut_all_within(1_000, Limits { work, ..Limits::default() });
        let exact = cut.exact;
        let found = clears(cut);
        prop_assert!(found.iter().all(|(edge, clears)| whole.get(edge) >= Some(clears)));
        prop_assert!(!exact || found == whole);
        let stopped = Limits { should_stop: &|| true, ..Limits::default() };
        let cut = engine.cut_all_within(1_000, stopped);
        prop_assert_eq!((cut.exact, cut.edges.len()), (engine.findings().is_empty(), 0));
    }
}

/// A permission on a thing that may assume a role.
#[test]
fn to_what_a_permission_applies_is_nothing_that_can_be_taken_away() {
    let text = "person ann\n role low\n resource box\n entitlement use action=use\n
                entitlement pay action=pay\n entitlement approve action=approve\n
                ann grants use\n use applies_to box\n box assumes low\n low grants pay\n
                low grants approve";
    let engine = crate::world::engine(text, pay_and_approve());
    let named: Vec<String> =
        engine.cut_all(10).edges.iter().map(|it| it.edge.to_string()).collect();
    let wanted = ["ann,grants,use", "box,assumes,low", "low,grants,approve", "low,grants,pay"];
    assert_eq!(named, wanted);
}

#[test]
fn whom_a_finding_does_not_name_is_counted_too() {
    let mut text = String::from(
        "entitlement pay action=pay\n entitlement approve action=approve\n group all\n role low\n
         all member_of low\n low grants pay\n low grants approve\n",
    );
    for number in 0..AFFECTED_MAX {
        text.push_str(&format!("person p{number}\n p{number} member_of all\n"));
    }
    text.push_str("person z\n z member_of low\n");
    let engine = crate::world::engine(&text, pay_and_approve());
    let finding = engine.findings().values().next().unwrap();
    assert!(finding.affected_total > finding.affected.len());
    let cut = engine.cut(&finding.fingerprint).unwrap();
    let named: Vec<String> = cut.edges.iter().map(|it| it.edge.to_string()).collect();
    assert_eq!(
        (named, cut.exact),
        (vec!["low,grants,approve".into(), "low,grants,pay".into()], true)
    );
}

fn set_of(engine: &Engine) -> (Vec<String>, bool, u64, bool) {
    let all = engine.findings().keys().cloned().collect();
    let set = engine.cut_set(&all, Limits::default()).unwrap();
    let edges = set.edges.iter().map(ToString::to_string).collect();
    (edges, set.clears, set.at_least, set.is_exact)
}

#[test]
fn where_no_single_edge_is_enough_the_fewest_are_named_together() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                role a\n role b\n role c\n ann member_of a\n ann member_of b\n ann member_of c\n
                a grants pay\n b grants pay\n a grants approve\n b grants approve\n
                c grants approve";
    let engine = crate::world::engine(text, pay_and_approve());
    let (edges, clears, at_least, is_exact) = set_of(&engine);
    assert_eq!((edges.len(), clears, at_least, is_exact), (2, true, 2, true), "{edges:?}");
}

/// What breaks the default's access may be more than clears it; what the person needs is proven.
#[test]
fn of_findings_that_affect_a_default_what_the_others_need_is_proven() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                service_account d-eve\n group a\n group b\n role low\n ann member_of a\n
                ann member_of b\n a member_of low\n b member_of low\n d-eve member_of low\n
                low grants pay\n low grants approve\n a grants pay\n b grants approve";
    let mut packs = crate::world::pack(vec![pay_and_approve()]);
    packs[0].baseline = vec![Glob::new("d-*")];
    let engine = Engine::build(vec![crate::world::facts(text)], packs);
    let (edges, clears, at_least, _) = set_of(&engine);
    assert!(clears && at_least == 2, "{edges:?} {at_least}");
}

#[test]
fn an_account_is_not_cleared_by_forgetting_whose_it_is() {
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                account acc\n acc is_account_of ann\n acc grants pay\n acc grants pay\n
                acc holds pay\n acc grants approve\n acc holds approve";
    let engine = crate::world::engine(text, pay_and_approve());
    let (edges, clears, _, _) = set_of(&engine);
    assert_eq!((edges.len(), clears), (2, true));
    assert!(edges.iter().all(|edge| edge.starts_with("acc,") && !edge.contains("is_account_of")));
    assert!(engine.cut_all(10).edges.is_empty());
}

#[test]
fn what_is_wrong_with_one_node_is_mended_by_no_edges_and_a_limit_says_that_nobody_knows() {
    let alone = hygiene("h", Where { kinds: vec![NodeKind::Person], ..Where::default() });
    let engine = crate::world::engine("person ann", alone);
    assert_eq!(set_of(&engine), (Vec::new(), false, 1, true));
    let text = "entitlement pay action=pay\n entitlement approve action=approve\n person ann\n
                ann grants pay\n ann grants approve";
    let engine = crate::world::engine(text, pay_and_approve());
    let all = engine.findings().keys().cloned().collect();
    let set = engine.cut_set(&all, Limits { work: 0, ..Limits::default() }).unwrap();
    assert_eq!((set.edges.len(), set.clears, set.is_exact), (0, false, false));
    let unknown = BTreeSet::from([Fingerprint("0".into())]);
    assert!(engine.cut_set(&unknown, Limits::default()).is_err());
}
