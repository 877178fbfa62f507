//! W2: how many resources one identity reaches, exactly; and all identities, nearly.

use countersign_access::engine::radius::{BLAST_ERROR, Kind, Reach, Search, blasts};
use countersign_access::engine::snapshot::Snapshot;

use crate::draw::Organisation;
use crate::measure::{Spread, hash, peak_megabytes, say, spent};

/// Identities that are asked one by one.
const ASKED: u32 = 1_000;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let snapshot = Snapshot::build(&parts, organisation.edges()).map_err(|why| why.to_string())?;
    let resources = organisation.resources();
    let is_resource = |slot: u32| snapshot.node(slot).is_some_and(|it| resources.contains(&it));
    let step = (organisation.size.identities / ASKED).max(1);
    let mut search = Search::new(&snapshot);
    let kind = Kind::of(&snapshot, is_resource);
    let mut reach = Reach::new(&snapshot);
    let (mut exact, mut times) = (Vec::new(), Vec::new());
    for identity in (0..organisation.size.identities).step_by(step as usize) {
        let slot = snapshot.slot(identity).unwrap_or_default();
        let (count, time) = spent(|| reach.of(slot).count(&kind));
        let plain = search.gained(slot).slots().iter().filter(|slot| is_resource(**slot)).count();
        if u64::try_from(plain).ok() != Some(count) {
            return Err(format!("{identity}: {count} resources are found, and plainly {plain}"));
        }
        times.push(time.cpu);
        exact.push((slot, plain));
    }
    let answer = hash(exact.iter().filter_map(|(_, count)| u64::try_from(*count).ok()));
    say(&format!("one by one: {}, answer {answer:016x}", Spread::of(times)));
    let mut about = vec![0f64; snapshot.len()];
    let ((), time) = spent(|| {
        blasts(&snapshot, is_resource, |slot, count| {
            if let Some(place) = about.get_mut(slot as usize) {
                *place = count;
            }
        });
    });
    let off = |(slot, exact): &(u32, usize)| {
        let exact = f64::from(u32::try_from(*exact).unwrap_or(u32::MAX)).max(1.0);
        (about.get(*slot as usize).copied().unwrap_or_default() - exact).abs() / exact
    };
    let mut errors: Vec<f64> = exact.iter().map(off).collect();
    errors.sort_by(f64::total_cmp);
    let at = |share: usize| errors.get(errors.len() * share / 100).copied().unwrap_or_default();
    say(&format!(
        "all nearly: {time}; stated error {:.1} %, found half within {:.1} %, 95 of 100 within {:.1} %",
        BLAST_ERROR * 100.0,
        at(50) * 100.0,
        at(95) * 100.0
    ));
    say(&format!("{:.0} MB at the peak", peak_megabytes()));
    Ok(())
}
