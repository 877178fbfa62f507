//! W3: one edge changes, and who meets which rule is exact again. Each edge of a class is taken out
//! and put back; then many mixed changes, and everything is compared with a full evaluation bit for
//! bit before a figure is printed.

use std::num::NonZero;

use countersign_access::engine::live::{Change, Live, Outcome};
use countersign_access::engine::radius::Search;
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
    let mut longest = Longest::default();
    for (name, count, is_in) in CLASSES {
        let edges = chosen(organisation, count, is_in, &mut dice);
        let (mut removals, mut additions) = (Vec::new(), Vec::new());
        for (from, to) in edges {
            for (change, times) in [
                (Change::Remove { from, to }, &mut removals),
                (Change::Add { from, to }, &mut additions),
            ] {
                let (outcome, time) = spent(|| live.apply(&[change]));
                let outcome = outcome.map_err(|why| why.to_string())?;
                if time.cpu > longest.cpu {
                    longest = Longest { cpu: time.cpu, name, from, shifted: shifted(&outcome) };
                }
                times.push(time);
            }
        }
        lines.push(format!("{name}: removed {}; added {}", shares(removals), shares(additions)));
    }
    if live.counts() != first {
        return Err("edges that went and came back left other counts: no figures".to_owned());
    }
    lines.push(longest.said(organisation)?);
    mixed(organisation, &mut live, &mut dice, &mut lines)?;
    lines.iter().for_each(|line| say(line));
    Ok(())
}

/// The single change that took longest, and what it reached.
#[derive(Default)]
struct Longest {
    cpu: f64,
    name: &'static str,
    from: u32,
    shifted: usize,
}

impl Longest {
    /// Who gains from where the edge begins is who may have to be looked at.
    fn said(&self, organisation: &Organisation) -> Result<String, String> {
        let snapshot = Snapshot::build(&organisation.parts(), organisation.edges())
            .map_err(|why| why.to_string())?;
        let mut search = Search::new(&snapshot);
        let gainers = search.gainers(snapshot.slot(self.from).unwrap_or_default()).slots().len();
        let each = self.cpu * 1e9 / f64::from(u32::try_from(gainers.max(1)).unwrap_or(u32::MAX));
        Ok(format!(
            "the longest, {}: {:.0} us, {gainers} nodes gain through it, {each:.0} ns each, {} found or \
             ended",
            self.name,
            self.cpu * 1e6,
            self.shifted
        ))
    }
}

fn shifted(outcome: &Outcome) -> usize {
    outcome.shifts.iter().map(|it| it.began.len() + it.ceased.len()).sum()
}

/// Edges that are there, and those that were taken out.
struct Lot {
    first: usize,
    there: Vec<(u32, u32)>,
    removed: Vec<(u32, u32)>,
}

impl Lot {
    /// What is taken out, what is put back, and what is new, in equal parts. New is from one edge's
    /// beginning to the end of one near by, so that it looks like what is there.
    fn change(&mut self, organisation: &Organisation, dice: &mut Dice) -> Option<Change> {
        match dice.below(3) {
            0 if !self.removed.is_empty() => {
                let (from, to) = taken(&mut self.removed, dice)?;
                self.there.push((from, to));
                Some(Change::Add { from, to })
            }
            1 => {
                let count = organisation.from.len() - self.first;
                let at = self.first + dice.below(u32::try_from(count).ok()?) as usize;
                let near = (at + dice.below(200) as usize).min(organisation.to.len() - 1);
                let end =
                    |at: usize| Some((*organisation.from.get(at)?, *organisation.to.get(at)?));
                let ((from, old), (_, to)) = (end(at)?, end(near)?);
                let is_alike = kind(organisation, old) == kind(organisation, to);
                is_alike.then(|| self.there.push((from, to)));
                is_alike.then_some(Change::Add { from, to })
            }
            _ => {
                let (from, to) = taken(&mut self.there, dice)?;
                self.removed.push((from, to));
                Some(Change::Remove { from, to })
            }
        }
    }
}

/// Every second change is of an edge of an identity, the others of the edges between the rest.
fn mixed(
    organisation: &Organisation,
    live: &mut Live,
    dice: &mut Dice,
    lines: &mut Vec<String>,
) -> Result<(), String> {
    let edges = organisation.from.iter().copied().zip(organisation.to.iter().copied());
    let mut there: Vec<(u32, u32)> = edges.collect();
    // Edges of identities are drawn first.
    let first = organisation.from.partition_point(|from| *from < organisation.size.identities);
    let others = there.split_off(first);
    let lot = |first, there| Lot { first, there, removed: Vec::new() };
    let mut lots = [lot(0, there), lot(first, others)];
    let (mut times, mut moved) = (Vec::new(), 0usize);
    while times.len() < MIXED {
        let [one, other] = &mut lots;
        let lot = if dice.below(2) == 0 { one } else { other };
        let Some(change) = lot.change(organisation, dice) else { continue };
        let (outcome, time) = spent(|| live.apply(&[change]));
        let outcome = outcome.map_err(|why| why.to_string())?;
        moved += shifted(&outcome);
        times.push(time);
    }
    lines.push(format!("{} mixed changes, {moved} found or ended: {}", times.len(), shares(times)));
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
    let there = lots.into_iter().flat_map(|lot| lot.there);
    let (from, to): (Vec<u32>, Vec<u32>) = there.unzip();
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
    let sides = organisation.rules.iter().flat_map(|rule| &rule.sides);
    let mut asked: Vec<u32> = sides.flatten().copied().collect();
    asked.sort_unstable();
    let is_asked = |node: u32| kind(organisation, node) != 3 || asked.binary_search(&node).is_ok();
    let edges = organisation.from.iter().copied().zip(organisation.to.iter().copied());
    let mut all: Vec<(u32, u32)> = edges
        .filter(|(from, to)| {
            is_in(kind(organisation, *from), kind(organisation, *to)) && is_asked(*to)
        })
        .collect();
    (0..count).map_while(|_| taken(&mut all, dice)).collect()
}

/// Position in identities, groups, roles, permissions, resources.
fn kind(organisation: &Organisation, node: u32) -> usize {
    let size = organisation.size;
    let mut end = 0;
    let counts = [size.identities, size.groups, size.roles, size.permissions, size.resources];
    let ends = counts.map(|count| {
        end += count;
        end
    });
    ends.partition_point(|end| *end <= node)
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
