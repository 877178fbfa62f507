//! W5: the twenty single edges whose removal breaks most pairs of a rule and an identity. Each is really
//! taken away and everything is counted anew, and so is a sample of others, none of which may break more.

use countersign_access::engine::breaks::{Break, Limits, single};
use countersign_access::engine::snapshot::{Edges, Snapshot};
use countersign_access::engine::sweep;

use crate::draw::Organisation;
use crate::measure::{forget_peak, hash, median, peak_megabytes, say, spent};
use crate::naive::Naive;

const TOP: usize = 20;
const RUNS: usize = 5;
/// Edges that are taken away although they are not among the best.
const OTHERS: usize = 20;

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let parts = organisation.parts();
    let (snapshot, build) = spent(|| Snapshot::build(&parts, organisation.edges()));
    let snapshot = snapshot.map_err(|why| why.to_string())?;
    say(&format!("snapshot: {build}"));
    let rules = &organisation.rules;
    forget_peak();
    let before = peak_megabytes();
    let ask = || single(&snapshot, rules, TOP, &|_, _| true, Limits::default());
    let mut best = ask();
    let time = median(RUNS, || best = ask());
    let more = peak_megabytes() - before;
    if !best.is_exact() {
        return Err("the answer is not exact: no figure is printed".to_owned());
    }
    check(organisation, &best.edges, best.pairs)?;
    let words = best.edges.iter().flat_map(|it| [u64::from(it.from), u64::from(it.to), it.pairs]);
    let most = best.edges.first().map(|it| it.pairs).unwrap_or_default();
    say(&format!(
        "the best {} edges: {time}, {} pairs, the best breaks {most}, answer {:016x}",
        best.edges.len(),
        best.pairs,
        hash(words)
    ));
    say(&format!("memory above the snapshot: {more:.0} MB at the peak"));
    Ok(())
}

/// Every edge of the answer breaks as many as it says, and no edge of a sample breaks more than the last.
fn check(organisation: &Organisation, best: &[Break], pairs: u64) -> Result<(), String> {
    let nodes = organisation.parts().len();
    let plain: u64 = Naive::of(organisation, nodes).count(organisation).iter().sum();
    if plain != pairs {
        return Err(format!(
            "{plain} pairs are counted plainly, not {pairs}: no figure is printed"
        ));
    }
    for edge in best {
        let really = broken_by(organisation, (edge.from, edge.to), pairs)?;
        if really != edge.pairs {
            return Err(format!("{edge:?} really breaks {really}: no figure is printed"));
        }
    }
    let floor = best.last().map(|it| it.pairs).unwrap_or_default();
    // What identities gain directly is left out: one identity has few pairs to break.
    let edges = organisation.from.iter().copied().zip(organisation.to.iter().copied());
    let inner: Vec<(u32, u32)> =
        edges.filter(|(from, _)| *from >= organisation.size.identities).collect();
    for edge in inner.iter().step_by((inner.len() / OTHERS).max(1)) {
        let really = broken_by(organisation, *edge, pairs)?;
        let is_named = best.iter().any(|it| (it.from, it.to) == *edge);
        if !is_named && really > floor {
            return Err(format!("{edge:?} breaks {really} and is not named: no figure is printed"));
        }
    }
    Ok(())
}

/// How many pairs are gone when the edge is.
fn broken_by(organisation: &Organisation, edge: (u32, u32), pairs: u64) -> Result<u64, String> {
    let (mut from, mut to) = (organisation.from.clone(), organisation.to.clone());
    let place = from.iter().zip(&to).position(|(from, to)| (*from, *to) == edge);
    let place = place.ok_or_else(|| format!("{edge:?} is no edge"))?;
    from.swap_remove(place);
    to.swap_remove(place);
    let edges = Edges { from: &from, to: &to };
    let without = Snapshot::build(&organisation.parts(), edges).map_err(|why| why.to_string())?;
    let left = sweep::count(&without, &organisation.rules, std::num::NonZero::<usize>::MIN).counts;
    Ok(pairs.saturating_sub(left.iter().sum()))
}
