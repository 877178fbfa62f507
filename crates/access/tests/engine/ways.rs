//! All ways without a repeated node: against trying every next edge from every node, and each way against
//! the facts, edge by edge.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::edge::{Edge, EdgeKind, Missing};
use countersign_access::engine::{EdgeFilter, Engine, FindingWays, OneWay, WayLimits};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::finding::{Certainty, Finding, Step};
use countersign_access::node::{Node, NodeKind};
use countersign_access::rule::Same;
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, TestCaseError, prop_assert, prop_assert_eq};
use proptest::proptest;

use crate::world::{arrows, day, engine, id, pack, pay_and_approve, same};

const KINDS: [NodeKind; 9] = [
    NodeKind::Person,
    NodeKind::Group,
    NodeKind::Group,
    NodeKind::Role,
    NodeKind::Role,
    NodeKind::Role,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
    NodeKind::Entitlement,
];

const ACTIONS: [&str; 9] = ["", "", "", "", "", "", "pay", "approve", "pay"];

type Drawn = Vec<(usize, usize, usize, u8)>;

/// Edges between few nodes, some of them side by side; few are potential and few are over.
fn drawn() -> impl Strategy<Value = Drawn> {
    vec((0..KINDS.len(), 0..KINDS.len(), 0..3usize, 0..12u8), 0..26)
}

fn name(place: usize) -> String {
    format!("n{place}")
}

fn read(edges: &Drawn) -> Run {
    let source = SourceId::new("app");
    let node = |place: usize| {
        let mut node =
            Node::new(id(&name(place)), KINDS[place], &name(place), "sys", source.at("node"));
        node.action = Some(ACTIONS[place].to_owned()).filter(|it| !it.is_empty());
        node
    };
    let edge = |(number, &(from, to, kind, quality)): (usize, &(usize, usize, usize, u8))| {
        let kind = [EdgeKind::MemberOf, EdgeKind::IsAccountOf, EdgeKind::Controls][kind];
        let because = source.at(format!("edge {number}"));
        let mut edge = Edge::new(id(&name(from)), kind, id(&name(to)), because);
        match quality {
            0 => edge.missing.push(Missing { kind: "condition".into(), what: "?".into() }),
            1 => edge.expires = Some(day(1)),
            _ => {}
        }
        edge
    };
    let facts = Chunk {
        nodes: (0..KINDS.len()).map(node).collect(),
        edges: edges.iter().enumerate().map(edge).collect(),
    };
    Run { source, read_at: day(100), unreadable: Vec::new(), facts }
}

/// Live edges in the direction of access, and whether each is proven.
fn live(run: &Run) -> BTreeMap<(String, String, EdgeKind), bool> {
    let mut live = BTreeMap::new();
    for edge in run.facts.edges.iter().filter(|edge| edge.expires.is_none()) {
        let (mut from, mut to) = (edge.key.source.to_string(), edge.key.target.to_string());
        if edge.key.kind == EdgeKind::IsAccountOf {
            (from, to) = (to, from);
        }
        let is_sure = edge.missing.is_empty() && !edge.key.kind.is_potential();
        *live.entry((from, to, edge.key.kind)).or_insert(false) |= is_sure;
    }
    live
}

type Path = Vec<(String, EdgeKind)>;

/// Every way without a repeated node that ends at the first of the ends, shortest first.
fn every_way(
    live: &BTreeMap<(String, String, EdgeKind), bool>,
    whole: bool,
    from: &str,
    ends: &BTreeSet<String>,
) -> Vec<Path> {
    let mut found: Vec<Path> = Vec::new();
    let mut open: Vec<Path> = vec![Vec::new()];
    while let Some(path) = open.pop() {
        let at = path.last().map_or(from, |(node, _)| node.as_str());
        if ends.contains(at) {
            found.push(path);
            continue;
        }
        for ((source, target, kind), is_sure) in live {
            let is_new = target != from && path.iter().all(|(node, _)| node != target);
            if source == at && is_new && (whole || *is_sure) {
                let mut longer = path.clone();
                longer.push((target.clone(), *kind));
                open.push(longer);
            }
        }
    }
    found.sort_by_key(|path| (path.len(), path.clone()));
    found
}

fn plain(path: &[Step]) -> Path {
    path.iter().filter_map(|step| Some((step.node.id.to_string(), step.edge?))).collect()
}

/// Each edge of a path stands in the facts where the path says.
fn stands_in(run: &Run, path: &[Step]) -> bool {
    path.windows(2).all(|pair| {
        let (from, to) = (&pair[0].node.id, &pair[1].node.id);
        run.facts.edges.iter().any(|edge| {
            let ends = match edge.key.kind {
                EdgeKind::IsAccountOf => (&edge.key.target, &edge.key.source),
                _ => (&edge.key.source, &edge.key.target),
            };
            ends == (from, to)
                && pair[1].edge == Some(edge.key.kind)
                && pair[1].because == edge.because
        })
    })
}

/// The answer lists the first of all ways, says what of them is proven, and whether there are more.
fn is_what_it_should_be(
    run: &Run,
    (paths, ways, more): (&[Vec<Step>], &[OneWay], bool),
    all: &[Path],
    limits: &WayLimits<'_>,
) -> Result<(), TestCaseError> {
    let live = live(run);
    let short: Vec<&Path> = all.iter().filter(|path| path.len() <= limits.edges).collect();
    let wanted: Vec<Path> = short.iter().take(limits.most).map(|path| (*path).clone()).collect();
    let listed: Vec<Path> = paths.iter().map(|path| plain(path)).collect();
    prop_assert_eq!(&listed, &wanted);
    prop_assert!(more || all.len() == wanted.len(), "ways are missing and that is not said");
    prop_assert!(!more || short.len() > limits.most || limits.edges < 17, "nothing was left out");
    prop_assert_eq!(paths.len(), ways.len());
    for (path, way) in paths.iter().zip(ways) {
        prop_assert!(stands_in(run, path));
        prop_assert_eq!(way.length + 1, path.len());
        let mut from = path[0].node.id.to_string();
        let mut is_sure = true;
        for (to, kind) in plain(path) {
            is_sure &= live[&(from, to.clone(), kind)];
            from = to;
        }
        prop_assert_eq!(way.certainty == Certainty::Proven, is_sure);
        prop_assert_eq!(way.missing.is_empty(), is_sure);
    }
    Ok(())
}

fn limits(most: usize, edges: usize) -> WayLimits<'static> {
    WayLimits { most, edges, ..WayLimits::default() }
}

/// The graph where only some ways are there, and somebody has them.
fn alone(run: &Run, ways: &[&Vec<Step>], root: &str) -> Engine {
    let keeps = |edge: &Edge| {
        ways.iter().any(|path| {
            path.windows(2).any(|pair| {
                let kind = pair[1].edge == Some(edge.key.kind);
                let ends = [&pair[0].node.id, &pair[1].node.id];
                let (from, to) = (&edge.key.source, &edge.key.target);
                kind && (ends == [from, to] || ends == [to, from]) && edge.expires.is_none()
            })
        })
    };
    let mut run = run.clone();
    run.facts.edges.retain(keeps);
    let source = run.source.clone();
    run.facts.nodes.push(Node::new(id("zz"), NodeKind::Person, "zz", "sys", source.at("zz")));
    run.facts.edges.push(Edge::new(id("zz"), EdgeKind::MemberOf, id(root), source.at("in")));
    Engine::build(vec![run], pack(vec![pay_and_approve()]))
}

fn one_way_each(engine: &Engine, finding: &Finding) -> bool {
    let ways = engine.ways_of(&finding.fingerprint, None, WayLimits::default()).unwrap();
    ways.sides.iter().all(|side| side.paths.len() == 1)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn all_ways_between_two_nodes_are_those_that_trying_every_edge_finds(
        edges in drawn(),
        (from, to) in (0..KINDS.len(), 0..KINDS.len()),
        (most, longest) in (1..40usize, 1..20usize),
    ) {
        let run = read(&edges);
        let engine = Engine::build(vec![run.clone()], Vec::new());
        let limits = limits(most, longest);
        let (from, to) = (id(&name(from)), id(&name(to)));
        let ways = engine.paths(&from, &to, &EdgeFilter::all(), limits).unwrap();
        let all = every_way(&live(&run), true, from.as_str(), &[to.to_string()].into());
        is_what_it_should_be(&run, (&ways.paths, &ways.ways, ways.more), &all, &limits)?;
        prop_assert_eq!(ways.more, ways.partial.is_some());
        prop_assert_eq!(ways.found, !ways.paths.is_empty());
        let prints: BTreeSet<_> = ways.ways.iter().map(|it| it.fingerprint.clone()).collect();
        prop_assert_eq!(prints.len(), ways.ways.len(), "no two ways have one fingerprint");
        let shortest = engine.path(&from, &to, &EdgeFilter::all()).unwrap();
        let of_least = all.iter().filter(|path| path.len() == all[0].len());
        prop_assert_eq!(shortest.paths.len(), of_least.clone().count().min(5));
        prop_assert!(shortest.paths.iter().all(|path| of_least.clone().any(|it| *it == plain(path))));
    }

    #[test]
    fn all_ways_of_a_finding_are_those_that_trying_every_edge_finds(
        edges in drawn(),
        (most, longest) in (1..40usize, 1..20usize),
        elsewhere in 0..KINDS.len(),
    ) {
        let run = read(&edges);
        let engine = Engine::build(vec![run.clone()], pack(vec![pay_and_approve()]));
        for finding in engine.findings().values() {
            let limits = limits(most, longest);
            let from = id(&name(elsewhere));
            for from in [None, Some(&from)] {
                let told = engine.ways_of(&finding.fingerprint, from, limits).unwrap();
                let begin = from.unwrap_or(&finding.root_cause.id);
                prop_assert_eq!(&told.from.id, begin);
                let whole = finding.certainty == Certainty::Potential;
                prop_assert_eq!(told.sides.len(), 2);
                for (side, action) in told.sides.iter().zip(["pay", "approve"]) {
                    let ends = (0..KINDS.len()).filter(|it| ACTIONS[*it] == action).map(name);
                    let all = every_way(&live(&run), whole, begin.as_str(), &ends.collect());
                    let answer = (&side.paths[..], &side.ways[..], side.more);
                    is_what_it_should_be(&run, answer, &all, &limits)?;
                }
                prop_assert_eq!(told.partial.is_some(), told.sides.iter().any(|it| it.more));
                for (path, way) in told.sides.iter().flat_map(|it| it.paths.iter().zip(&it.ways)) {
                    let comes_by = path.iter().any(|it| it.node.id == finding.root_cause.id);
                    prop_assert_eq!(way.fingerprint.is_some(), comes_by);
                }
            }
        }
    }

    #[test]
    fn the_fingerprint_of_a_way_is_that_of_the_finding_that_has_it(edges in drawn()) {
        let run = read(&edges);
        let engine = Engine::build(vec![run.clone()], pack(vec![pay_and_approve()]));
        for finding in engine.findings().values().filter(|it| it.certainty == Certainty::Proven) {
            let told = engine.ways_of(&finding.fingerprint, None, WayLimits::default()).unwrap();
            let FindingWays { sides, .. } = told;
            for (place, side) in sides.iter().enumerate() {
                prop_assert_eq!(side.ways[0].fingerprint.as_ref(), Some(&finding.fingerprint));
                let other = &sides[1 - place].paths[0];
                for (path, way) in side.paths.iter().zip(&side.ways) {
                    let alone = alone(&run, &[path, other], finding.root_cause.id.as_str());
                    let left: Vec<_> = alone.findings().values().collect();
                    let [left] = left.as_slice() else { continue };
                    let is_same = (&left.root_cause.id, left.certainty)
                        == (&finding.root_cause.id, Certainty::Proven);
                    if is_same && one_way_each(&alone, left) {
                        prop_assert_eq!(way.fingerprint.as_ref(), Some(&left.fingerprint));
                    }
                }
            }
        }
    }
}

#[test]
fn ways_of_a_rule_with_a_shared_value_lead_to_that_value_and_a_limit_on_work_is_said() {
    let text = "
        role r\n person ann\n ann member_of r\n role s\n r member_of s
        entitlement pay1 action=pay namespace=a\n entitlement pay2 action=pay namespace=b
        entitlement ok1 action=approve namespace=a
        r grants pay1\n r grants pay2\n r grants ok1\n s grants pay1
    ";
    let engine = engine(text, same(pay_and_approve(), Same::Namespace));
    let fingerprint = engine.findings().keys().next().unwrap().clone();
    let told = engine.ways_of(&fingerprint, None, WayLimits::default()).unwrap();
    assert_eq!(told.shared.as_deref(), Some("a"));
    let all: Vec<Vec<String>> = told.sides.iter().map(|side| arrows(&side.paths)).collect();
    let pay = ["r -grants-> pay1", "r -member_of-> s -grants-> pay1"].map(str::to_owned);
    assert_eq!(all, [pay.to_vec(), vec!["r -grants-> ok1".to_owned()]]);
    assert!(told.sides.iter().all(|side| !side.more) && told.partial.is_none());
    let mut few = WayLimits::default();
    few.cost.work = 1;
    let told = engine.ways_of(&fingerprint, None, few).unwrap();
    assert!(told.sides.iter().all(|side| side.more), "{told:?}");
    assert!(told.partial.unwrap().contains("a limit on work"));
    let unknown = countersign_access::finding::Fingerprint("00".into());
    assert!(engine.ways_of(&unknown, None, few).is_err());
    assert!(engine.ways_of(&fingerprint, Some(&id("ghost")), few).is_err());
}
