//! Which rules share a row of bits: those with as many sides, neighbours in the graph together.

use super::Demand;
use crate::engine::snapshot::{Slot, Snapshot};

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
pub(in crate::engine) fn deal(
    snapshot: &Snapshot,
    demands: &[Demand],
    most: usize,
    room: impl Fn(usize) -> usize,
) -> Vec<Dealt> {
    let largest = demands.iter().map(|it| it.sides.len()).max().unwrap_or_default();
    let mut dealt = Vec::new();
    for sides in 1..=largest.min(most) {
        let fit = |(rule, demand): (usize, &Demand)| {
            (demand.sides.len() == sides && demand.can_be_met()).then_some(rule)
        };
        let mut rules: Vec<usize> = demands.iter().enumerate().filter_map(fit).collect();
        rules.sort_by_cached_key(|rule| demands.get(*rule).map(|it| around(snapshot, it)));
        let chunks = rules.chunks(room(sides).max(1));
        dealt.extend(chunks.map(|it| Dealt { rules: it.to_vec(), sides }));
    }
    dealt
}

/// Where in the graph a rule is at home: the middle of what its first side asks for.
fn around(snapshot: &Snapshot, demand: &Demand) -> Option<Slot> {
    let side = demand.sides.first()?;
    let mut slots: Vec<Slot> = side.iter().filter_map(|node| snapshot.slot(*node)).collect();
    slots.sort_unstable();
    slots.get(slots.len() / 2).copied()
}
