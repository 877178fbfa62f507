//! W3: one edge changes, and who meets which rule is exact again. Each edge of a class is taken out
//! and put back; then many mixed changes, and everything is compared with a full evaluation bit for
//! bit before a figure is printed.

use std::num::NonZero;

use countersign_access::engine::live::{Change, Live};
use countersign_access::engine::snapshot::{Edges, Snapshot};
use countersign_access::engine::sweep;

use crate::draw::Organisation;
use crate::measure::{Spent, hash, peak_megabytes, say, spent};

/// Edges of identities that are taken out and put back.
const OF_IDENTITIES: usize = 20_000;
/// Edges of every other class.
const OF_OTHERS: usize = 2_000;
/// Mixed changes at the end.
const MIXED: usize = 100_000;

/// What the ends of an edge are, as positions in identities, groups, roles, permissions.
type Class = (&'static str, usize, fn(usize, usize) -> bool);

const CLASSES: [Class; 6] = [
    ("any edge of an identity", OF_IDENTITIES, |from, _| from == 0),
    ("identity to identity", OF_OTHERS, |from, to| (from, to) == (0, 0)),
    ("group to group", OF_OTHERS, |from, to| (from, to) == (1, 1)),
    ("group to role", OF_OTHERS, |from, to| (from, to) == (1, 2)),
    ("role to role", OF_OTHERS, |from, to| (from, to) == (2, 2)),
    ("role to permission in a rule", OF_OTHERS, |from, to| (from, to) == (2, 3)),
];

pub(crate) fn run(organisation: &Organisation) -> Result<(), String> {
    let snapshot = Snapshot::build(&organisation.parts(), organisation.edges())
        .map_err(|why| why.to_string())?;
    let (live, build) = spent(|| Live::build(&snapshot, &organisation.rules));
    let mut live = live.map_err(|why| why.to_string())?;
    drop(snapshot);
    let first = live.counts();
    let mut lines = vec![format!("start, everything evaluated in full: {build}")];
    let mut dice = Dice(42);
    for (name, count, is_in) in CLASSES {
        let edges = chosen(organisation, count, is_in, &mut dice);
        let (mut removals, mut additions) = (Vec::new(), Vec::new());
        for (from, to) in edges {
            for (change, times) in [
                (Change::Remove { from, to }, &mut removals),
                (Change::Add { from, to }, &mut additions),
            ] {
                let (outcome, time) = spent(|| live.apply(&[change]));
                outcome.map_err(|why| why.to_string())?;
                times.push(time);
            }
        }
        lines.push(format!("{name}: removed {}; added {}", shares(removals), shares(additions)));
    }
    if live.counts() != first {
        return Err("edges that went and came back left other counts: no figures".to_owned());
    }
    mixed(organisation, &mut live, &mut dice, &mut lines)?;
    lines.iter().for_each(|line| say(line));
    Ok(())
}

/// Removals of what is there, what was removed put back, and edges that never were, in equal parts.
fn mixed(
    organisation: &Organisation,
    live: &mut Live,
    dice: &mut Dice,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    let (from, to) = (&organisation.from, &organisation.to);
    let mut there: Vec<(u32, u32)> = from.iter().copied().zip(to.iter().copied()).collect();
    let mut removed: Vec<(u32, u32)> = Vec::new();
    let ends = organisation.size.identities + organisation.size.groups + organisation.size.roles;
    let (mut times, mut shifted) = (Vec::new(), 0usize);
    for _ in 0..MIXED {
        let change = match dice.below(3) {
            0 if !removed.is_empty() => taken(&mut removed, dice).map(|edge| (edge, true)),
            1 => Some(((dice.below(ends), dice.below(organisation.permissions().end)), true)),
            _ => taken(&mut there, dice).map(|edge| (edge, false)),
        };
        let Some(((from, to), is_more)) = change else { continue };
        let list = if is_more { &mut there } else { &mut removed };
        list.push((from, to));
        let change = if is_more { Change::Add { from, to } } else { Change::Remove { from, to } };
        let (outcome, time) = spent(|| live.apply(&[change]));
        let outcome = outcome.map_err(|why| why.to_string())?;
        shifted += outcome.shifts.iter().map(|it| it.began.len() + it.ceased.len()).sum::<usize>();
        times.push(time);
    }
    lines.push(format!(
        "{} mixed changes, {shifted} found or ended: {}",
        times.len(),
        shares(times)
    ));
    let bytes = live.bytes();
    let edges = u32::try_from(live.edges().max(1)).unwrap_or(u32::MAX);
    let each =
        |bytes: usize| f64::from(u32::try_from(bytes).unwrap_or(u32::MAX)) / f64::from(edges);
    lines.push(format!(
        "memory in bytes an edge: graph {:.1}, rows {:.1}, work {:.1}; {:.0} MB at the peak of the \
         process",
        each(bytes.graph),
        each(bytes.rows),
        each(bytes.work),
        peak_megabytes()
    ));
    let (from, to): (Vec<u32>, Vec<u32>) = there.into_iter().unzip();
    let full = Snapshot::build(&organisation.parts(), Edges { from: &from, to: &to });
    let full = full.map_err(|why| why.to_string())?;
    let (met, time) = spent(|| sweep::count(&full, &organisation.rules, NonZero::<usize>::MIN));
    if live.counts() != met.counts {
        return Err("a full evaluation counts others: no figures".to_owned());
    }
    live.verify().map_err(|why| format!("{why}: no figures"))?;
    lines.push(format!(
        "all rows and holders as a full evaluation finds ({time} for its counts), answer {:016x}",
        hash(met.counts)
    ));
    Ok(())
}

fn taken(edges: &mut Vec<(u32, u32)>, dice: &mut Dice) -> Option<(u32, u32)> {
    let count = u32::try_from(edges.len()).unwrap_or(u32::MAX);
    (count > 0).then(|| edges.swap_remove(dice.below(count) as usize))
}

/// Some edges of a class. Of permissions only those that a rule asks for.
fn chosen(
    organisation: &Organisation,
    count: usize,
    is_in: fn(usize, usize) -> bool,
    dice: &mut Dice,
) -> Vec<(u32, u32)> {
    let size = organisation.size;
    let ends = [size.identities, size.groups, size.roles, size.permissions];
    let ends = ends.iter().scan(0, |sum, count| {
        *sum += count;
        Some(*sum)
    });
    let ends: Vec<u32> = ends.collect();
    let kind = |node: u32| ends.partition_point(|end| *end <= node);
    let sides = organisation.rules.iter().flat_map(|rule| &rule.sides);
    let mut asked: Vec<u32> = sides.flatten().copied().collect();
    asked.sort_unstable();
    let is_asked = |node: u32| kind(node) != 3 || asked.binary_search(&node).is_ok();
    let edges = organisation.from.iter().copied().zip(organisation.to.iter().copied());
    let mut all: Vec<(u32, u32)> =
        edges.filter(|(from, to)| is_in(kind(*from), kind(*to)) && is_asked(*to)).collect();
    (0..count).map_while(|_| taken(&mut all, dice)).collect()
}

/// Half, 99 of 100 and the longest, in microseconds of processor.
fn shares(times: Vec<Spent>) -> String {
    let mut times: Vec<f64> = times.into_iter().map(|time| time.cpu * 1e6).collect();
    times.sort_by(f64::total_cmp);
    let at =
        |share: usize| times.get((times.len() * share / 100).min(times.len().saturating_sub(1)));
    let at = |share: usize| at(share).copied().unwrap_or_default();
    format!(
        "half within {:.1} us, 99 of 100 within {:.1}, all within {:.1}",
        at(50),
        at(99),
        at(100)
    )
}

/// splitmix64 (public domain, Vigna 2015).
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: u32) -> u32 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        let upper = (mixed ^ (mixed >> 31)) >> 32;
        u32::try_from((upper * u64::from(limit)) >> 32).unwrap_or_default()
    }
}
