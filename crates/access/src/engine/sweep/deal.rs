//! Which rules share a row of bits: those with as many sides, neighbours in the graph together.

use super::Demand;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::Pace;

/// Positions of rules with the same number of sides.
#[derive(Debug)]
pub(in crate::engine) struct Dealt {
    /// The rules, at most as many as there was room for.
    pub(in crate::engine) rules: Vec<usize>,
    /// How many sides each has, at least one.
    pub(in crate::engine) sides: usize,
}

/// Deals the rules with at most `most` sides, `room(sides)` together. Rules with a side that nobody
/// can meet, or without sides, are dealt to none.
///
/// # Errors
/// When somebody calls it off.
pub(in crate::engine) fn deal<E>(
    snapshot: &Snapshot,
    demands: &[Demand],
    most: usize,
    room: impl Fn(usize) -> usize,
    pace: &mut Pace<'_, E>,
) -> Result<Vec<Dealt>, E> {
    let mut placed: Vec<(usize, Option<Slot>, usize)> = Vec::with_capacity(demands.len());
    for (rule, demand) in demands.iter().enumerate() {
        if demand.sides.len() <= most && demand.can_be_met() {
            pace.step(demand.sides.first().map_or(0, Vec::len))?;
            placed.push((demand.sides.len(), around(snapshot, demand), rule));
        }
    }
    placed.sort_unstable();
    let mut dealt = Vec::new();
    for alike in placed.chunk_by(|(one, ..), (other, ..)| one == other) {
        let Some((sides, ..)) = alike.first().copied() else { continue };
        for rules in alike.chunks(room(sides).max(1)) {
            dealt.push(Dealt { rules: rules.iter().map(|(.., rule)| *rule).collect(), sides });
        }
    }
    Ok(dealt)
}

/// Where in the graph a rule is at home: the middle of what its first side asks for.
fn around(snapshot: &Snapshot, demand: &Demand) -> Option<Slot> {
    let side = demand.sides.first()?;
    let mut slots: Vec<Slot> = side.iter().filter_map(|node| snapshot.slot(*node)).collect();
    let middle = slots.len() / 2;
    (middle < slots.len()).then(|| *slots.select_nth_unstable(middle).1)
}
