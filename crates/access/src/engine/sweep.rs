//! Who meets all sides of which rule, for a whole rule set over a [`Snapshot`] at once. Two ways to
//! the same answer, chosen by what a sample says they will cost: planes of 512 rules that are pulled
//! through the whole graph as rows of bits, or a search back from each side.

mod beneath;
mod cost;
mod deal;
mod dense;
mod plane;
mod potential;
mod same;
mod sparse;
mod tally;

use std::num::NonZero;

pub use self::cost::Estimate;
pub(super) use self::deal::deal;
use super::snapshot::{Slot, Snapshot};
use super::watch::{Pace, Stage, Watch};

/// Most sides that a plane can hold; rules with more are searched for one by one.
pub const SIDES_IN_PLANE_MAX: usize = 16;

/// A rule to the kernels: for each side the nodes of which reaching any is enough. A side without
/// nodes is met by nobody, and so is a rule without sides.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Demand {
    /// The sides.
    pub sides: Vec<Vec<u32>>,
}

impl Demand {
    /// Whether there is anything to meet: it has sides, and each names a node.
    pub(super) fn can_be_met(&self) -> bool {
        !self.sides.is_empty() && self.sides.iter().all(|side| !side.is_empty())
    }
}

/// How a sweep goes about it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum How {
    /// Planes of rules, pulled through the whole graph.
    Dense,
    /// A search back from each side of each rule.
    Sparse,
}

/// How many holders meet each rule, in the order of the rules, and how that was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Met {
    /// By rule, who meets it over proven edges.
    pub counts: Vec<u64>,
    /// By rule, who meets it only if potential edges hold.
    pub potential: Vec<u64>,
    /// Which way was taken.
    pub how: How,
    /// The most different rows of 128 bytes that one plane held; none where none was taken through the
    /// graph.
    pub rows: usize,
}

/// Holders on both planes, by rule.
#[derive(Debug, Default)]
struct Counts {
    proven: Vec<u64>,
    potential: Vec<u64>,
}

impl Counts {
    fn none(rules: usize) -> Self {
        Self { proven: vec![0; rules], potential: vec![0; rules] }
    }
}

/// Counts the holders that meet all sides of each rule. The answer does not depend on how it is found
/// or on the number of threads.
#[must_use]
pub fn count(snapshot: &Snapshot, rules: &[Demand], threads: NonZero<usize>) -> Met {
    let Ok(met) = count_within(snapshot, rules, threads, Watch::NOBODY);
    met
}

/// The same while somebody watches, who may call it off.
///
/// # Errors
/// When it was called off.
pub fn count_within<E: Send>(
    snapshot: &Snapshot,
    rules: &[Demand],
    threads: NonZero<usize>,
    watch: Watch<'_, E>,
) -> Result<Met, E> {
    let how = cost::estimate(snapshot, rules, watch)?.how();
    count_by_within(snapshot, rules, how, threads, watch)
}

/// The same by a way of one's own choice, for comparison.
#[must_use]
pub fn count_by(snapshot: &Snapshot, rules: &[Demand], how: How, threads: NonZero<usize>) -> Met {
    let Ok(met) = count_by_within(snapshot, rules, how, threads, Watch::NOBODY);
    met
}

/// The same by a way of one's own choice, while somebody watches, who may call it off.
///
/// # Errors
/// When it was called off.
pub fn count_by_within<E: Send>(
    snapshot: &Snapshot,
    rules: &[Demand],
    how: How,
    threads: NonZero<usize>,
    watch: Watch<'_, E>,
) -> Result<Met, E> {
    let (counts, rows) = match how {
        How::Dense => dense::count(snapshot, rules, threads, watch)?,
        How::Sparse => (sparse::count(snapshot, rules, threads, watch)?, 0),
    };
    Ok(Met { counts: counts.proven, potential: counts.potential, how, rows })
}

/// What either way would cost here.
#[must_use]
pub fn estimate(snapshot: &Snapshot, rules: &[Demand]) -> Estimate {
    let Ok(estimate) = cost::estimate(snapshot, rules, Watch::NOBODY);
    estimate
}

/// The holders that meet one rule over proven edges, as nodes in order of their numbers.
#[must_use]
pub fn holders(snapshot: &Snapshot, rule: &Demand) -> Vec<u32> {
    let Ok(holders) = holders_within(snapshot, rule, Watch::NOBODY);
    holders
}

/// The same while somebody watches, who may call it off.
///
/// # Errors
/// When it was called off.
pub fn holders_within<E>(
    snapshot: &Snapshot,
    rule: &Demand,
    watch: Watch<'_, E>,
) -> Result<Vec<u32>, E> {
    let mut slots = Vec::new();
    let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
    sparse::Search::new(snapshot).run(rule, &mut pace, |slot: Slot| slots.push(slot))?;
    Ok(nodes(snapshot, slots))
}

/// The holders that meet one rule only if potential edges hold, as nodes in order of their numbers.
#[must_use]
pub fn potential_holders(snapshot: &Snapshot, rule: &Demand) -> Vec<u32> {
    let Ok(holders) = potential_holders_within(snapshot, rule, Watch::NOBODY);
    holders
}

/// The same while somebody watches, who may call it off.
///
/// # Errors
/// When it was called off.
pub fn potential_holders_within<E>(
    snapshot: &Snapshot,
    rule: &Demand,
    watch: Watch<'_, E>,
) -> Result<Vec<u32>, E> {
    let proven = holders_within(snapshot, rule, watch)?;
    let mut slots = Vec::new();
    let mut pace = Pace::begin(watch, Stage::Searching, 0)?;
    let mut search = sparse::Search::new(snapshot);
    search.run_over_all(rule, &mut pace, |slot: Slot| slots.push(slot))?;
    let mut nodes = nodes(snapshot, slots);
    nodes.retain(|node| proven.binary_search(node).is_err());
    Ok(nodes)
}

fn nodes(snapshot: &Snapshot, slots: Vec<Slot>) -> Vec<u32> {
    let mut nodes: Vec<u32> = slots.into_iter().filter_map(|slot| snapshot.node(slot)).collect();
    nodes.sort_unstable();
    nodes
}
