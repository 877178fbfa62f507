//! Snapshots in files: what is written is read, and whatever else bytes may be, they are refused or are
//! a snapshot on which every kernel ends.

use std::collections::BTreeSet;
use std::num::NonZero;
use std::sync::Arc;

use countersign_access::engine::radius::Search;
use countersign_access::engine::snapshot::{BadFile, Edges, Part, Snapshot};
use countersign_access::engine::sweep::{self, Demand, How};
use proptest::collection::vec;
use proptest::prelude::{Just, ProptestConfig, Strategy, prop_assert, prop_assert_eq, prop_oneof};
use proptest::proptest;

/// As the form says: how long an entry of the table is.
const ENTRY: usize = 24;
/// Where the table of the form without potential edges begins, and where its sum is.
const TABLE: usize = 64;
const SUM: usize = 304;

/// The same, of the form that bytes say they have.
fn table(bytes: &[u8]) -> (usize, usize) {
    if bytes[8] == 2 { (72, 384) } else { (TABLE, SUM) }
}

fn part() -> impl Strategy<Value = Part> {
    prop_oneof![3 => Just(Part::Holder), 2 => Just(Part::Other), 2 => Just(Part::Goal)]
}

fn snapshot() -> impl Strategy<Value = Snapshot> {
    (0..90u32).prop_flat_map(|nodes| {
        let edges = |most: usize| {
            vec((0..nodes.max(1), 0..nodes.max(1)), 0..if nodes == 0 { 1 } else { most })
        };
        let may = prop_oneof![Just(Vec::new()).boxed(), edges(20).boxed(), edges(80).boxed()];
        (vec(part(), nodes as usize), edges(200), may).prop_map(|(parts, edges, may)| {
            let (from, to): (Vec<u32>, Vec<u32>) = edges.into_iter().unzip();
            let (may_from, may_to): (Vec<u32>, Vec<u32>) = may.into_iter().unzip();
            let may = Edges { from: &may_from, to: &may_to };
            Snapshot::build_both(&parts, Edges { from: &from, to: &to }, may).unwrap()
        })
    })
}

fn written(snapshot: &Snapshot) -> Vec<u8> {
    let mut bytes = Vec::new();
    snapshot.write(&mut bytes).unwrap();
    bytes
}

fn read(bytes: &[u8]) -> Result<Snapshot, BadFile> {
    let length = u64::try_from(bytes.len()).unwrap();
    Snapshot::read(&mut &*bytes, length)
}

/// The same bytes one further on in memory, where no number fits.
struct Shifted(Vec<u8>);

impl AsRef<[u8]> for Shifted {
    fn as_ref(&self) -> &[u8] {
        &self.0[1..]
    }
}

fn number(bytes: &[u8], at: usize) -> usize {
    usize::try_from(u64::from_le_bytes(bytes[at..at + 8].try_into().unwrap())).unwrap()
}

/// Puts all sums right, as somebody who may write the file can.
fn seal(bytes: &mut [u8]) {
    let (table, sum_at) = table(bytes);
    for entry in (table..sum_at).step_by(ENTRY) {
        let (begin, length) = (number(bytes, entry), number(bytes, entry + 8));
        let sum = crc32fast::hash(&bytes[begin..begin + length]);
        bytes[entry + 16..entry + 20].copy_from_slice(&sum.to_le_bytes());
    }
    let sum = crc32fast::hash(&bytes[..sum_at]);
    bytes[sum_at..sum_at + 4].copy_from_slice(&sum.to_le_bytes());
}

/// The plainest look at what kernels rely on.
fn is_sound(snapshot: &Snapshot) -> bool {
    let slots = 0..u32::try_from(snapshot.len()).unwrap();
    let knot = |slot: u32| snapshot.knots().iter().position(|it| (it.0..it.1).contains(&slot));
    let mut gained = BTreeSet::new();
    let mut gainers = BTreeSet::new();
    let mut forward = 0;
    let mut backward = 0;
    for slot in slots.clone() {
        for to in snapshot.gained(slot) {
            let together = to == slot || knot(slot).is_some() && knot(slot) == knot(to);
            if to > slot && !together {
                return false;
            }
            gained.insert((slot, to));
            forward += 1;
        }
        gainers.extend(snapshot.gainers(slot).iter().map(|from| (*from, slot)));
        backward += snapshot.gainers(slot).len();
    }
    let reaches = |from: u32, to: u32| {
        let mut reached = BTreeSet::from([from]);
        let mut queue = vec![from];
        while let Some(slot) = queue.pop() {
            queue.extend(snapshot.gained(slot).filter(|it| reached.insert(*it)));
        }
        reached.contains(&to)
    };
    let mut knots = snapshot.knots().iter();
    let whole = knots.all(|it| (it.0..it.1).all(|at| reaches(it.0, at) && reaches(at, it.0)));
    let leaves = snapshot.leaves();
    whole
        && (gained.iter().all(|(_, to)| !leaves.contains(to)))
        && (gained, forward) == (gainers, backward)
        && slots
            .clone()
            .all(|slot| snapshot.node(slot).and_then(|it| snapshot.slot(it)) == Some(slot))
}

/// Lets every kind of kernel run over all of it.
fn exercise(snapshot: &Snapshot) {
    let nodes: Vec<u32> = (0..u32::try_from(snapshot.len()).unwrap()).collect();
    let sides = vec![nodes.clone(), nodes.iter().copied().step_by(2).collect()];
    let rules = [Demand { sides }];
    for how in [How::Dense, How::Sparse] {
        let met = sweep::count_by(snapshot, &rules, how, NonZero::new(2).unwrap());
        assert_eq!(met.counts.len(), 1);
    }
    let mut search = Search::new(snapshot);
    for node in nodes {
        let slot = snapshot.slot(node).unwrap();
        search.gained(slot);
        let found = search.gainers(slot);
        let ways = found.ways();
        assert!(found.slots().iter().all(|slot| ways.way(*slot).is_some()));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn what_is_written_is_read(snapshot in snapshot()) {
        let bytes = written(&snapshot);
        prop_assert_eq!(bytes[8], if snapshot.potential_edges() == 0 { 1 } else { 2 });
        let again = read(&bytes).unwrap();
        prop_assert_eq!(again.potential_edges(), snapshot.potential_edges());
        prop_assert_eq!(&again, &snapshot);
        prop_assert_eq!(&written(&again), &bytes);
        let mut shifted = vec![0];
        shifted.extend(&bytes);
        prop_assert_eq!(&Snapshot::over(Shifted(shifted)).unwrap(), &snapshot);
        prop_assert_eq!(&Snapshot::over(Arc::<[u8]>::from(bytes)).unwrap(), &snapshot);
        prop_assert!(is_sound(&snapshot));
        exercise(&again);
    }

    #[test]
    fn one_bit_too_few_too_many_or_wrong_is_found(
        snapshot in snapshot(),
        places in vec((0..usize::MAX, 0..8u32), 20),
    ) {
        let mut bytes = written(&snapshot);
        for (place, bit) in places {
            let place = place % bytes.len();
            prop_assert!(read(&bytes[..place]).is_err(), "cut off at {}", place);
            prop_assert!(Snapshot::over(bytes[..place].to_vec()).is_err(), "cut off at {}", place);
            bytes[place] ^= 1 << bit;
            prop_assert!(read(&bytes).is_err(), "bit {} of byte {}", bit, place);
            bytes[place] ^= 1 << bit;
        }
        bytes.push(0);
        let is_length = matches!(read(&bytes), Err(BadFile::Length { .. }));
        prop_assert!(is_length, "a byte too many");
    }

    #[test]
    fn whoever_puts_the_sums_right_too_is_refused_or_wrote_a_snapshot(
        snapshot in snapshot(),
        changes in vec((0..usize::MAX, 0..40u32, 0..3usize), 1..4),
    ) {
        let mut bytes = written(&snapshot);
        for (place, value, how) in changes {
            // Of the beginning only the counts and the ranges: where sections lie follows from them.
            let (table, sum) = table(&bytes);
            let places = (12..table).chain(sum + 16..bytes.len() - 3);
            let words = places.filter(|at| at % 4 == 0).collect::<Vec<_>>();
            let at = words[place % words.len()];
            let old = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
            let new = [value, old.wrapping_add(1), old.wrapping_sub(1)][how];
            bytes[at..at + 4].copy_from_slice(&new.to_le_bytes());
        }
        seal(&mut bytes);
        if let Ok(other) = read(&bytes) {
            prop_assert!(is_sound(&other));
            exercise(&other);
        }
    }

    #[test]
    fn any_bytes_at_all_are_refused(bytes in vec(0..=u8::MAX, 0..2_000)) {
        prop_assert!(read(&bytes).is_err());
    }
}

fn small() -> Vec<u8> {
    let parts = [Part::Holder, Part::Other, Part::Goal];
    written(&Snapshot::build(&parts, Edges { from: &[0, 1], to: &[1, 2] }).unwrap())
}

fn words(bytes: &[u8]) -> String {
    read(bytes).unwrap_err().to_string()
}

#[test]
fn each_refusal_says_what_is_wrong() {
    let mut bytes = small();
    assert_eq!(words(b"PK\x03\x04"), "this is no snapshot of a graph: it does not begin as one");
    assert_eq!(words(b""), "this is no snapshot of a graph: it does not begin as one");
    bytes[8] = 9;
    assert_eq!(
        words(&bytes),
        "the snapshot is of form 9 and this release reads form 2: build it anew"
    );
    let mut bytes = small();
    let last = bytes.len() - 1;
    bytes[last] ^= 1;
    assert_eq!(
        words(&bytes),
        "the snapshot is damaged (gainers): build it anew, and look after the disk",
    );
    seal(&mut bytes);
    assert_eq!(
        words(&bytes),
        "the snapshot contradicts itself (gainers are not those who gain): build it anew",
    );
}

/// Whoever says that there is more than numbers of 32 bits can name is refused at the beginning: the rest
/// of the file is neither read nor given room.
#[test]
fn more_than_can_be_numbered_is_refused_before_memory_is_spent() {
    for at in [16, 24] {
        let mut bytes = small();
        bytes[at..at + 8].copy_from_slice(&(1u64 << 32).to_le_bytes());
        let sum = crc32fast::hash(&bytes[..SUM]);
        bytes[SUM..SUM + 4].copy_from_slice(&sum.to_le_bytes());
        let beginning = &bytes[..320];
        let refused = Snapshot::read(&mut &*beginning, u64::MAX).unwrap_err();
        assert!(matches!(refused, BadFile::TooLarge { .. }), "{refused}");
    }
    let refused = Snapshot::read(&mut &small()[..320], u64::MAX).unwrap_err();
    assert!(matches!(refused, BadFile::Length { found: u64::MAX, .. }), "{refused}");
}

/// A file of a release from before there was a place for potential edges is read as ever.
#[test]
fn what_is_proven_alone_keeps_the_first_form() {
    let bytes = small();
    assert_eq!((bytes[8], number(&bytes, TABLE)), (1, 320));
    let mut sealed = bytes.clone();
    seal(&mut sealed);
    assert_eq!(sealed, bytes);
    assert_eq!(crc32fast::hash(&bytes), 0xbfca_e94a, "every byte is as it was");
}

#[test]
fn what_a_file_says_of_potential_edges_is_looked_at_too() {
    const MAY_KNOTS: usize = 10;
    const MAY_STARTS: usize = 11;
    const MAY_ITEMS: usize = 12;
    let parts = [Part::Holder, Part::Holder, Part::Holder, Part::Holder, Part::Goal];
    let proven = Edges { from: &[0, 1, 2, 0], to: &[1, 0, 0, 4] };
    let may = Edges { from: &[0, 3], to: &[2, 4] };
    let whole = written(&Snapshot::build_both(&parts, proven, may).unwrap());
    let refused = |section: usize, word: usize, turn: &dyn Fn(u32) -> u32| {
        let mut bytes = whole.clone();
        let at = number(&bytes, table(&bytes).0 + section * ENTRY) + 4 * word;
        let old = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
        bytes[at..at + 4].copy_from_slice(&turn(old).to_le_bytes());
        seal(&mut bytes);
        words(&bytes)
    };
    let wrong = |what: &str| format!("the snapshot contradicts itself ({what}): build it anew");
    let lists = wrong("a list ends before it begins");
    assert_eq!(refused(MAY_STARTS, 1, &|_| 90), lists);
    assert_eq!(refused(MAY_ITEMS, 0, &|_| 5), lists);
    assert_eq!(
        refused(MAY_KNOTS, 1, &|end| end + 1),
        wrong("what may reach each other lies across ranges")
    );
    assert_eq!(refused(MAY_KNOTS, 0, &|first| first + 1), wrong("what reaches each other may not"));
    assert_eq!(refused(MAY_KNOTS, 1, &|end| end - 1), wrong("a potential edge leads forward"));
    assert_eq!(refused(MAY_ITEMS, 0, &|_| 4), wrong("a potential edge leads forward"));
    let mut none = whole.clone();
    none[64..72].fill(0);
    seal(&mut none);
    assert_eq!(
        words(&none),
        "the snapshot is damaged (its beginning): build it anew, and look after the disk"
    );
    for place in 0..whole.len() {
        assert!(read(&whole[..place]).is_err(), "cut off at {place}");
    }
}

/// Somebody's file: one number of one section is another, and all sums are right.
fn forged(edges: &[(u32, u32)], section: usize, word: usize, turn: impl Fn(u32) -> u32) -> String {
    let parts = [Part::Holder, Part::Holder, Part::Holder, Part::Holder, Part::Goal];
    let (from, to): (Vec<u32>, Vec<u32>) = edges.iter().copied().unzip();
    let mut bytes = written(&Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap());
    let at = number(&bytes, TABLE + section * ENTRY) + 4 * word;
    let old = u32::from_le_bytes(bytes[at..at + 4].try_into().unwrap());
    bytes[at..at + 4].copy_from_slice(&turn(old).to_le_bytes());
    seal(&mut bytes);
    words(&bytes)
}

/// What random changes hardly hit, because the two directions of the edges must agree.
#[test]
fn every_rule_that_kernels_rely_on_refuses_by_itself() {
    const HOLDERS: usize = 2;
    const KNOTS: usize = 3;
    const PULL_STARTS: usize = 4;
    let pair = [(0, 1), (1, 0), (2, 0), (0, 4)];
    let pair_below_another = [(0, 1), (1, 0), (2, 0), (3, 2), (0, 4)];
    let ring = [(0, 1), (1, 2), (2, 0), (0, 4)];
    let wrong = |what: &str| format!("the snapshot contradicts itself ({what}): build it anew");
    assert_eq!(forged(&pair, HOLDERS, 0, |_| u32::MAX), wrong("a holder lies where none can"));
    assert_eq!(forged(&pair, PULL_STARTS, 0, |_| 1), wrong("a list ends before it begins"));
    assert_eq!(forged(&pair, PULL_STARTS, 1, |_| 90), wrong("a list ends before it begins"));
    assert_eq!(
        forged(&pair, KNOTS, 1, |end| end + 1),
        wrong("what reaches each other lies across ranges")
    );
    assert_eq!(forged(&ring, KNOTS, 1, |end| end - 1), wrong("an edge leads forward"));
    assert_eq!(
        forged(&pair_below_another, KNOTS, 1, |end| end + 1),
        wrong("slots that should reach each other do not")
    );
}
