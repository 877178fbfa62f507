//! The kernels against the plainest evaluation there is, on random graphs: cycles, parallel edges,
//! edges to oneself, goals behind goals, rules with many sides and with none, rules that ask for what
//! is no goal.

use std::collections::BTreeSet;
use std::num::NonZero;

use countersign_access::engine::Watch;
use countersign_access::engine::radius::Reach;
use countersign_access::engine::snapshot::{Edges, NoSnapshot, Part, Snapshot};
use countersign_access::engine::sweep::{self, Demand, How, SIDES_IN_PLANE_MAX};
use proptest::collection::vec;
use proptest::prelude::{
    Just, ProptestConfig, Strategy, any, prop_assert, prop_assert_eq, prop_oneof,
};
use proptest::proptest;

#[derive(Debug, Clone)]
struct World {
    parts: Vec<Part>,
    edges: Vec<(u32, u32)>,
    rules: Vec<Demand>,
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![3 => Just(Part::Holder), 2 => Just(Part::Other), 2 => Just(Part::Goal)]
}

fn world() -> impl Strategy<Value = World> {
    (2..24u32).prop_flat_map(|nodes| {
        let parts = vec(part(), nodes as usize);
        let edges = vec((0..nodes, 0..nodes), 0..60);
        (parts, edges, any::<bool>()).prop_flat_map(|(parts, edges, asks_for_goals)| {
            let goals: Vec<u32> = (0u32..)
                .zip(&parts)
                .filter(|(_, part)| **part == Part::Goal || !asks_for_goals)
                .map(|(node, _)| node)
                .collect();
            rules(goals).prop_map(move |rules| World {
                parts: parts.clone(),
                edges: edges.clone(),
                rules,
            })
        })
    })
}

fn rules(goals: Vec<u32>) -> impl Strategy<Value = Vec<Demand>> {
    let most = goals.len().max(1);
    let goal = move |at: usize| goals.get(at % most).copied();
    let side = vec(0..64usize, 0..4)
        .prop_map(move |places| places.into_iter().filter_map(&goal).collect::<Vec<u32>>());
    let sides = prop_oneof![
        5 => vec(side.clone(), 0..4),
        1 => vec(side, 4..SIDES_IN_PLANE_MAX + 4)
    ];
    vec(sides.prop_map(|sides| Demand { sides }), 0..80)
}

fn built(world: &World) -> Snapshot {
    let (from, to): (Vec<u32>, Vec<u32>) = world.edges.iter().copied().unzip();
    Snapshot::build(&world.parts, Edges { from: &from, to: &to }).unwrap()
}

/// Everything that a node reaches, itself among it.
fn reach(world: &World, start: u32) -> BTreeSet<u32> {
    let mut reached = BTreeSet::from([start]);
    loop {
        let more = world.edges.iter().filter(|(from, _)| reached.contains(from));
        let more: BTreeSet<u32> = more.map(|(_, to)| *to).collect();
        if more.is_subset(&reached) {
            return reached;
        }
        reached.extend(more);
    }
}

/// The same graph with only the edges that are proven.
fn proven(world: &World, is_proven: &[bool]) -> World {
    let edges = world.edges.iter().zip(is_proven).filter(|(_, proven)| **proven);
    World { edges: edges.map(|(edge, _)| *edge).collect(), ..world.clone() }
}

fn built_both(world: &World, is_proven: &[bool]) -> Snapshot {
    let edges = |proven: bool| -> (Vec<u32>, Vec<u32>) {
        let edges = world.edges.iter().zip(is_proven).filter(|(_, it)| **it == proven);
        edges.map(|(edge, _)| *edge).unzip()
    };
    let (from, to) = edges(true);
    let (may_from, may_to) = edges(false);
    let potential = Edges { from: &may_from, to: &may_to };
    Snapshot::build_both(&world.parts, Edges { from: &from, to: &to }, potential).unwrap()
}

/// The same by so many threads.
fn built_by(world: &World, is_proven: &[bool], count: usize) -> Snapshot {
    let edges = |proven: bool| -> (Vec<u32>, Vec<u32>) {
        let edges = world.edges.iter().zip(is_proven).filter(|(_, it)| **it == proven);
        edges.map(|(edge, _)| *edge).unzip()
    };
    let (proven, may) = (edges(true), edges(false));
    let (proven, may) =
        (Edges { from: &proven.0, to: &proven.1 }, Edges { from: &may.0, to: &may.1 });
    let Ok(built) =
        Snapshot::build_within(&world.parts, proven, may, threads(count), Watch::NOBODY);
    built.unwrap()
}

fn meets(rule: &Demand, reached: &BTreeSet<u32>) -> bool {
    let is_met = |side: &Vec<u32>| side.iter().any(|node| reached.contains(node));
    !rule.sides.is_empty() && rule.sides.iter().all(is_met)
}

fn holders(world: &World) -> Vec<(u32, BTreeSet<u32>)> {
    let nodes = (0u32..).zip(&world.parts).filter(|(_, part)| **part == Part::Holder);
    nodes.map(|(node, _)| (node, reach(world, node))).collect()
}

fn threads(count: usize) -> NonZero<usize> {
    NonZero::new(count).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn a_snapshot_is_the_same_for_any_number_of_threads_and_lists_what_it_was_built_of(
        world in world(),
        proven in vec(prop_oneof![4 => Just(true), 1 => Just(false)], 60),
        in_order: bool,
    ) {
        let mut world = world;
        if in_order {
            world.edges.sort_by_key(|(from, _)| *from);
        }
        let one = built_by(&world, &proven, 1);
        for count in [2, 3, 8] {
            prop_assert_eq!(&built_by(&world, &proven, count), &one);
        }
        let kept = world.edges.iter().zip(&proven).filter(|(_, proven)| **proven);
        let mut edges: Vec<(u32, u32)> = kept.map(|(edge, _)| *edge).collect();
        edges.sort_unstable();
        let node = |slot: u32| one.node(slot).unwrap();
        let slots = 0..u32::try_from(one.len()).unwrap();
        let pairs = |list: &dyn Fn(u32) -> Vec<(u32, u32)>| {
            let mut all: Vec<(u32, u32)> = slots.clone().flat_map(list).collect();
            all.sort_unstable();
            all
        };
        let gained = |slot| one.gained(slot).map(|to| (node(slot), node(to))).collect();
        let gainers = |slot| one.gainers(slot).iter().map(|from| (node(*from), node(slot))).collect();
        prop_assert_eq!(&pairs(&gained), &edges);
        prop_assert_eq!(&pairs(&gainers), &edges);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 600, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn both_ways_and_any_number_of_threads_find_what_the_plainest_evaluation_finds(
        world in world(),
    ) {
        let snapshot = built(&world);
        let all = holders(&world);
        let met = |rule: &Demand| -> Vec<u32> {
            all.iter().filter(|(_, reached)| meets(rule, reached)).map(|(node, _)| *node).collect()
        };
        let expected: Vec<Vec<u32>> = world.rules.iter().map(met).collect();
        let counts: Vec<u64> =
            expected.iter().map(|nodes| u64::try_from(nodes.len()).unwrap()).collect();
        for how in [How::Dense, How::Sparse] {
            for count in [1, 2, 3] {
                let met = sweep::count_by(&snapshot, &world.rules, how, threads(count));
                prop_assert_eq!(&met.counts, &counts, "{:?} with {} threads", how, count);
            }
        }
        for (rule, nodes) in world.rules.iter().zip(&expected) {
            prop_assert_eq!(&sweep::holders(&snapshot, rule), nodes);
        }
    }

    /// A rule is met on the second plane by whoever meets it over all edges and not over the proven ones.
    #[test]
    fn both_planes_are_counted_at_once(world in world(), is_proven in vec(any::<bool>(), 60)) {
        let snapshot = built_both(&world, &is_proven);
        let (sure, all) = (holders(&proven(&world, &is_proven)), holders(&world));
        let mut counts: [Vec<u64>; 2] = Default::default();
        for rule in &world.rules {
            let met = sure.iter().filter(|(_, reached)| meets(rule, reached));
            let met: Vec<u32> = met.map(|(node, _)| *node).collect();
            let more = all.iter().filter(|(node, reached)| meets(rule, reached) && !met.contains(node));
            let more: Vec<u32> = more.map(|(node, _)| *node).collect();
            prop_assert_eq!(&sweep::holders(&snapshot, rule), &met);
            prop_assert_eq!(&sweep::potential_holders(&snapshot, rule), &more);
            counts[0].push(u64::try_from(met.len()).unwrap());
            counts[1].push(u64::try_from(more.len()).unwrap());
        }
        for how in [How::Dense, How::Sparse] {
            for count in [1, 2, 3] {
                let met = sweep::count_by(&snapshot, &world.rules, how, threads(count));
                prop_assert_eq!([&met.counts, &met.potential], [&counts[0], &counts[1]], "{:?}", how);
            }
        }
    }

    /// What is asked about the proven plane of a graph with potential edges is what the proven edges
    /// alone say.
    #[test]
    fn potential_edges_change_nothing_that_is_proven(
        world in world(), is_proven in vec(any::<bool>(), 60),
    ) {
        let (snapshot, sure) = (built_both(&world, &is_proven), proven(&world, &is_proven));
        let knot = |slot: u32| {
            snapshot.knots().iter().position(|(from, to)| (*from..*to).contains(&slot))
        };
        for (from, to) in &sure.edges {
            let (gainer, gained) = (snapshot.slot(*from).unwrap(), snapshot.slot(*to).unwrap());
            let together = gainer == gained || knot(gainer).is_some() && knot(gainer) == knot(gained);
            prop_assert!(together || gained < gainer, "{} -> {}", from, to);
            prop_assert_eq!(together, reach(&sure, *to).contains(from));
        }
        let mut about = Reach::new(&snapshot);
        for node in 0..u32::try_from(world.parts.len()).unwrap() {
            let reached = about.of(snapshot.slot(node).unwrap());
            let nodes: BTreeSet<u32> = reached.slots().map(|it| snapshot.node(it).unwrap()).collect();
            prop_assert_eq!(nodes, reach(&sure, node));
        }
        prop_assert_eq!(snapshot.edges() + snapshot.potential_edges(), world.edges.len());
        if snapshot.potential_edges() == 0 {
            prop_assert_eq!(snapshot, built(&world));
        } else {
            let mut bytes = Vec::new();
            snapshot.write(&mut bytes).unwrap();
            prop_assert_eq!(Snapshot::over(bytes).unwrap(), snapshot);
        }
    }

    #[test]
    fn all_access_leads_to_lower_slots_save_among_those_that_reach_each_other(world in world()) {
        let snapshot = built(&world);
        let knot = |slot: u32| {
            snapshot.knots().iter().position(|(from, to)| (*from..*to).contains(&slot))
        };
        for (from, to) in &world.edges {
            let (gainer, gained) = (snapshot.slot(*from).unwrap(), snapshot.slot(*to).unwrap());
            let together = gainer == gained || knot(gainer).is_some() && knot(gainer) == knot(gained);
            prop_assert!(together || gained < gainer, "{} -> {}", from, to);
            prop_assert_eq!(together, reach(&world, *to).contains(from));
            prop_assert!(snapshot.gainers(gained).contains(&gainer));
            prop_assert!(snapshot.gained(gainer).any(|slot| slot == gained));
        }
        for node in 0..u32::try_from(world.parts.len()).unwrap() {
            let slot = snapshot.slot(node).unwrap();
            prop_assert_eq!(snapshot.node(slot), Some(node));
            prop_assert_eq!(snapshot.is_holder(slot), world.parts[node as usize] == Part::Holder);
        }
        prop_assert_eq!(snapshot.edges(), world.edges.len());
    }

    #[test]
    fn the_order_of_the_edges_changes_no_count(world in world()) {
        let mut turned = world.clone();
        turned.edges.reverse();
        let count = |world: &World| {
            sweep::count(&built(world), &world.rules, threads(2)).counts
        };
        prop_assert_eq!(count(&world), count(&turned));
    }
}

#[test]
fn what_cannot_be_a_graph_is_refused() {
    let build =
        |from: &[u32], to: &[u32]| Snapshot::build(&[Part::Holder, Part::Goal], Edges { from, to });
    assert_eq!(build(&[0], &[2]), Err(NoSnapshot::NoSuchNode { edge: 0, nodes: 2 }));
    assert_eq!(build(&[0, 0], &[1]), Err(NoSnapshot::NoSuchNode { edge: 1, nodes: 2 }));
    assert!(build(&[], &[]).is_ok());
    assert!(Snapshot::build(&[], Edges { from: &[], to: &[] }).unwrap().is_empty());
}

/// Ten million edges between the same two nodes, a chain of a hundred thousand and a ring of as many.
#[test]
fn extremes_are_only_numbers() {
    let rule = Demand { sides: vec![vec![1], vec![2]] };
    let many = 10_000_000;
    let (mut from, mut to) = (vec![0u32; many], vec![1u32; many]);
    from.push(0);
    to.push(2);
    let parts = [Part::Holder, Part::Goal, Part::Goal];
    let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
    assert_eq!(sweep::count(&snapshot, std::slice::from_ref(&rule), threads(1)).counts, [1]);

    let long = 100_000u32;
    for ring in [false, true] {
        let parts: Vec<Part> = (0..long)
            .map(|node| if node == 1 || node == 2 { Part::Goal } else { Part::Holder })
            .collect();
        let mut from: Vec<u32> = (3..long).flat_map(|node| [node, 3]).collect();
        let mut to: Vec<u32> =
            (3..long).flat_map(|node| [(node - 1).max(3), 1 + node % 2]).collect();
        if ring {
            from.push(3);
            to.push(long - 1);
        }
        let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
        for how in [How::Dense, How::Sparse] {
            let met = sweep::count_by(&snapshot, std::slice::from_ref(&rule), how, threads(2));
            assert_eq!(met.counts, [u64::from(long - 3)], "{how:?}, ring {ring}");
        }
        assert_eq!(snapshot.knots().len(), usize::from(ring));
    }
}
