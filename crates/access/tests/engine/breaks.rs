//! What breaks access against the plainest evaluation there is: take an edge away, look at everybody
//! again, count. Random graphs with cycles, parallel edges, edges to oneself and goals behind goals.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::num::NonZero;

use countersign_access::engine::breaks::{
    BadChange, Break, Change, Clears, CutEdge, Group, Limits, Pair, Smallest, WORK_MAX, clearing,
    single, smallest, what_if,
};
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
        let edges = vec((0..nodes, 0..nodes, 0..4u8), edges / 3..edges);
        let side = prop_oneof![8 => vec(0..64usize, 1..4), 1 => Just(Vec::new())];
        let sides = prop_oneof![8 => vec(side.clone(), 1..4), 1 => vec(side, 0..6)];
        let rules = vec(sides, 1..6);
        (parts, edges, rules).prop_map(|(parts, edges, rules)| {
            let goals: Vec<u32> = (0u32..)
                .zip(&parts)
                .filter(|(_, part)| **part == Part::Goal)
                .map(|(node, _)| node)
                .collect();
            // Three of four lead from holders to goals, the others anywhere.
            let rank = |node: &u32| match parts[*node as usize] {
                Part::Holder => 0u8,
                Part::Other => 1,
                Part::Goal => 2,
            };
            let turned = |(a, b, how): (u32, u32, u8)| {
                if how > 0 && rank(&a) > rank(&b) { (b, a) } else { (a, b) }
            };
            let edges = edges.into_iter().map(turned).collect();
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

/// The fewest facts whose removal breaks these pairs, by trying all sets of them, smallest first. The
/// pairs that not even all of them break are left out.
fn fewest(world: &World, chosen: &BTreeSet<Pair>, may_cut: &dyn Fn(u32, u32) -> bool) -> u64 {
    let may: Vec<usize> = (0..world.edges.len())
        .filter(|place| may_cut(world.edges[*place].0, world.edges[*place].1))
        .collect();
    let left = |gone: u32| {
        let is_gone = |place: &usize| {
            may.iter().position(|it| it == place).is_some_and(|bit| gone >> bit & 1 == 1)
        };
        let edges = (0..world.edges.len()).filter(|place| !is_gone(place));
        World { edges: edges.map(|place| world.edges[place]).collect(), ..world.clone() }
    };
    let always = met(&left(u32::MAX));
    let mut sets: Vec<u32> = (0..1 << may.len()).collect();
    sets.sort_by_key(|set| set.count_ones());
    let breaks = |set: &u32| {
        let still = met(&left(*set));
        chosen.iter().all(|pair| always.contains(pair) || !still.contains(pair))
    };
    u64::from(sets.into_iter().find(breaks).unwrap().count_ones())
}

/// The edges of a cut are there, as often as it says, and without them no other pair is met.
fn check_cut(world: &World, chosen: &BTreeSet<Pair>, edges: &[CutEdge], but: &[Pair]) {
    let mut left = world.clone();
    for edge in edges {
        let before = left.edges.len();
        left.edges.retain(|it| *it != (edge.from, edge.to));
        assert_eq!((before - left.edges.len()) as u64, edge.facts, "{edge:?}");
    }
    let still = met(&left);
    let missed = chosen.iter().find(|pair| still.contains(pair) && !but.contains(pair));
    assert_eq!(missed, None);
}

fn chosen_of(world: &World, every: usize) -> BTreeSet<Pair> {
    let all: Vec<u32> = (0u32..).take(world.parts.len()).collect();
    let pairs = (0..=world.rules.len())
        .flat_map(|rule| all.iter().map(move |holder| Pair { rule, holder: *holder }));
    pairs.step_by(every).collect()
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 1_000, ..ProptestConfig::default() })]

    #[test]
    fn the_smallest_cut_is_as_small_as_trying_all_finds(
        world in world(9, 11),
        every in 1..6usize,
        odd in 0..3u32,
        work in 0..3_000u64,
    ) {
        let may_cut = |from: u32, to: u32| odd == 0 || (from + 2 * to) % 3 != odd;
        let chosen = chosen_of(&world, every);
        let asked: Vec<Pair> = chosen.iter().copied().collect();
        let wanted = fewest(&world, &chosen, &may_cut);
        let ask = |limits| smallest(&built(&world), &world.rules, &asked, &may_cut, limits);
        let found = ask(Limits::default());
        prop_assert!(found.is_exact());
        prop_assert_eq!(found.facts(), Some(wanted));
        let uncut: Vec<(u32, u32)> =
            world.edges.iter().copied().filter(|(from, to)| !may_cut(*from, *to)).collect();
        let always = met(&World { edges: uncut, ..world.clone() });
        let unbreakable: Vec<Pair> = chosen.intersection(&always).copied().collect();
        prop_assert_eq!(&found.unbreakable, &unbreakable);
        let edges = found.edges.unwrap();
        prop_assert!(edges.iter().all(|edge| may_cut(edge.from, edge.to)));
        check_cut(&world, &chosen, &edges, &unbreakable);

        let stopped = ask(Limits { work, ..Limits::default() });
        prop_assert!(stopped.at_least <= wanted);
        if let Some(edges) = &stopped.edges {
            prop_assert!(stopped.facts().unwrap() >= wanted);
            check_cut(&world, &chosen, edges, &stopped.unbreakable);
        }
    }

    #[test]
    fn one_pair_of_a_larger_graph_is_cut_with_proof(world in world(14, 32), pick in 0..64usize) {
        let all: Vec<Pair> = met(&world).into_iter().collect();
        let chosen: BTreeSet<Pair> = all.get(pick % all.len().max(1)).copied().into_iter().collect();
        let asked: Vec<Pair> = chosen.iter().copied().collect();
        let found =
            smallest(&built(&world), &world.rules, &asked, &|_, _| true, Limits::default());
        prop_assert!(found.is_exact());
        check_cut(&world, &chosen, found.edges.as_ref().unwrap(), &[]);
        let single_edges = broken(&world).len();
        if let Some(pair) = chosen.first().filter(|_| found.facts() == Some(1)) {
            let edge = found.edges.unwrap()[0];
            prop_assert!(single_edges > 0);
            prop_assert!(!met(&without(&world, (edge.from, edge.to))).contains(pair));
        }
    }

    #[test]
    fn all_pairs_of_a_larger_graph_are_cut(world in world(14, 32)) {
        let chosen = met(&world);
        let asked: Vec<Pair> = chosen.iter().copied().collect();
        let ask = |asked: &[Pair]| {
            let limits = Limits { work: 3_000_000, ..Limits::default() };
            smallest(&built(&world), &world.rules, asked, &|_, _| true, limits)
        };
        let found = ask(&asked);
        check_cut(&world, &chosen, found.edges.as_ref().unwrap(), &[]);
        prop_assert!(found.at_least <= found.facts().unwrap());
        let turned: Vec<Pair> = asked.into_iter().rev().collect();
        prop_assert_eq!(found, ask(&turned));
    }

    #[test]
    fn what_a_change_would_do_is_what_it_does(
        world in world(14, 32),
        gone in vec(0..64usize, 0..4),
        added in vec((0..64u32, 0..64u32), 0..4),
        listed in 0..6usize,
    ) {
        let nodes = u32::try_from(world.parts.len()).unwrap();
        let gone: BTreeSet<usize> = gone.into_iter().map(|it| it % world.edges.len().max(1)).collect();
        let gone: Vec<usize> = gone.into_iter().filter(|it| *it < world.edges.len()).collect();
        let removed: Vec<(u32, u32)> = gone.iter().map(|place| world.edges[*place]).collect();
        let added: Vec<(u32, u32)> =
            added.into_iter().map(|(from, to)| (from % nodes, to % nodes)).collect();
        let mut after = world.clone();
        for place in gone.iter().rev() {
            after.edges.remove(*place);
        }
        after.edges.extend(&added);
        let (old, new) = (met(&world), met(&after));
        let opened: Vec<Pair> = new.difference(&old).copied().collect();
        let cleared: Vec<Pair> = old.difference(&new).copied().collect();
        let change = Change { removed: &removed, added: &added };
        let ask = |listed| {
            what_if(&built(&world), &world.rules, change, listed, Limits::default()).unwrap()
        };
        let found = ask(usize::MAX);
        prop_assert!(found.is_exact);
        prop_assert_eq!((&found.opened, &found.cleared), (&opened, &cleared));
        let few = ask(listed);
        let first = |pairs: &Vec<Pair>| pairs.iter().copied().take(listed).collect::<Vec<Pair>>();
        prop_assert_eq!((&few.opened, &few.cleared), (&first(&opened), &first(&cleared)));
        let totals = (opened.len() as u64, cleared.len() as u64);
        prop_assert_eq!((few.opened_total, few.cleared_total), totals);
    }
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
    fn single_edges_clear_the_groups_of_which_nobody_is_left(
        world in world(14, 32),
        picks in vec((0..6usize, vec(0..64usize, 0..4)), 0..8),
        top in 0..40usize,
    ) {
        let all = met(&world);
        let nodes = world.parts.len();
        // Some who meet the rule, and anybody.
        let holders = |(rule, places): &(usize, Vec<usize>)| -> Vec<u32> {
            let met: Vec<u32> = all.iter().filter(|it| it.rule == *rule).map(|it| it.holder).collect();
            let any = |at: &usize| u32::try_from(*at % nodes).unwrap();
            let pick = |at: &usize| met.get(at % (met.len() + 1)).copied().unwrap_or_else(|| any(at));
            places.iter().map(pick).collect()
        };
        let holders: Vec<(usize, Vec<u32>)> = picks.iter().map(|it| (it.0, holders(it))).collect();
        let groups: Vec<Group<'_>> =
            holders.iter().map(|(rule, holders)| Group { rule: *rule, holders }).collect();
        let left_of = |met: &BTreeSet<Pair>, group: &Group<'_>| {
            let pair = |holder: &u32| Pair { rule: group.rule, holder: *holder };
            group.holders.iter().filter(|holder| met.contains(&pair(holder))).count()
        };
        let edges: BTreeSet<(u32, u32)> = world.edges.iter().copied().collect();
        let cleared = edges.into_iter().map(|(from, to)| {
            let after = met(&without(&world, (from, to)));
            let is_cleared = |it: &usize| {
                left_of(&all, &groups[*it]) > 0 && left_of(&after, &groups[*it]) == 0
            };
            Clears { from, to, groups: (0..groups.len()).filter(is_cleared).collect() }
        });
        let mut wanted: Vec<Clears> = cleared.filter(|it| !it.groups.is_empty()).collect();
        wanted.sort_by_key(|it| (std::cmp::Reverse(it.groups.len()), it.from, it.to));
        wanted.truncate(top);
        let asked = (&world.rules[..], &groups[..]);
        let found = clearing(&built(&world), asked, top, &|_, _| true, Limits::default());
        prop_assert_eq!(found.left, 0);
        prop_assert_eq!(found.edges, wanted);
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
    fn any_number_of_threads_finds_the_same_single_edges(
        world in world(14, 32),
        top in 0..40usize,
        work in 0..400u64,
    ) {
        let snapshot = built(&world);
        // Two of three questions may cost what they do.
        let work = if work % 3 == 0 { work } else { WORK_MAX };
        let limits = Limits { work, ..Limits::default() };
        let one = single(&snapshot, &world.rules, top, &|_, _| true, limits);
        for threads in [1, 2, 3, 9] {
            let limits = Limits { threads: NonZero::new(threads).unwrap(), ..limits };
            let over = single(&snapshot, &world.rules, top, &|_, _| true, limits);
            prop_assert_eq!(&over, &one, "{} threads", threads);
        }
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

/// A holder behind a long chain, a ring as long, and a group with a million members.
#[test]
fn extremes_only_take_longer() {
    let rules = [Demand { sides: vec![vec![0], vec![1]] }];
    let long = 50_000u32;
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
    let found = single(&snapshot, &rules, 2, &|_, _| true, Limits::default());
    let pairs: Vec<u64> = found.edges.iter().map(|it| it.pairs).collect();
    assert_eq!(pairs, [u64::from(many), u64::from(many)]);
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
    let limits = Limits { threads: NonZero::new(2).unwrap(), ..limits };
    let found = single(&snapshot, &world.rules, 1, &|_, _| true, limits);
    assert!(!found.is_exact() && found.rules < 3);
}

/// Two holders of two groups each, and one permission behind both: the permission's edge is doubled.
#[test]
fn a_smallest_cut_counts_facts_and_knows_what_cannot_be_cut() {
    let world = World {
        parts: vec![Part::Holder, Part::Holder, Part::Other, Part::Goal, Part::Goal],
        edges: vec![(0, 2), (1, 2), (2, 3), (2, 3), (2, 4)],
        rules: vec![Demand { sides: vec![vec![3], vec![4]] }, Demand { sides: vec![vec![3]] }],
    };
    let snapshot = built(&world);
    let ask = |pairs: &[(usize, u32)], may_cut: &dyn Fn(u32, u32) -> bool| {
        let pairs: Vec<Pair> =
            pairs.iter().map(|(rule, holder)| Pair { rule: *rule, holder: *holder }).collect();
        smallest(&snapshot, &world.rules, &pairs, may_cut, Limits::default())
    };
    let one = |from, to, facts| Some(vec![CutEdge { from, to, facts }]);
    let any = &|_: u32, _: u32| true;
    let both = ask(&[(0, 0), (0, 1)], any);
    assert_eq!((both.is_exact(), both.edges), (true, one(2, 4, 1)));
    let all = ask(&[(0, 0), (1, 0), (1, 1)], any);
    assert_eq!((all.is_exact(), all.facts()), (true, Some(2)));
    let from_groups = ask(&[(1, 0), (1, 1)], &|from, _| from == 2);
    assert_eq!((from_groups.is_exact(), from_groups.edges), (true, one(2, 3, 2)));
    let none = ask(&[(0, 0), (1, 0), (9, 0), (0, 99)], &|_, _| false);
    let unbreakable = vec![Pair { rule: 0, holder: 0 }, Pair { rule: 1, holder: 0 }];
    assert_eq!(none, Smallest { edges: Some(Vec::new()), at_least: 0, unbreakable });
    let limits = Limits { should_stop: &|| true, ..Limits::default() };
    let pair = Pair { rule: 1, holder: 0 };
    let stopped = smallest(&snapshot, &world.rules, &[pair], any, limits);
    assert_eq!((stopped.is_exact(), stopped.edges, stopped.at_least), (false, None, 0));
}

#[test]
fn a_change_of_what_is_not_there_is_refused_and_a_stopped_question_says_so() {
    let world = World {
        parts: vec![Part::Holder, Part::Goal],
        edges: vec![(0, 1)],
        rules: vec![Demand { sides: vec![vec![1]] }],
    };
    let snapshot = built(&world);
    let ask = |removed: &[(u32, u32)], added: &[(u32, u32)], limits| {
        what_if(&snapshot, &world.rules, Change { removed, added }, 9, limits)
    };
    let twice = ask(&[(0, 1), (0, 1)], &[], Limits::default());
    assert_eq!(twice, Err(BadChange::NoSuchEdge { from: 0, to: 1 }));
    assert!(ask(&[(0, 1), (0, 1)], &[(0, 1)], Limits::default()).unwrap().is_exact);
    let nowhere = ask(&[], &[(0, 7)], Limits::default());
    assert_eq!(nowhere, Err(BadChange::NoSuchNode { node: 7 }));
    let limits = Limits { should_stop: &|| true, ..Limits::default() };
    let stopped = ask(&[(0, 1)], &[], limits).unwrap();
    assert_eq!((stopped.is_exact, stopped.rules, stopped.cleared_total), (false, 0, 0));
}
