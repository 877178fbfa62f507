//! W4: how many identities reach a resource, and the sum of their distances. Ways are checked against
//! the edges, and the figures against the plainest search.

use std::collections::BTreeSet;

use countersign_access::engine::radius::{Census, Search, Ways};
use countersign_access::engine::snapshot::Snapshot;

use crate::draw::Organisation;
use crate::measure::{Spread, hash, peak_megabytes, say, spent};
use crate::naive::Naive;

const ASKED: u32 = 100;
/// Ways that a page shows.
const SHOWN: usize = 50;

/// The resources that are asked about. A step that shares no factor with the sizes comes by different
/// ones.
pub(crate) fn asked(organisation: &Organisation) -> impl Iterator<Item = u32> {
    let resources = organisation.resources();
    let count = resources.end - resources.start;
    (0..ASKED).map(move |number| resources.start + (number * 7_919 + 13) % count)
}

/// How many identities reach a slot, and the sum of their distances.
pub(crate) fn answer(census: &mut Census<'_>, slot: u32) -> [u64; 2] {
    let counted = census.of(slot);
    let distances = (0u64..).zip(counted.by_distance());
    distances
        .fold([0, 0], |[holders, sum], (distance, here)| [holders + here, sum + here * distance])
}

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let snapshot = Snapshot::build(&parts, organisation.edges()).map_err(|why| why.to_string())?;
    let naive = Naive::of(organisation, parts.len());
    let mut search = Search::new(&snapshot);
    let mut census = Census::new(&snapshot);
    let (mut times, mut ways_times, mut plain_times) = (Vec::new(), Vec::new(), Vec::new());
    let (mut answers, mut moved) = (Vec::new(), 0f64);
    for resource in asked(organisation) {
        let slot = snapshot.slot(resource).unwrap_or_default();
        let (answer, time) = spent(|| answer(&mut census, slot));
        moved += edges_met(&snapshot, &mut search, slot);
        let (plain, plain_time) = spent(|| naive.reach(resource, organisation.size.identities));
        if answer != plain {
            return Err(format!("{resource}: {answer:?} is found, and plainly {plain:?}"));
        }
        let furthest = search.gainers(slot).slots().iter().rev().take(SHOWN);
        let counted = census.of(slot);
        let (ways, ways_time) = spent(|| {
            let ways: Ways<'_> = counted.ways();
            furthest.map(|slot| ways.way(*slot)).collect::<Option<Vec<_>>>()
        });
        for way in ways.ok_or("a way is missing")? {
            check(&snapshot, &way, slot)?;
        }
        times.push(time.cpu);
        ways_times.push(ways_time.cpu);
        plain_times.push(plain_time.cpu);
        answers.extend(answer);
    }
    let times = Spread::of(times);
    say(&format!("who-can: {times}, answer {:016x}", hash(answers)));
    say(&format!(
        "{:.1} million edges met, {:.0} million a second; {:.0} MB at the peak",
        moved / 1e6,
        moved / 1e6 / times.total(),
        peak_megabytes()
    ));
    say(&format!("plain searches: {}, the same answers", Spread::of(plain_times)));
    say(&format!("{SHOWN} ways each, checked edge by edge: {}", Spread::of(ways_times)));
    Ok(())
}

fn edges_met(snapshot: &Snapshot, search: &mut Search<'_>, slot: u32) -> f64 {
    let degree = |slot: &u32| u32::try_from(snapshot.gainers(*slot).len()).unwrap_or(u32::MAX);
    search.gainers(slot).slots().iter().map(|slot| f64::from(degree(slot))).sum()
}

/// A way is made of edges and ends where it should.
fn check(snapshot: &Snapshot, way: &[u32], end: u32) -> Result<(), String> {
    let steps: BTreeSet<(u32, u32)> =
        way.iter().copied().zip(way.iter().copied().skip(1)).collect();
    let is_there = |(from, to): &(u32, u32)| snapshot.gained(*from).any(|slot| slot == *to);
    if way.last() == Some(&end) && steps.iter().all(is_there) {
        Ok(())
    } else {
        Err("a way has a step that is no edge".to_owned())
    }
}
