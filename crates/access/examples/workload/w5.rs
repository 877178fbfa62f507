//! W5: the twenty single edges whose removal breaks most pairs of a rule and an identity. Each is really
//! taken away and everything is counted anew, and so is a sample of others, none of which may break more.

use std::num::NonZero;

use countersign_access::engine::breaks::{Break, Change, Limits, Pair, single, smallest, what_if};
use countersign_access::engine::snapshot::{Edges, Snapshot};
use countersign_access::engine::sweep;

use crate::draw::Organisation;
use crate::measure::{forget_peak, hash, median, peak_megabytes, say, spent};
use crate::naive::Naive;

const TOP: usize = 20;
const RUNS: usize = 5;
/// Edges to look at while others than the best are taken away: all of those of a small organisation.
const CHECK_EDGES: usize = 40_000_000;
/// Seconds of processor for what-ifs about identities.
const ASK_SECONDS: f64 = 5.0;
/// Pairs that are cut together.
const CHOSEN: usize = 20;

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
    let two = NonZero::<usize>::MIN.saturating_add(1);
    let limits = Limits { threads: two, ..Limits::default() };
    let ask = || single(&snapshot, rules, TOP, &|_, _| true, limits);
    let mut same = ask();
    let time = median(RUNS, || same = ask());
    if same != best {
        return Err("two threads answer otherwise: no figure is printed".to_owned());
    }
    say(&format!("the same by two threads: {time}"));
    foresee(&snapshot, organisation, &best.edges)?;
    cut(&snapshot, organisation)
}

/// What taking away each of the best edges would clear, without taking it away.
fn foresee(snapshot: &Snapshot, organisation: &Organisation, best: &[Break]) -> Result<(), String> {
    let mut times = Vec::new();
    for edge in best {
        let removed = [(edge.from, edge.to)];
        let change = Change { removed: &removed, added: &[] };
        let ask = || what_if(snapshot, &organisation.rules, change, TOP, Limits::default());
        let (found, time) = spent(ask);
        let found = found.map_err(|why| why.to_string())?;
        if (found.opened_total, found.cleared_total) != (0, edge.pairs) {
            return Err(format!("what-if clears {} of {edge:?}", found.cleared_total));
        }
        times.push(time.cpu);
    }
    say(&format!("what-if of each of them: {}, the same answers", spread(times)));
    let mut times = Vec::new();
    let edges = organisation.from.iter().zip(&organisation.to);
    let own = edges.filter(|(from, _)| **from < organisation.size.identities);
    for (from, to) in own.step_by((organisation.from.len() / 1_000).max(1)) {
        let removed = [(*from, *to)];
        let change = Change { removed: &removed, added: &[] };
        let ask = || what_if(snapshot, &organisation.rules, change, TOP, Limits::default());
        let (found, time) = spent(ask);
        found.map_err(|why| why.to_string())?;
        times.push(time.cpu);
        if times.iter().sum::<f64>() > ASK_SECONDS {
            break;
        }
    }
    let asked = times.len();
    say(&format!("what-if of {asked} edges of identities: {}", spread(times)));
    Ok(())
}

/// The fewest edges that break some pairs, which are then really gone.
fn cut(snapshot: &Snapshot, organisation: &Organisation) -> Result<(), String> {
    let rules = &organisation.rules;
    let mut pairs = Vec::new();
    for (rule, demand) in rules.iter().enumerate().step_by((rules.len() / CHOSEN).max(1)) {
        let holders = sweep::holders(snapshot, demand);
        pairs.extend(holders.get(holders.len() / 2).map(|holder| Pair { rule, holder: *holder }));
    }
    let mut times = Vec::new();
    for chosen in pairs.iter().map(std::slice::from_ref).chain([&pairs[..]]) {
        let ask = || smallest(snapshot, rules, chosen, &|_, _| true, Limits::default());
        let (found, time) = spent(ask);
        let edges = found.edges.clone().unwrap_or_default();
        let removed: Vec<(u32, u32)> =
            edges.iter().flat_map(|it| (0..it.facts).map(|_| (it.from, it.to))).collect();
        let change = Change { removed: &removed, added: &[] };
        let gone = what_if(snapshot, rules, change, usize::MAX, Limits::default());
        let gone = gone.map_err(|why| why.to_string())?;
        if chosen.iter().any(|pair| gone.cleared.binary_search(pair).is_err()) {
            return Err(format!("a pair is not broken by {edges:?}"));
        }
        if chosen.len() > 1 {
            say(&format!(
                "{} pairs together: {time}, {} facts, at least {}",
                chosen.len(),
                removed.len(),
                found.at_least
            ));
        } else if !found.is_exact() {
            return Err(format!("the cut of {chosen:?} is not proven"));
        } else {
            times.push(time.cpu);
        }
    }
    say(&format!("the smallest cut of one pair: {}", spread(times)));
    Ok(())
}

fn spread(mut times: Vec<f64>) -> String {
    times.sort_by(f64::total_cmp);
    let at =
        |share: usize| times.get(times.len() * share / 100).copied().unwrap_or_default() * 1_000.0;
    let (half, most, longest) = (at(50), at(99), times.last().copied().unwrap_or_default());
    let longest = longest * 1_000.0;
    format!("half within {half:.2} ms, 99 of 100 within {most:.2} ms, the longest {longest:.2} ms")
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
    let others = CHECK_EDGES / organisation.from.len().max(1);
    for edge in inner.iter().step_by((inner.len() / others.max(1)).max(1)) {
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
    let left = sweep::count(&without, &organisation.rules, NonZero::<usize>::MIN).counts;
    Ok(pairs.saturating_sub(left.iter().sum()))
}
