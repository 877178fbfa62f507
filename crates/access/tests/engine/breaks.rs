//! What breaks access against the plainest evaluation there is: take an edge away, look at everybody
//! again, count. Random graphs with cycles, parallel edges, edges to oneself and goals behind goals.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use countersign_access::engine::breaks::{Break, Limits, Pair, single};
use countersign_access::engine::snapshot::{Edges, Part, Snapshot};
use countersign_access::engine::sweep::Demand;
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof};
use proptest::proptest;

#[derive(Debug, Clone)]
struct World {
    parts: Vec<Part>,
    edges: Vec<(u32, u32)>,
    rules: Vec<Demand>,
}

/// Few edges for their nodes, so that many have no way beside them.
fn world(nodes: u32, edges: usize) -> impl Strategy<Value = World> {
    let part = prop_oneof![3 => Just(Part::Holder), 2 => Just(Part::Other), 2 => Just(Part::Goal)];
    (4..nodes).prop_flat_map(move |nodes| {
        let parts = vec(part.clone(), nodes as usize);
        let edges = vec((0..nodes, 0..nodes), 0..edges);
        let side = vec(0..64usize, 0..4);
        let rules = vec(vec(side, 0..5), 0..6);
        (parts, edges, rules).prop_map(|(parts, edges, rules)| {
            let goals: Vec<u32> = (0u32..)
                .zip(&parts)
                .filter(|(_, part)| **part == Part::Goal)
                .map(|(node, _)| node)
                .collect();
            let goal = |at: usize| goals.get(at % goals.len().max(1)).copied();
            let side = |places: Vec<usize>| places.into_iter().filter_map(goal).collect();
            let rule =
                |sides: Vec<Vec<usize>>| Demand { sides: sides.into_iter().map(side).collect() };
            let rules = rules.into_iter().map(rule).collect();
            World { parts, edges, rules }
        })
    })
}

fn built(world: &World) -> Snapshot {
    let (from, to): (Vec<u32>, Vec<u32>) = world.edges.iter().copied().unzip();
    Snapshot::build(&world.parts, Edges { from: &from, to: &to }).unwrap()
}

/// Who meets which rule: from each holder all that is reached.
fn met(world: &World) -> BTreeSet<Pair> {
    let mut met = BTreeSet::new();
    for (holder, _) in (0u32..).zip(&world.parts).filter(|(_, part)| **part == Part::Holder) {
        let mut reached = vec![false; world.parts.len()];
        reached[holder as usize] = true;
        loop {
            let before = reached.iter().filter(|it| **it).count();
            for (from, to) in &world.edges {
                reached[*to as usize] |= reached[*from as usize];
            }
            if reached.iter().filter(|it| **it).count() == before {
                break;
            }
        }
        let is_met = |side: &Vec<u32>| side.iter().any(|goal| reached[*goal as usize]);
        for (rule, demand) in world.rules.iter().enumerate() {
            if !demand.sides.is_empty() && demand.sides.iter().all(is_met) {
                met.insert(Pair { rule, holder });
            }
        }
    }
    met
}

fn without(world: &World, edge: (u32, u32)) -> World {
    let mut left = world.clone();
    let place = left.edges.iter().position(|it| *it == edge).unwrap();
    left.edges.remove(place);
    left
}

/// What each edge breaks, for those that break something.
fn broken(world: &World) -> BTreeMap<(u32, u32), u64> {
    let all = met(world).len();
    let edges: BTreeSet<(u32, u32)> = world.edges.iter().copied().collect();
    let left = edges.into_iter().map(|edge| (edge, all - met(&without(world, edge)).len()));
    left.filter(|(_, pairs)| *pairs > 0).map(|(edge, pairs)| (edge, pairs as u64)).collect()
}

fn best(mut edges: Vec<Break>, top: usize) -> Vec<Break> {
    edges.sort_by_key(|it| (std::cmp::Reverse(it.pairs), it.from, it.to));
    edges.truncate(top);
    edges
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 800, ..ProptestConfig::default() })]

    #[test]
    fn single_edges_break_what_is_gone_when_they_are(
        world in world(14, 32),
        top in 0..40usize,
        odd in 0..3u32,
    ) {
        let plain = broken(&world).into_iter();
        let plain: Vec<Break> =
            plain.map(|((from, to), pairs)| Break { from, to, pairs }).collect();
        let may_cut = |from: u32, to: u32| odd == 0 || (from + to) % 2 == odd % 2;
        let allowed = plain.into_iter().filter(|it| may_cut(it.from, it.to)).collect();
        let found = single(&built(&world), &world.rules, top, &may_cut, Limits::default());
        prop_assert!(found.is_exact());
        prop_assert_eq!(found.edges, best(allowed, top));
        if top > 0 {
            prop_assert_eq!(found.pairs, met(&world).len() as u64);
        }
    }

    #[test]
    fn the_order_of_the_edges_changes_nothing_about_single_edges(world in world(14, 32)) {
        let mut turned = world.clone();
        turned.edges.reverse();
        let all = |world: &World| {
            single(&built(world), &world.rules, 50, &|_, _| true, Limits::default())
        };
        prop_assert_eq!(all(&world), all(&turned));
    }

    #[test]
    fn what_was_stopped_says_by_how_much_it_may_be_wrong(world in world(14, 32), work in 0..200u64) {
        let plain = broken(&world);
        let limits = Limits { work, ..Limits::default() };
        let found = single(&built(&world), &world.rules, 5, &|_, _| true, limits);
        let last = if found.edges.len() == 5 { found.edges[4].pairs } else { 0 };
        for ((from, to), pairs) in plain {
            let named = found.edges.iter().find(|it| (it.from, it.to) == (from, to));
            let figure = named.map_or(last, |it| it.pairs);
            prop_assert!(pairs <= figure + found.missed_at_most, "{} -> {}", from, to);
            prop_assert!(named.is_none_or(|it| it.pairs <= pairs), "{} -> {}", from, to);
        }
    }
}

/// A holder behind a long chain, a ring of a hundred thousand, and a group with a million members.
#[test]
fn extremes_only_take_longer() {
    let rules = [Demand { sides: vec![vec![0], vec![1]] }];
    let long = 100_000u32;
    for is_ring in [false, true] {
        let part = |node: u32| if node < 2 { Part::Goal } else { Part::Holder };
        let mut from: Vec<u32> = (3..long).collect();
        let mut to: Vec<u32> = (2..long - 1).collect();
        from.extend(if is_ring { vec![2, 2, 2] } else { vec![2, 2] });
        to.extend(if is_ring { vec![0, 1, long - 1] } else { vec![0, 1] });
        let parts: Vec<Part> = (0..long).map(part).collect();
        let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
        let limits = Limits { work: 50_000_000, ..Limits::default() };
        let found = single(&snapshot, &rules, 2, &|_, _| true, limits);
        let whole = u64::from(long - 2);
        let wanted =
            [(2, 0, whole), (2, 1, whole)].map(|(from, to, pairs)| Break { from, to, pairs });
        assert_eq!((found.is_exact(), found.edges), (true, wanted.to_vec()), "ring {is_ring}");
    }
    let many = 1_000_000u32;
    let from: Vec<u32> = (3..many + 3).chain([2, 2]).collect();
    let to: Vec<u32> = std::iter::repeat_n(2, many as usize).chain([0, 1]).collect();
    let parts: Vec<Part> = (0..many + 3)
        .map(|node| [Part::Goal, Part::Goal, Part::Other].get(node as usize).copied())
        .map(|part| part.unwrap_or(Part::Holder))
        .collect();
    let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
    let found = single(&snapshot, &rules, 3, &|_, _| true, Limits::default());
    let pairs: Vec<u64> = found.edges.iter().map(|it| it.pairs).collect();
    assert_eq!(pairs, [u64::from(many), u64::from(many), 1]);
}

#[test]
fn a_question_can_be_called_off_and_tells_how_far_it_came() {
    let world = World {
        parts: vec![Part::Holder, Part::Goal],
        edges: vec![(0, 1)],
        rules: vec![Demand { sides: vec![vec![1]] }; 3],
    };
    let told = Cell::new(0);
    let progress = |done: usize, of: usize| {
        assert_eq!(of, 3);
        told.set(done);
    };
    let snapshot = built(&world);
    let limits = Limits { progress: &progress, ..Limits::default() };
    let found = single(&snapshot, &world.rules, 1, &|_, _| true, limits);
    assert_eq!((found.rules, told.get(), found.edges[0].pairs), (3, 2, 3));
    let limits = Limits { should_stop: &|| true, ..Limits::default() };
    let found = single(&snapshot, &world.rules, 1, &|_, _| true, limits);
    assert_eq!((found.rules, found.is_exact(), found.missed_at_most), (0, false, 3));
}
