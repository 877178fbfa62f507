//! W1: how many identities meet both sides of each rule.

use std::num::NonZero;

use countersign_access::engine::snapshot::Snapshot;
use countersign_access::engine::sweep::{self, How};

use crate::draw::{Size, Variant, draw};
use crate::measure::{peak_megabytes, say, spent};
use crate::naive::Naive;

pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    let size = arguments.first().map_or("S", String::as_str);
    let size = Size::named(size).ok_or("a size is T, S, M or L")?;
    let variant = arguments.get(1).map_or("base", String::as_str);
    let variant = Variant::named(variant).ok_or("no such variant")?;
    let rules = arguments.get(2).map_or(Ok(1_000), |it| it.parse()).map_err(|_| "rules?")?;
    let organisation = draw(size, variant, 42, rules);
    say(&format!("{} edges, hash {:016x}", organisation.from.len(), organisation.hash()));
    let parts = organisation.parts();
    let (snapshot, build) = spent(|| Snapshot::build(&parts, organisation.edges()));
    let snapshot = snapshot.map_err(|why| why.to_string())?;
    say(&format!(
        "build {build:?}; inner {} leaves {} pull {}",
        snapshot.inner().len(),
        snapshot.leaves().len(),
        snapshot.pull().edges()
    ));
    let one = NonZero::<usize>::MIN;
    say(&format!("{:?}", sweep::estimate(&snapshot, &organisation.rules)));
    for how in [How::Dense, How::Sparse] {
        for threads in [1, 1, 2] {
            let threads = NonZero::new(threads).unwrap_or(one);
            let (met, time) =
                spent(|| sweep::count_by(&snapshot, &organisation.rules, how, threads));
            say(&format!("{how:?} {threads} {time:?} findings {}", met.counts.iter().sum::<u64>()));
        }
    }
    let naive = Naive::of(&organisation, parts.len());
    let (counts, time) = spent(|| naive.count(&organisation));
    say(&format!("naive {time:?} findings {}", counts.iter().sum::<u64>()));
    let ours = sweep::count(&snapshot, &organisation.rules, one);
    say(&format!("equal {} {:?} peak {}", ours.counts == counts, ours.how, peak_megabytes()));
    Ok(())
}
