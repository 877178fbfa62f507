//! W1: how many identities meet both sides of each rule.

use std::num::NonZero;

use countersign_access::engine::snapshot::Snapshot;
use countersign_access::engine::sweep::{self, How};

use crate::draw::Organisation;
use crate::measure::{forget_peak, hash, median, peak_megabytes, say, spent};
use crate::naive::Naive;

const RUNS: usize = 5;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let (snapshot, build) = spent(|| Snapshot::build(&parts, organisation.edges()));
    let snapshot = snapshot.map_err(|why| why.to_string())?;
    let edges = snapshot.edges();
    say(&format!("snapshot: {build}"));
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
    say(&format!("memory above the snapshot: {more:.0} MB at the peak, for {edges} edges"));
    let naive = Naive::of(organisation, parts.len());
    let mut plain = Vec::new();
    let slow = median(RUNS, || plain = naive.count(organisation));
    let fast = median(RUNS, || ours = sweep::count_by(&snapshot, rules, chosen, one).counts);
    if ours != plain {
        return Err("the answers differ: no ratio is printed".to_owned());
    }
    say(&format!("plain searches: {slow}, the same answer"));
    say(&format!("ratio to plain searches: {:.2}", slow.cpu / fast.cpu));
    Ok(())
}
