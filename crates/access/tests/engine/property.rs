//! Laws that hold on any graph, tried on random ones.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{Edge, EdgeKey, EdgeKind, Missing};
use countersign_access::engine::{EdgeFilter, Edit, Engine};
use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
use countersign_access::finding::{Certainty, Finding, Fingerprint};
use countersign_access::node::{Node, NodeKind};
use countersign_access::rule::{Pack, Same};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq};
use proptest::proptest;

use crate::oracle::{NAMESPACES, Naive};
use crate::world::{day, found, id, pack, pay_and_approve, same};

const KINDS: [NodeKind; 12] = [
    NodeKind::Person,
    NodeKind::Group,
    NodeKind::Role,
    NodeKind::Account,
    NodeKind::AiAgent,
    NodeKind::Role,
    NodeKind::Group,
    NodeKind::Role,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
];

/// A fact about an edge, small enough to be drawn at random: ends, kind, and what is wrong with it.
type Drawn = (usize, usize, usize, u8);

fn drawn() -> impl Strategy<Value = Drawn> {
    (0..KINDS.len() + 1, 0..KINDS.len() + 1, 0..EdgeKind::ALL.len(), 0..8u8)
}

fn graph() -> impl Strategy<Value = Vec<Drawn>> {
    vec(drawn(), 4..36)
}

/// Node twelve is named by edges only, so that some dangle.
fn name(place: usize) -> String {
    format!("n{place:02}")
}

fn node(place: usize, source: &SourceId) -> Node {
    let kind = KINDS[place];
    let mut node = Node::new(id(&name(place)), kind, &name(place), "sys", source.at("node"));
    if kind == NodeKind::Entitlement {
        node.action = Some(if place.is_multiple_of(2) { "pay" } else { "approve" }.into());
        let namespace = ["*", "n1", "n2", "n1"][place % 4];
        node.tags.insert("namespace".into(), namespace.into());
    }
    node
}

fn edge(source: &SourceId, (from, to, kind, quality): Drawn) -> Edge {
    let because = source.at(format!("{from} {kind} {to} {quality}"));
    let mut edge = Edge::new(id(&name(from)), EdgeKind::ALL[kind], id(&name(to)), because);
    if quality == 0 {
        edge.missing.push(Missing { kind: "condition".into(), what: "?".into() });
    }
    if quality == 1 {
        edge.expires = Some(day(1));
    }
    edge
}

/// A complete run; every source names every node, so that none depends on another.
fn run(source: &str, edges: &[Drawn]) -> Run {
    let source = SourceId::new(source);
    let facts = Chunk {
        nodes: (0..KINDS.len()).map(|place| node(place, &source)).collect(),
        edges: edges.iter().map(|it| edge(&source, *it)).collect(),
    };
    Run { source, read_at: day(100), unreadable: Vec::new(), facts }
}

fn packs() -> Vec<Pack> {
    pack(vec![same(pay_and_approve(), Same::Namespace)])
}

fn build(runs: &[Run]) -> Engine {
    Engine::build(runs.to_vec(), packs())
}

/// The facts dealt out over three sources.
fn dealt(edges: &[Drawn]) -> Vec<Run> {
    let deal = |rest: usize| -> Vec<Drawn> {
        edges.iter().copied().enumerate().filter(|(at, _)| at % 3 == rest).map(|it| it.1).collect()
    };
    vec![run("a", &deal(0)), run("b", &deal(1)), run("c", &deal(2))]
}

fn fingerprints(engine: &Engine) -> BTreeSet<String> {
    engine.findings().keys().map(|it| it.0.clone()).collect()
}

fn names(findings: &[Finding]) -> BTreeSet<String> {
    findings.iter().map(|it| it.fingerprint.0.clone()).collect()
}

fn keys(runs: &[Run]) -> BTreeSet<EdgeKey> {
    runs.iter().flat_map(|run| &run.facts.edges).map(|edge| edge.key.clone()).collect()
}

fn without(runs: &[Run], gone: &EdgeKey) -> Vec<Run> {
    let mut runs = runs.to_vec();
    for run in &mut runs {
        run.facts.edges.retain(|edge| edge.key != *gone);
    }
    runs
}

/// Whether a finding has nobody left: its rule finds neither its root cause nor any of its affected.
fn is_cleared(finding: &Finding, left: &Engine) -> bool {
    left.findings().values().all(|other| {
        other.root_cause.id != finding.root_cause.id
            && !other.affected.iter().any(|it| finding.affected.contains(it))
    })
}

const SOURCES: [&str; 3] = ["a", "b", "c"];

/// One read of one of three sources, and whether everything is started anew after it.
#[derive(Debug, Clone)]
struct Read {
    source: usize,
    complete: bool,
    restart: bool,
    edges: Vec<Drawn>,
}

impl Read {
    fn run(&self) -> Run {
        let unreadable = Unreadable { place: "somewhere".into(), why: "denied".into() };
        let unreadable = if self.complete { Vec::new() } else { vec![unreadable] };
        Run { unreadable, ..run(SOURCES[self.source], &self.edges) }
    }
}

fn read() -> impl Strategy<Value = Read> {
    (0..SOURCES.len(), any::<bool>(), any::<bool>(), vec(drawn(), 0..24))
        .prop_map(|(source, complete, restart, edges)| Read { source, complete, restart, edges })
}

/// An engine with what somebody wrote down of its findings and of the runs.
struct Watch {
    engine: Engine,
    runs: Vec<Run>,
    open: BTreeMap<Fingerprint, Finding>,
}

impl Watch {
    fn new() -> Self {
        Self { engine: build(&[]), runs: Vec::new(), open: BTreeMap::new() }
    }

    fn take_in(&mut self, run: Run) {
        if run.is_complete() {
            self.runs.retain(|it| it.source != run.source);
        }
        self.runs.push(run.clone());
        let delta = self.engine.apply(run);
        for seen in delta.opened.into_iter().chain(delta.changed.into_iter().map(|it| it.finding)) {
            self.open.insert(seen.fingerprint.clone(), seen);
        }
        for ended in delta.ended {
            self.open.remove(&ended.fingerprint);
        }
    }

    fn restart(&mut self) {
        self.engine = build(&self.runs);
        for finding in self.open.values() {
            self.engine.withhold(finding.clone());
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn the_engine_finds_what_a_search_from_every_node_finds(edges in graph()) {
        let runs = dealt(&edges);
        prop_assert_eq!(found(&build(&runs)), Naive::of(&runs, None).found());
    }

    #[test]
    fn a_node_still_meets_a_rule_exactly_when_a_search_from_it_says_so(edges in graph()) {
        let runs = dealt(&edges);
        let (engine, naive) = (build(&runs), Naive::of(&runs, None));
        for node in naive.nodes.keys() {
            let still = engine.still("pay-approve", &id(node)).unwrap();
            prop_assert_eq!(still.is_some(), naive.is_toxic(node, true), "{}", node);
            if let Some(still) = still {
                let proven = still.certainty == Certainty::Proven;
                prop_assert_eq!(proven, naive.is_toxic(node, false), "{}", node);
                prop_assert_eq!(proven, still.missing.is_empty(), "{}", node);
                prop_assert!(still.paths.iter().all(|path| path[0].node.id == id(node)));
            }
        }
    }

    #[test]
    fn asking_about_many_nodes_at_once_answers_what_asking_about_each_does(edges in graph()) {
        let runs = dealt(&edges);
        let (engine, naive) = (build(&runs), Naive::of(&runs, None));
        let nodes: Vec<_> = naive.nodes.keys().map(|node| id(node)).collect();
        let many = engine.still_many("pay-approve", &nodes).unwrap();
        for node in &nodes {
            let one = engine.still("pay-approve", node).unwrap();
            prop_assert_eq!(many.get(node), one.as_ref());
        }
        let met: BTreeSet<_> = many.into_keys().collect();
        prop_assert_eq!(engine.meeting("pay-approve").unwrap(), met);
    }

    #[test]
    fn a_restart_ends_nothing_that_would_not_have_ended_without_it(reads in vec(read(), 1..10)) {
        let (mut one, mut other) = (Watch::new(), Watch::new());
        for read in reads {
            let run = read.run();
            one.take_in(run.clone());
            other.take_in(run);
            if read.restart {
                other.restart();
            }
            prop_assert_eq!(one.engine.findings(), other.engine.findings());
            prop_assert!(one.open.keys().all(|it| other.open.contains_key(it)));
        }
        for source in SOURCES {
            let whole = Run { unreadable: Vec::new(), ..run(source, &[]) };
            one.take_in(whole.clone());
            other.take_in(whole);
        }
        prop_assert!(one.open.is_empty() && other.open.is_empty(), "complete reads end what is gone");
    }

    #[test]
    fn the_order_of_facts_says_nothing(
        (edges, shuffled) in graph().prop_flat_map(|it| (Just(it.clone()), Just(it).prop_shuffle())),
    ) {
        let reordered = |edges: &[Drawn], nodes_too: bool| {
            let mut run = run("a", edges);
            if nodes_too {
                run.facts.nodes.reverse();
            }
            build(&[run])
        };
        let (one, other) = (reordered(&edges, false), reordered(&shuffled, true));
        prop_assert_eq!(one.findings(), other.findings());
    }

    #[test]
    fn names_and_sources_are_not_in_a_fingerprint(edges in graph()) {
        let plain = build(&[run("a", &edges)]);
        let mut renamed = run("z", &edges);
        for node in &mut renamed.facts.nodes {
            node.name = format!("another {}", node.name);
        }
        prop_assert_eq!(fingerprints(&plain), fingerprints(&build(&[renamed])));
    }

    #[test]
    fn joiners_and_leavers_change_no_fingerprint(
        edges in graph(),
        joins in vec((0..KINDS.len(), any::<bool>()), 1..6),
    ) {
        let before = build(&[run("a", &edges)]);
        let source = SourceId::new("hr");
        let mut facts = Chunk::default();
        for (number, (to, early)) in joins.into_iter().enumerate() {
            let joiner = id(&format!("{}{number}", if early { "a-joiner" } else { "z-joiner" }));
            let place = source.at("joiner");
            facts.nodes.push(Node::new(joiner.clone(), NodeKind::Person, "new", "hr", place.clone()));
            facts.edges.push(Edge::new(joiner, EdgeKind::MemberOf, id(&name(to)), place));
        }
        let hr = Run { source, read_at: day(100), unreadable: Vec::new(), facts };
        let after = build(&[run("a", &edges), hr]);
        prop_assert!(fingerprints(&before).is_subset(&fingerprints(&after)));
    }

    #[test]
    fn every_path_is_made_of_facts_and_leads_from_an_affected_through_the_root_cause(
        edges in graph(),
    ) {
        let runs = dealt(&edges);
        let facts: BTreeMap<EdgeKey, Vec<&Edge>> = keys(&runs)
            .into_iter()
            .map(|key| {
                let said = runs.iter().flat_map(|run| &run.facts.edges);
                let said = said.filter(|edge| edge.key == key).collect();
                (key, said)
            })
            .collect();
        for finding in build(&runs).findings().values() {
            prop_assert_eq!(finding.certainty == Certainty::Proven, finding.missing.is_empty());
            prop_assert!(!finding.paths.is_empty());
            for path in &finding.paths {
                prop_assert!(finding.affected.contains(&path[0].node));
                prop_assert!(path.iter().any(|step| step.node == finding.root_cause));
                prop_assert_eq!(path[path.len() - 1].node.kind, NodeKind::Entitlement);
                for pair in path.windows(2) {
                    let (from, to) = (pair[0].node.id.clone(), pair[1].node.id.clone());
                    let kind = pair[1].edge.unwrap();
                    let (source, target) =
                        if kind == EdgeKind::IsAccountOf { (to, from) } else { (from, to) };
                    let said = &facts[&EdgeKey { source, kind, target }];
                    prop_assert!(said.iter().any(|edge| edge.because == pair[1].because));
                }
            }
        }
    }

    #[test]
    fn runs_applied_one_by_one_give_what_building_from_all_gives(
        runs in vec((0..3usize, any::<bool>(), graph()), 1..6),
    ) {
        let runs: Vec<Run> = runs
            .into_iter()
            .map(|(source, complete, edges)| {
                let mut run = run(["a", "b", "c"][source], &edges);
                if !complete {
                    let (place, why) = ("here".into(), "denied".into());
                    run.unreadable.push(Unreadable { place, why });
                }
                run
            })
            .collect();
        let mut engine = build(&[]);
        let mut open = BTreeSet::new();
        for run in &runs {
            let delta = engine.apply(run.clone());
            prop_assert!(run.is_complete() || delta.ended.is_empty());
            open.extend(names(&delta.opened));
            let changed: Vec<Finding> =
                delta.changed.iter().map(|it| it.finding.clone()).collect();
            prop_assert!(names(&changed).is_subset(&open));
            for ended in names(&delta.ended) {
                prop_assert!(open.remove(&ended));
            }
            prop_assert!(engine.verify().equal);
        }
        let whole = build(&runs);
        prop_assert_eq!(engine.findings(), whole.findings());
        let withheld = engine.withheld().map(|it| it.fingerprint.0.clone());
        let known: BTreeSet<String> = fingerprints(&engine).into_iter().chain(withheld).collect();
        prop_assert_eq!(open, known);
    }

    #[test]
    fn replacing_one_source_never_touches_what_another_says(
        edges in graph(),
        other in graph(),
    ) {
        let runs = dealt(&edges);
        let mut engine = build(&runs);
        let before = engine.findings().clone();
        engine.apply(run("b", &other));
        engine.apply(runs[1].clone());
        prop_assert_eq!(engine.findings(), &before);
        engine.remove_source(&SourceId::new("b"));
        let rest = build(&[runs[0].clone(), runs[2].clone()]);
        prop_assert_eq!(engine.findings(), rest.findings());
    }

    #[test]
    fn what_if_says_what_building_from_the_edited_facts_says(
        edges in graph(),
        gone in any::<proptest::sample::Index>(),
        added in drawn(),
    ) {
        let runs = dealt(&edges);
        let engine = build(&runs);
        let all: Vec<EdgeKey> = keys(&runs).into_iter().collect();
        let gone = gone.get(&all).clone();
        let source = SourceId::new("what-if");
        let added = edge(&source, (added.0 % KINDS.len(), added.1 % KINDS.len(), added.2, 7));
        let edit = Edit { remove: BTreeSet::from([gone.clone()]), add: vec![added.clone()] };
        let what_if = engine.what_if(&edit).unwrap();
        let mut edited = without(&runs, &gone);
        let facts = Chunk { nodes: Vec::new(), edges: vec![added] };
        edited.push(Run { source, read_at: day(100), unreadable: Vec::new(), facts });
        let rebuilt = fingerprints(&build(&edited));
        let before = fingerprints(&engine);
        prop_assert_eq!(names(&what_if.ended), before.difference(&rebuilt).cloned().collect());
        prop_assert_eq!(names(&what_if.opened), rebuilt.difference(&before).cloned().collect());
        prop_assert!(engine.verify().equal);
    }

    #[test]
    fn cuts_are_exactly_the_edges_without_which_a_finding_is_cleared(edges in graph()) {
        let runs = dealt(&edges);
        let engine = build(&runs);
        let mut expected = BTreeMap::new();
        let mut per_finding: BTreeMap<_, BTreeSet<EdgeKey>> = BTreeMap::new();
        for key in keys(&runs) {
            let left = build(&without(&runs, &key));
            let cleared = engine.findings().values().filter(|it| is_cleared(it, &left));
            let cleared: Vec<_> = cleared.map(|it| it.fingerprint.clone()).collect();
            if !cleared.is_empty() {
                expected.insert(key.clone(), cleared.len());
            }
            for fingerprint in cleared {
                per_finding.entry(fingerprint).or_default().insert(key.clone());
            }
        }
        let cut = engine.cut_all(1_000);
        prop_assert!(cut.exact);
        let found: BTreeMap<_, _> = cut.edges.into_iter().map(|it| (it.edge, it.clears)).collect();
        prop_assert_eq!(&found, &expected);
        let best = engine.cut_all(1).edges.first().map(|it| it.clears);
        prop_assert_eq!(best, expected.values().max().copied());
        for fingerprint in engine.findings().keys() {
            let cut = engine.cut(fingerprint).unwrap().edges;
            let edges: BTreeSet<_> = cut.into_iter().map(|it| it.edge).collect();
            prop_assert_eq!(edges, per_finding.remove(fingerprint).unwrap_or_default());
        }
    }

    #[test]
    fn reach_and_path_agree_with_a_search(edges in graph()) {
        let runs = dealt(&edges);
        let (engine, naive) = (build(&runs), Naive::of(&runs, None));
        for from in naive.nodes.keys() {
            let mut expected = naive.reach(from, true);
            expected.remove(from);
            let answer = engine.reach(&id(from), &EdgeFilter::all()).unwrap();
            let reached: BTreeSet<String> =
                answer.answers.iter().map(|it| it.node.id.to_string()).collect();
            prop_assert_eq!(&reached, &expected);
            let proven = naive.reach(from, false);
            for holder in &answer.answers {
                let sure = holder.certainty == Certainty::Proven;
                prop_assert_eq!(sure, proven.contains(holder.node.id.as_str()));
            }
            for to in naive.nodes.keys().filter(|to| *to != from) {
                let ways = engine.path(&id(from), &id(to), &EdgeFilter::all()).unwrap();
                prop_assert_eq!(ways.found, expected.contains(to));
                prop_assert!(ways.paths.iter().all(|path| path.len() == ways.length + 1));
            }
        }
    }
}

#[test]
fn the_random_graphs_use_every_namespace_of_the_second_judgement() {
    let source = SourceId::new("a");
    let used = (0..KINDS.len()).filter_map(|it| node(it, &source).tags.get("namespace").cloned());
    assert_eq!(used.collect::<BTreeSet<_>>(), NAMESPACES.map(str::to_owned).into());
}
