//! A plane: up to 512 rules with the same number of sides as bits of one row, and the rows that the
//! graph starts with. A row has sixteen words, two cache lines; side `s` of the rule at place `p` is
//! bit `p % 64` of word `s * words + p / 64`, so that the same rule's sides are the same bit of
//! different words.
#![expect(
    clippy::indexing_slicing,
    reason = "a plane is given no more rules than its row has bits for, and knows the graph's slots"
)]

use super::deal::deal;
use super::{Demand, SIDES_IN_PLANE_MAX};
use crate::engine::snapshot::{Slot, Snapshot};

/// Words of a row.
pub(super) const WORDS: usize = 16;

/// One bit for each side of each rule of a plane.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
#[repr(align(128))]
pub(super) struct Row(pub(super) [u64; WORDS]);

impl Row {
    #[inline(always)]
    pub(super) fn add(&mut self, other: &Self) {
        for (word, more) in self.0.iter_mut().zip(&other.0) {
            *word |= more;
        }
    }

    /// Takes away what another has.
    #[inline(always)]
    pub(super) fn cut(&mut self, other: &Self) {
        for (word, less) in self.0.iter_mut().zip(&other.0) {
            *word &= !less;
        }
    }

    #[inline]
    pub(super) fn is_empty(&self) -> bool {
        self.0.iter().fold(0, |all, word| all | word) == 0
    }
}

/// Some rules of a rule set.
#[derive(Debug)]
pub(super) struct Plane<'a> {
    /// Positions in the rule set, by place.
    pub(super) rules: Vec<usize>,
    /// How many sides each of them has.
    pub(super) sides: usize,
    demands: &'a [Demand],
}

/// Rules with so many sides in one plane.
fn room(sides: usize) -> usize {
    64 * (WORDS / sides)
}

impl<'a> Plane<'a> {
    /// Deals the rules that fit into planes, in order. Rules with a side that nobody can meet, or
    /// with too many sides, are in none.
    pub(super) fn deal(snapshot: &Snapshot, demands: &'a [Demand]) -> Vec<Self> {
        let dealt = deal(snapshot, demands, SIDES_IN_PLANE_MAX, room);
        dealt.into_iter().map(|it| Plane { rules: it.rules, sides: it.sides, demands }).collect()
    }

    /// How many planes the rules would be dealt into, without dealing them.
    pub(super) fn needed(demands: &[Demand]) -> usize {
        let mut by_sides = [0usize; SIDES_IN_PLANE_MAX + 1];
        for demand in demands.iter().filter(|it| it.can_be_met()) {
            if let Some(count) = by_sides.get_mut(demand.sides.len()) {
                *count += 1;
            }
        }
        let planes = (1..).zip(&by_sides[1..]).map(|(sides, count)| count.div_ceil(room(sides)));
        planes.sum()
    }

    /// Words between a side of a rule and the next side of the same rule.
    pub(super) fn words(&self) -> usize {
        WORDS / self.sides
    }

    /// Every slot that is asked for with its row, in order, each once.
    pub(super) fn asked(&self, snapshot: &Snapshot) -> Vec<(Slot, Row)> {
        let mut bits: Vec<(Slot, u32)> = Vec::new();
        for (place, rule) in self.rules.iter().enumerate() {
            for (side, nodes) in self.demands[*rule].sides.iter().enumerate() {
                let bit = (side * self.words() + place / 64) * 64 + place % 64;
                let bit = u32::try_from(bit).unwrap_or(u32::MAX);
                let slots = nodes.iter().filter_map(|node| snapshot.slot(*node));
                bits.extend(slots.map(|slot| (slot, bit)));
            }
        }
        bits.sort_unstable();
        let rows = bits.chunk_by(|a, b| a.0 == b.0).map(|of_slot| {
            let mut row = Row::default();
            for (_, bit) in of_slot {
                row.0[*bit as usize / 64] |= 1 << (bit % 64);
            }
            (of_slot[0].0, row)
        });
        rows.collect()
    }
}

/// For each place whether all sides are met, as the first words of the answer.
#[inline(always)]
pub(super) fn meet(row: &Row, sides: usize) -> [u64; WORDS] {
    let mut met = row.0;
    if sides == 2 {
        for word in 0..WORDS / 2 {
            met[word] &= met[word + WORDS / 2];
        }
        met[WORDS / 2..].fill(0);
        return met;
    }
    let words = WORDS / sides;
    let (first, others) = met.split_at_mut(words);
    for other in others.chunks_exact(words).take(sides - 1) {
        for (all, word) in first.iter_mut().zip(other) {
            *all &= word;
        }
    }
    met[words..].fill(0);
    met
}

#[cfg(test)]
mod tests {
    use super::Plane;
    use crate::engine::snapshot::{Edges, Part, Snapshot};
    use crate::engine::sweep::Demand;

    #[test]
    fn as_many_planes_are_needed_as_rules_are_dealt_into() {
        let edges = Edges { from: &[0], to: &[1] };
        let snapshot = Snapshot::build(&[Part::Holder, Part::Goal], edges).unwrap();
        let rule = |sides: usize| Demand { sides: vec![vec![1]; sides] };
        for (rules, sides) in [(0, 2), (1, 1), (512, 2), (513, 2), (70, 16), (3, 17), (9, 0)] {
            let mut demands = vec![rule(sides); rules];
            demands.extend([rule(3), Demand { sides: vec![vec![1], Vec::new()] }]);
            let dealt = Plane::deal(&snapshot, &demands).len();
            assert_eq!(Plane::needed(&demands), dealt, "{rules} rules of {sides} sides");
        }
    }
}
