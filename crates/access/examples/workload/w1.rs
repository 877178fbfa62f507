//! W1: how many identities meet both sides of each rule.

use std::num::NonZero;

use countersign_access::engine::Stage;
use countersign_access::engine::snapshot::{Edges, Part, Snapshot};
use countersign_access::engine::sweep::{self, Demand, How, Met};

use crate::draw::Organisation;
use crate::measure::{Parts, forget_peak, hash, median, peak_megabytes, say, spent};
use crate::naive::Naive;
use crate::roof;

const RUNS: usize = 5;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let snapshot = built(organisation, &parts)?;
    let edges = snapshot.edges();
    let rules = &organisation.rules;
    let estimate = sweep::estimate(&snapshot, rules);
    let chosen = estimate.how();
    say(&format!(
        "estimate: planes {:.4} s, searches {:.4} s: {chosen:?} is chosen",
        estimate.dense_seconds, estimate.sparse_seconds
    ));
    let one = NonZero::<usize>::MIN;
    let two = one.saturating_add(1);
    forget_peak();
    let before = peak_megabytes();
    let mut ours = Vec::new();
    for how in [How::Dense, How::Sparse] {
        for threads in [one, two] {
            let time = median(RUNS, || {
                ours = sweep::count_by(&snapshot, rules, how, threads).counts;
            });
            let answer = hash(ours.iter().copied());
            let found: u64 = ours.iter().sum();
            say(&format!(
                "{how:?}, {threads} threads: {time}, {found} found, answer {answer:016x}"
            ));
        }
    }
    let more = peak_megabytes() - before;
    say_roof(&snapshot, rules);
    both_planes(organisation, &snapshot)?;
    let held = snapshot_megabytes(&snapshot);
    let edges = f64::from(u32::try_from(edges).unwrap_or(u32::MAX));
    say(&format!(
        "memory: {held:.0} MB of snapshot and {more:.0} MB above it at the peak, {:.1} bytes an edge",
        (held + more) * f64::from(1 << 20) / edges
    ));
    let naive = Naive::of(organisation, parts.len());
    let mut plain = Vec::new();
    let slow = median(RUNS, || plain = naive.count(organisation));
    let fast = median(RUNS, || ours = sweep::count(&snapshot, rules, one).counts);
    if ours != plain {
        return Err("the answers differ: no ratio is printed".to_owned());
    }
    say(&format!("plain searches: {slow}, the same answer"));
    say(&format!("choosing and counting: {fast}"));
    say(&format!("ratio to plain searches: {:.2}", slow.cpu / fast.cpu));
    Ok(())
}

/// The snapshot, built by one thread and by two, each several times.
fn built(organisation: &Organisation, parts: &[Part]) -> Result<Snapshot, String> {
    let none = Edges { from: &[], to: &[] };
    let one = NonZero::<usize>::MIN;
    let mut first = None;
    for threads in [one, one.saturating_add(1)] {
        let mut runs = Vec::new();
        for _ in 0..RUNS {
            let ((snapshot, stages), time) = spent(|| {
                Parts::of(|watch| {
                    Snapshot::build_within(parts, organisation.edges(), none, threads, watch)
                })
            });
            let snapshot = snapshot.map_err(|why| why.to_string())?;
            if first.as_ref().is_some_and(|first| *first != snapshot) {
                return Err("two builds of one graph differ".to_owned());
            }
            first = Some(snapshot);
            runs.push((time, stages));
        }
        runs.sort_by(|(one, _), (other, _)| one.wall.total_cmp(&other.wall));
        let Some((time, stages)) = runs.get(RUNS / 2) else { continue };
        say(&format!(
            "snapshot, {threads} threads: {time}; by the processor sorted in {:.4}, numbered in {:.4}, lists \
             written in {:.4}; asked at least every {:.2} ms",
            stages.took(Stage::Sorting),
            stages.took(Stage::Numbering),
            stages.took(Stage::Listing),
            stages.longest * 1e3
        ));
    }
    first.ok_or_else(|| "nothing was built".to_owned())
}

/// Both planes at once, where one in a thousand edges is potential: what is proven and what is more are
/// together what all edges give, or it is an error.
fn both_planes(organisation: &Organisation, all: &Snapshot) -> Result<(), String> {
    let pairs = || organisation.from.iter().copied().zip(organisation.to.iter().copied());
    let is_potential = |at: usize| at % 1_000 == 500;
    let some = |potential: bool| -> (Vec<u32>, Vec<u32>) {
        let of = pairs().enumerate().filter(|(at, _)| is_potential(*at) == potential);
        of.map(|(_, edge)| edge).unzip()
    };
    let (sure, may) = (some(false), some(true));
    let (sure, may) = (Edges { from: &sure.0, to: &sure.1 }, Edges { from: &may.0, to: &may.1 });
    let both = Snapshot::build_both(&organisation.parts(), sure, may);
    let both = both.map_err(|why| why.to_string())?;
    let (rules, one) = (&organisation.rules, NonZero::<usize>::MIN);
    let plain = sweep::count_by(all, rules, How::Dense, one).counts;
    for how in [How::Dense, How::Sparse] {
        let mut met = None;
        let time = median(RUNS, || met = Some(sweep::count_by(&both, rules, how, one)));
        let Some(met) = met else { continue };
        let together = met.counts.iter().zip(&met.potential).map(|(sure, more)| sure + more);
        if !together.eq(plain.iter().copied()) {
            return Err("both planes together are not what all edges give".to_owned());
        }
        let more: u64 = met.potential.iter().sum();
        say(&format!(
            "{how:?}, {} potential edges: {time}, {more} found only with them",
            both.potential_edges()
        ));
    }
    Ok(())
}

/// What planes move, a row, its number and the number's place for each edge, against the roof of a table
/// as large as theirs: while rows are pulled through the graph and holders counted, and with dealing rules
/// into planes, making room for rows and handing out what is asked for.
fn say_roof(snapshot: &Snapshot, rules: &[Demand]) {
    let one = NonZero::<usize>::MIN;
    let run = || Parts::of(|watch| sweep::count_by_within(snapshot, rules, How::Dense, one, watch));
    let mut runs: Vec<(Met, Parts)> = (0..RUNS).map(|_| run()).collect();
    runs.sort_by(|(_, a), (_, b)| a.took(Stage::Pulling).total_cmp(&b.took(Stage::Pulling)));
    let Some((met, parts)) = runs.get(runs.len() / 2) else { return };
    let (dealing, pulling) = (parts.took(Stage::Dealing), parts.took(Stage::Pulling));
    let planes = u32::try_from(rules.len().div_ceil(512)).unwrap_or(u32::MAX);
    let edges = u32::try_from(snapshot.pull().edges()).unwrap_or(u32::MAX);
    let bytes = f64::from(planes) * f64::from(edges) * f64::from(roof::ROW + 8);
    let rows = u32::try_from(met.rows).unwrap_or(u32::MAX);
    let (reached, roof) = (bytes / pulling / 1e9, roof::gather(rows));
    say(&format!(
        "planes: dealt and handed out in {dealing:.4} s, pulled and counted in {pulling:.4} s, the whole \
         {:.2} of that; asked at least every {:.2} ms",
        (dealing + pulling) / pulling,
        parts.longest * 1e3
    ));
    say(&format!(
        "pulled: {:.2} GB moved, {reached:.1} GB/s; roof for a table of {rows} rows ({} MB): {roof:.1} \
         GB/s; {:.2} of it",
        bytes / 1e9,
        u64::from(rows) * u64::from(roof::ROW) / (1 << 20),
        reached / roof
    ));
}

/// Each edge twice, and for each slot three starts of lists and two numbers.
fn snapshot_megabytes(snapshot: &Snapshot) -> f64 {
    let words = 2 * snapshot.edges() + 5 * snapshot.len();
    f64::from(u32::try_from(words).unwrap_or(u32::MAX)) * 4.0 / f64::from(1 << 20)
}
