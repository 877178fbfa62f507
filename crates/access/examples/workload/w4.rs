//! W4: how many identities reach a resource, and the sum of their distances; every way is checked
//! against the edges.

use std::collections::BTreeSet;

use countersign_access::engine::radius::Search;
use countersign_access::engine::snapshot::Snapshot;

use crate::draw::Organisation;
use crate::measure::{hash, say, spent};

const ASKED: u32 = 100;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let snapshot = Snapshot::build(&parts, organisation.edges()).map_err(|why| why.to_string())?;
    let resources = organisation.resources();
    let count = resources.end - resources.start;
    let mut search = Search::new(&snapshot);
    let (mut times, mut answers) = (Vec::new(), Vec::new());
    for number in 0..ASKED {
        // A step that shares no factor with the sizes comes by different ones.
        let resource = resources.start + (number * 7_919 + 13) % count;
        let slot = snapshot.slot(resource).unwrap_or_default();
        let (answer, time) = spent(|| {
            let found = search.gainers(slot);
            let distances = (0u64..).zip(found.by_distance());
            distances.fold((0u64, 0u64), |(holders, sum), (distance, slots)| {
                let here = slots.iter().filter(|slot| snapshot.is_holder(**slot)).count();
                let here = u64::try_from(here).unwrap_or_default();
                (holders + here, sum + here * distance)
            })
        });
        times.push(time.cpu);
        answers.extend([answer.0, answer.1]);
        check_a_way(&snapshot, &mut search, slot)?;
    }
    times.sort_by(f64::total_cmp);
    let at = |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default() * 1e6;
    let total: f64 = times.iter().sum();
    say(&format!(
        "{ASKED} resources: {total:.4} s of processor, half within {:.0} us, 99 of 100 within {:.0} us, \
         answer {:016x}",
        at(50),
        at(99),
        hash(answers)
    ));
    Ok(())
}

/// The way of the furthest who reaches it, edge by edge.
fn check_a_way(snapshot: &Snapshot, search: &mut Search<'_>, slot: u32) -> Result<(), String> {
    let found = search.gainers(slot);
    let Some(furthest) = found.slots().last().copied() else { return Ok(()) };
    let way = found.way(furthest).ok_or("a way is missing")?;
    let steps: BTreeSet<(u32, u32)> =
        way.iter().copied().zip(way.iter().copied().skip(1)).collect();
    let is_there = |(from, to): &(u32, u32)| snapshot.gained(*from).any(|slot| slot == *to);
    if steps.iter().all(is_there) {
        Ok(())
    } else {
        Err("a way has a step that is no edge".to_owned())
    }
}
