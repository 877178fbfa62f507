//! Searches against the plainest ones, and the estimate within its stated error.

use std::collections::{BTreeMap, BTreeSet};

use countersign_access::engine::radius::{
    BLAST_ERROR, Census, Found, Kind, Reach, Search, Ways, blasts,
};
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

/// All searches over one snapshot, with the memory that they keep from one to the next.
struct Searches<'a> {
    search: Search<'a>,
    reach: Reach<'a>,
    census: Census<'a>,
}

impl<'a> Searches<'a> {
    fn over(snapshot: &'a Snapshot) -> Self {
        let (search, reach) = (Search::new(snapshot), Reach::new(snapshot));
        Self { search, reach, census: Census::new(snapshot) }
    }
}

/// By node, what a search found.
fn distances(snapshot: &Snapshot, found: Found<'_>) -> BTreeMap<u32, u32> {
    let mut distances = BTreeMap::new();
    for (distance, slots) in (0u32..).zip(found.by_distance()) {
        distances.extend(slots.iter().map(|slot| (snapshot.node(*slot).unwrap(), distance)));
    }
    assert_eq!(distances.len(), found.slots().len());
    distances
}

/// A way from every node is as long as it is far, made of edges, and there is none from any other.
fn check_ways(
    snapshot: &Snapshot,
    ways: &Ways<'_>,
    edges: &[(u32, u32)],
    (start, distances): (u32, &BTreeMap<u32, u32>),
) -> Result<(), TestCaseError> {
    let known: BTreeSet<&(u32, u32)> = edges.iter().collect();
    for node in 0..u32::try_from(snapshot.len()).unwrap() {
        let way = ways.way(snapshot.slot(node).unwrap());
        prop_assert_eq!(ways.distance(snapshot.slot(node).unwrap()), distances.get(&node).copied());
        let Some(distance) = distances.get(&node) else {
            prop_assert_eq!(way, None);
            continue;
        };
        let way: Vec<u32> = way.unwrap().iter().map(|it| snapshot.node(*it).unwrap()).collect();
        prop_assert_eq!(way.len(), *distance as usize + 1);
        prop_assert_eq!((way.first(), way.last()), (Some(&node), Some(&start)));
        for step in way.windows(2) {
            prop_assert!(known.contains(&(step[1], step[0])), "{:?}", way);
        }
    }
    Ok(())
}

/// Searches from and to a node, and the ways, against the plainest.
fn compare(
    snapshot: &Snapshot,
    searches: &mut Searches<'_>,
    edges: &[(u32, u32)],
    start: u32,
) -> Result<(), TestCaseError> {
    let turned: Vec<(u32, u32)> = edges.iter().map(|(from, to)| (*to, *from)).collect();
    let slot = snapshot.slot(start).unwrap();
    let gained = plainly(edges, start);
    let found = searches.search.gained(slot);
    prop_assert_eq!(&distances(snapshot, found), &gained);
    check_ways(snapshot, &found.ways(), edges, (start, &gained))?;
    let reached = searches.reach.of(slot);
    let nodes: BTreeSet<u32> = reached.slots().map(|it| snapshot.node(it).unwrap()).collect();
    prop_assert!(nodes.iter().eq(gained.keys()), "{:?} and not {:?}", nodes, gained);
    let odd = Kind::of(snapshot, |slot| snapshot.node(slot).unwrap() % 2 == 1);
    let count = gained.keys().filter(|node| *node % 2 == 1).count();
    prop_assert_eq!(reached.count(&odd), u64::try_from(count).unwrap());

    let gainers = plainly(&turned, start);
    let found = searches.search.gainers(slot);
    prop_assert_eq!(&distances(snapshot, found), &gainers);
    check_ways(snapshot, &found.ways(), &turned, (start, &gainers))?;
    let counted = searches.census.of(slot);
    let mut by_distance = Vec::new();
    for (node, distance) in &gainers {
        if snapshot.is_holder(snapshot.slot(*node).unwrap()) {
            let most = by_distance.len().max(*distance as usize + 1);
            by_distance.resize(most, 0u64);
            by_distance[*distance as usize] += 1;
        }
    }
    prop_assert_eq!(counted.by_distance(), &by_distance);
    prop_assert_eq!(counted.holders(), by_distance.iter().sum::<u64>());
    check_ways(snapshot, &counted.ways(), &turned, (start, &gainers))
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, ..ProptestConfig::default() })]

    #[test]
    fn a_search_comes_by_everything_at_its_distance_and_knows_a_shortest_way(
        (parts, edges) in world(2..20, 50),
    ) {
        let snapshot = built(&parts, &edges);
        let mut searches = Searches::over(&snapshot);
        for start in 0..u32::try_from(parts.len()).unwrap() {
            compare(&snapshot, &mut searches, &edges, start)?;
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
    #![proptest_config(ProptestConfig { cases: 12, ..ProptestConfig::default() })]

    /// Small and large borders, short lists and long ones.
    #[test]
    fn a_search_goes_over_to_whole_words_and_back((parts, edges) in world(600..1_200, 2_500)) {
        let snapshot = built(&parts, &edges);
        let mut searches = Searches::over(&snapshot);
        for start in (0..u32::try_from(parts.len()).unwrap()).step_by(101) {
            compare(&snapshot, &mut searches, &edges, start)?;
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
