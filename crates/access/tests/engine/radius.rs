//! Searches against the plainest ones, and the estimate within its stated error.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::engine::radius::{BLAST_ERROR, Search, blasts};
use countersign_access::engine::snapshot::{Edges, Part, Snapshot};
use proptest::collection::vec;
use proptest::prelude::{ProptestConfig, Strategy, TestCaseError, prop_assert, prop_assert_eq};
use proptest::proptest;

fn world(
    nodes: std::ops::Range<u32>,
    edges: usize,
) -> impl Strategy<Value = (Vec<Part>, Vec<(u32, u32)>)> {
    nodes.prop_flat_map(move |nodes| {
        let part = (0..3usize).prop_map(|at| [Part::Holder, Part::Goal, Part::Other][at]);
        (vec(part, nodes as usize), vec((0..nodes, 0..nodes), 0..edges))
    })
}

fn built(parts: &[Part], edges: &[(u32, u32)]) -> Snapshot {
    let (from, to): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
    Snapshot::build(parts, Edges { from: &from, to: &to }).unwrap()
}

/// Every node that is reached, with its distance.
fn plainly(edges: &[(u32, u32)], start: u32) -> BTreeMap<u32, u32> {
    let mut found = BTreeMap::from([(start, 0)]);
    for distance in 0.. {
        let before = found.len();
        for (from, to) in edges {
            if found.get(from) == Some(&distance) {
                found.entry(*to).or_insert(distance + 1);
            }
        }
        if found.len() == before {
            break;
        }
    }
    found
}

/// Searches from and to a node, and the ways, against the plainest.
fn compare(
    snapshot: &Snapshot,
    search: &mut Search<'_>,
    edges: &[(u32, u32)],
    start: u32,
) -> Result<(), TestCaseError> {
    let turned: Vec<(u32, u32)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
    let slot = snapshot.slot(start).unwrap();
    for (is_forward, edges) in [(true, edges), (false, turned.as_slice())] {
        let found = if is_forward { search.gained(slot) } else { search.gainers(slot) };
        let node = |slot: &u32| snapshot.node(*slot).unwrap();
        let mut distances = BTreeMap::new();
        for (distance, slots) in (0u32..).zip(found.by_distance()) {
            distances.extend(slots.iter().map(|slot| (node(slot), distance)));
        }
        prop_assert_eq!(distances.len(), found.slots().len());
        prop_assert_eq!(&distances, &plainly(edges, start));
        let known: BTreeSet<&(u32, u32)> = edges.iter().collect();
        let ways = found.ways();
        for slot in found.slots() {
            let way: Vec<u32> = ways.way(*slot).unwrap().iter().map(node).collect();
            prop_assert_eq!(way.len(), distances[&node(slot)] as usize + 1);
            prop_assert_eq!(way.last(), Some(&start));
            for step in way.windows(2) {
                prop_assert!(known.contains(&(step[1], step[0])), "{:?}", way);
            }
        }
        let all = (0..u32::try_from(snapshot.len()).unwrap()).map(|it| snapshot.slot(it).unwrap());
        for slot in all.filter(|slot| !distances.contains_key(&node(slot))) {
            prop_assert_eq!(ways.way(slot), None);
        }
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_search_comes_by_everything_at_its_distance_and_knows_a_shortest_way(
        (parts, edges) in world(2..20, 50),
    ) {
        let snapshot = built(&parts, &edges);
        let mut search = Search::new(&snapshot);
        for start in 0..u32::try_from(parts.len()).unwrap() {
            compare(&snapshot, &mut search, &edges, start)?;
        }
    }

    /// So few that nothing is estimated but by which registers are empty.
    #[test]
    fn few_are_estimated_closely((parts, edges) in world(2..20, 50)) {
        let snapshot = built(&parts, &edges);
        let counts = |slot: u32| parts[snapshot.node(slot).unwrap() as usize] == Part::Other;
        let mut told = 0;
        blasts(&snapshot, counts, |slot, about| {
            told += 1;
            let start = snapshot.node(slot).unwrap();
            let mut reached = plainly(&edges, start);
            let on_a_ring = edges.iter().any(|(from, to)| *to == start && reached.contains_key(from));
            if !on_a_ring {
                reached.remove(&start);
            }
            let exact = reached.keys().filter(|it| parts[**it as usize] == Part::Other).count();
            let exact = f64::from(u32::try_from(exact).unwrap());
            let off = (about - exact).abs();
            assert!(off <= 1.5 + exact * 4.0 * BLAST_ERROR, "{about} for {exact}");
        });
        prop_assert_eq!(told, parts.iter().filter(|part| **part == Part::Holder).count());
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 40, ..ProptestConfig::default() })]

    /// Small and large borders, short lists and long ones.
    #[test]
    fn a_search_goes_over_to_whole_words_and_back((parts, edges) in world(600..1_200, 2_500)) {
        let snapshot = built(&parts, &edges);
        let mut search = Search::new(&snapshot);
        for start in (0..u32::try_from(parts.len()).unwrap()).step_by(101) {
            compare(&snapshot, &mut search, &edges, start)?;
        }
    }
}

#[test]
fn many_are_estimated_within_the_stated_error() {
    let things = 40_000u32;
    let holders = 200u32;
    let mut parts = vec![Part::Holder; holders as usize];
    parts.push(Part::Goal);
    parts.resize(parts.len() + things as usize, Part::Other);
    let first = holders + 1;
    let mut edges = Vec::new();
    for holder in 0..holders {
        let count = 1 + holder * holder;
        let span = (0..count).map(|at| first + (holder * 977 + at) % things);
        edges.extend(span.map(|thing| (holder, thing)));
    }
    let snapshot = built(&parts, &edges);
    let mut search = Search::new(&snapshot);
    let (mut within, mut all) = (0, 0);
    blasts(
        &snapshot,
        |slot| snapshot.node(slot).unwrap() >= first,
        |slot, about| {
            let exact = f64::from(u32::try_from(search.gained(slot).slots().len() - 1).unwrap());
            all += 1;
            within += u32::from((about - exact).abs() <= exact * 2.0 * BLAST_ERROR);
        },
    );
    assert_eq!(all, holders);
    assert!(within >= holders * 9 / 10, "{within} of {holders} within twice the stated error");
}
