//! Whoever waits for what the kernels do may call it off at any moment, and is told how far it is.

use std::num::NonZero;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use countersign_access::engine::live::Live;
use countersign_access::engine::radius::{Census, Reach, Search, blasts, blasts_within};
use countersign_access::engine::snapshot::{Edges, Part, Snapshot};
use countersign_access::engine::sweep::{self, Demand, How};
use countersign_access::engine::{Stage, Watch};

#[derive(Debug, PartialEq)]
struct Enough;

const QUIET: &(dyn Fn(Stage, usize, usize) + Sync) = &|_, _, _| {};
const PEOPLE: u32 = 9_000;
const GROUPS: u32 = 400;
const ENTITLEMENTS: u32 = 200;

/// People in ten groups each, groups in a ring of rings, entitlements behind every group: enough for
/// several questions in each stage.
struct World {
    parts: Vec<Part>,
    from: Vec<u32>,
    to: Vec<u32>,
    rules: Vec<Demand>,
}

impl World {
    fn new() -> Self {
        let kinds = [(Part::Holder, PEOPLE), (Part::Other, GROUPS), (Part::Goal, ENTITLEMENTS)];
        let parts = kinds.into_iter().flat_map(|(part, count)| vec![part; count as usize]);
        let member = |at: u32| (at / 10, PEOPLE + at.wrapping_mul(2_654_435_761) % GROUPS);
        let nested = |at: u32| (PEOPLE + at, PEOPLE + at / 8 * 8 + (at + 1) % 8);
        let granted = |at: u32| (PEOPLE + at % GROUPS, PEOPLE + GROUPS + at * 7 % ENTITLEMENTS);
        let edges = (0..PEOPLE * 10).map(member);
        let edges = edges.chain((0..GROUPS).map(nested)).chain((0..GROUPS * 2).map(granted));
        let (from, to) = edges.unzip();
        let node = |at: u32| PEOPLE + GROUPS + at;
        let mut rules: Vec<Demand> = (0..6)
            .map(|at| Demand { sides: vec![vec![node(at)], vec![node(at + 50), node(at + 90)]] })
            .collect();
        rules.push(Demand { sides: (0..17).map(|at| vec![node(at), node(at + 100)]).collect() });
        Self { parts: parts.collect(), from, to, rules }
    }

    /// All but one edge in a hundred, and those.
    fn planes(&self) -> [(Vec<u32>, Vec<u32>); 2] {
        [false, true].map(|is_potential| {
            let edges = self.from.iter().zip(&self.to).enumerate();
            let some = edges.filter(|(at, _)| (at % 100 == 50) == is_potential);
            some.map(|(_, (from, to))| (*from, *to)).unzip()
        })
    }

    fn build<E: Send>(&self, count: usize, watch: Watch<'_, E>) -> Result<Snapshot, E> {
        let threads = NonZero::new(count).unwrap();
        let [proven, potential] = self.planes();
        let proven = Edges { from: &proven.0, to: &proven.1 };
        let potential = Edges { from: &potential.0, to: &potential.1 };
        Ok(Snapshot::build_within(&self.parts, proven, potential, threads, watch)?.unwrap())
    }
}

/// Calls it off at the first, second, third … question, until it is not called off any more; how often
/// it was.
fn called_off_each_time<T>(work: impl Fn(Watch<'_, Enough>) -> Result<T, Enough>) -> (usize, T) {
    for allowed in 0.. {
        let asked = AtomicUsize::new(0);
        let go_on = || match asked.fetch_add(1, Ordering::Relaxed) < allowed {
            true => Ok(()),
            false => Err(Enough),
        };
        match work(Watch { go_on: &go_on, progress: QUIET }) {
            Ok(done) => return (allowed, done),
            Err(Enough) => assert!(asked.into_inner() > allowed),
        }
    }
    panic!("it ends when nobody calls it off any more")
}

#[test]
fn a_snapshot_whose_build_is_called_off_is_none_and_the_next_is_whole() {
    let world = World::new();
    let edges = Edges { from: &world.from, to: &world.to };
    let none = Edges { from: &[], to: &[] };
    for count in [1, 2, 3] {
        let (asked, snapshot) = called_off_each_time(|watch| world.build(count, watch));
        assert!(asked >= 8, "asked {asked} times");
        assert!(snapshot == world.build(1, Watch::NOBODY).unwrap());
        let threads = NonZero::new(count).unwrap();
        let build = |watch: Watch<'_, Enough>| {
            Ok(Snapshot::build_within(&world.parts, edges, none, threads, watch)?.unwrap())
        };
        let (asked, snapshot) = called_off_each_time(build);
        assert!(asked >= 4, "asked {asked} times");
        assert!(snapshot == Snapshot::build(&world.parts, edges).unwrap());
    }
}

#[test]
fn counts_and_holders_that_are_called_off_leave_the_next_ones_whole() {
    let world = World::new();
    let snapshot = world.build(1, Watch::NOBODY).unwrap();
    let threads = |count| NonZero::new(count).unwrap();
    for how in [How::Dense, How::Sparse] {
        for count in [1, 2, 3] {
            let plain = sweep::count_by(&snapshot, &world.rules, how, threads(1));
            let work = |watch: Watch<'_, Enough>| {
                sweep::count_by_within(&snapshot, &world.rules, how, threads(count), watch)
            };
            let (asked, met) = called_off_each_time(work);
            assert!(asked >= 3, "{how:?}, {count} threads: asked {asked} times");
            assert_eq!((met.counts, met.potential), (plain.counts, plain.potential));
        }
    }
    let count =
        |watch: Watch<'_, Enough>| sweep::count_within(&snapshot, &world.rules, threads(1), watch);
    assert_eq!(called_off_each_time(count).1, sweep::count(&snapshot, &world.rules, threads(1)));
    let rule = &world.rules[0];
    let (asked, holders) =
        called_off_each_time(|watch| sweep::holders_within(&snapshot, rule, watch));
    assert!(asked >= 1 && holders == sweep::holders(&snapshot, rule), "{asked}");
    let (asked, holders) =
        called_off_each_time(|watch| sweep::potential_holders_within(&snapshot, rule, watch));
    assert!(asked >= 2 && holders == sweep::potential_holders(&snapshot, rule), "{asked}");
}

#[test]
fn a_count_for_everybody_and_a_live_graph_that_are_called_off_leave_nothing() {
    let world = World::new();
    let snapshot = world.build(1, Watch::NOBODY).unwrap();
    let is_goal = |slot| snapshot.gained(slot).next().is_none();
    let mut plain = Vec::new();
    blasts(&snapshot, is_goal, |slot, about| plain.push((slot, about)));
    let all = |watch: Watch<'_, Enough>| {
        let mut told = Vec::new();
        blasts_within(&snapshot, is_goal, |slot, about| told.push((slot, about)), watch)?;
        Ok(told)
    };
    let (asked, told) = called_off_each_time(all);
    assert!(asked >= 2 && told == plain, "asked {asked} times");
    let edges = Edges { from: &world.from, to: &world.to };
    let whole = Snapshot::build(&world.parts, edges).unwrap();
    let build = |watch: Watch<'_, Enough>| Live::build_within(&whole, &world.rules, watch);
    let (asked, live) = called_off_each_time(build);
    let live = live.unwrap();
    assert!(asked >= 8, "asked {asked} times");
    live.verify().unwrap();
    assert_eq!(live.counts(), Live::build(&whole, &world.rules).unwrap().counts());
}

/// One group gives to everybody, so that one step follows more edges than are followed unasked.
#[test]
fn single_questions_that_are_called_off_leave_the_next_ones_whole() {
    let people = 150_000;
    let parts: Vec<Part> =
        (0..people + 2).map(|node| if node < people { Part::Holder } else { Part::Goal }).collect();
    let both = (0..people).flat_map(|at| [(at, people), (people + 1, at)]);
    let (from, to): (Vec<u32>, Vec<u32>) = both.unzip();
    let snapshot = Snapshot::build(&parts, Edges { from: &from, to: &to }).unwrap();
    let [goal, all] = [people, people + 1].map(|node| snapshot.slot(node).unwrap());
    let mut census = Census::new(&snapshot);
    let mut search = Search::new(&snapshot);
    let mut reach = Reach::new(&snapshot);
    for allowed in 0.. {
        let watched = |work: &mut dyn FnMut(Watch<'_, Enough>) -> Result<(), Enough>| {
            let asked = AtomicUsize::new(0);
            let go_on = || match asked.fetch_add(1, Ordering::Relaxed) < allowed {
                true => Ok(()),
                false => Err(Enough),
            };
            work(Watch { go_on: &go_on, progress: QUIET })
        };
        let ended = [
            watched(&mut |watch| census.of_within(goal, watch).map(|it| assert!(it.holders() > 0))),
            watched(&mut |watch| search.gainers_within(goal, watch).map(|_| ())),
            watched(&mut |watch| search.gained_within(all, watch).map(|_| ())),
            watched(&mut |watch| reach.of_within(all, watch).map(|_| ())),
        ];
        assert_eq!(census.of(goal).by_distance(), [0, u64::from(people)]);
        assert_eq!(search.gainers(goal).slots().len(), people as usize + 2);
        assert_eq!(search.gained(all).slots().len(), people as usize + 2);
        assert_eq!(reach.of(all).slots().count(), people as usize + 2);
        if ended.iter().all(Result::is_ok) {
            assert!(allowed >= 3, "asked {allowed} times");
            return;
        }
    }
}

#[test]
fn progress_of_every_stage_begins_at_none_and_never_goes_beyond_what_there_is() {
    let world = World::new();
    let told = Mutex::new(Vec::new());
    let progress = |stage, done, all| told.lock().unwrap().push((stage, done, all));
    let watch = Watch::<Enough> { go_on: &|| Ok(()), progress: &progress };
    let edges = Edges { from: &world.from, to: &world.to };
    let none = Edges { from: &[], to: &[] };
    let whole = Snapshot::build_within(&world.parts, edges, none, NonZero::<usize>::MIN, watch)
        .unwrap()
        .unwrap();
    sweep::count_by_within(&whole, &world.rules, How::Dense, NonZero::<usize>::MIN, watch).unwrap();
    Live::build_within(&whole, &world.rules, watch).unwrap().unwrap();
    let told = told.into_inner().unwrap();
    let mut stages: Vec<Stage> = told.iter().map(|(stage, ..)| *stage).collect();
    stages.dedup();
    assert_eq!(stages.get(..3), Some(&[Stage::Sorting, Stage::Numbering, Stage::Listing][..]));
    for at in 0..told.len() {
        let (stage, done, all) = told[at];
        assert!(all == 0 || done <= all, "{:?}", told[at]);
        let begins = at == 0 || told[at - 1].0 != stage;
        assert!(!begins || done == 0, "{:?}", told[at]);
    }
}
