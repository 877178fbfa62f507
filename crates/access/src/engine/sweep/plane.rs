//! A plane: up to 512 rules with the same number of sides as bits of one row, and the rows that the
//! graph starts with. A row has sixteen words, two cache lines; side `s` of the rule at place `p` is
//! bit `p % 64` of word `s * words + p / 64`, so that the same rule's sides are the same bit of
//! different words.
#![expect(
    clippy::indexing_slicing,
    reason = "a plane is given no more rules than its row has bits for, and knows the graph's slots"
)]

use super::deal::{Dealt, deal};
use super::{Demand, SIDES_IN_PLANE_MAX};
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::watch::Pace;

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
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn deal<E>(
        snapshot: &Snapshot,
        demands: &'a [Demand],
        pace: &mut Pace<'_, E>,
    ) -> Result<Vec<Self>, E> {
        let dealt = deal(snapshot, demands, SIDES_IN_PLANE_MAX, room, pace)?;
        let plane = |it: Dealt| Plane { rules: it.rules, sides: it.sides, demands };
        Ok(dealt.into_iter().map(plane).collect())
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

    /// Every slot that is asked for with its row, in order, each once. Which slots are, is told by one
    /// bit each first, so that a row's place is how many bits lie before it and nothing has to be sorted.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn asked<E>(
        &self,
        snapshot: &Snapshot,
        pace: &mut Pace<'_, E>,
    ) -> Result<Vec<(Slot, Row)>, E> {
        let mut asked = vec![0u64; snapshot.len().div_ceil(64)];
        let slots = |nodes: &'a [u32]| nodes.iter().filter_map(|node| snapshot.slot(*node));
        for nodes in self.rules.iter().flat_map(|rule| &self.demands[*rule].sides) {
            pace.step(nodes.len())?;
            slots(nodes).for_each(|slot| asked[slot as usize / 64] |= 1 << (slot % 64));
        }
        let mut rows = Vec::new();
        let mut before = Vec::with_capacity(asked.len());
        for (word, bits) in (0u32..).zip(&asked) {
            before.push(u32::try_from(rows.len()).unwrap_or(u32::MAX));
            let mut bits = *bits;
            while bits != 0 {
                rows.push((word * 64 + bits.trailing_zeros(), Row::default()));
                bits &= bits - 1;
            }
        }
        for (place, rule) in self.rules.iter().enumerate() {
            for (side, nodes) in self.demands[*rule].sides.iter().enumerate() {
                pace.step(nodes.len())?;
                let (word, bit) = (side * self.words() + place / 64, 1 << (place % 64));
                for slot in slots(nodes) {
                    let lower = asked[slot as usize / 64] & ((1 << (slot % 64)) - 1);
                    let row = before[slot as usize / 64] + lower.count_ones();
                    rows[row as usize].1.0[word] |= bit;
                }
            }
        }
        Ok(rows)
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
    use crate::engine::watch::{Pace, Stage, Watch};

    #[test]
    fn as_many_planes_are_needed_as_rules_are_dealt_into() {
        let edges = Edges { from: &[0], to: &[1] };
        let snapshot = Snapshot::build(&[Part::Holder, Part::Goal], edges).unwrap();
        let rule = |sides: usize| Demand { sides: vec![vec![1]; sides] };
        for (rules, sides) in [(0, 2), (1, 1), (512, 2), (513, 2), (70, 16), (3, 17), (9, 0)] {
            let mut demands = vec![rule(sides); rules];
            demands.extend([rule(3), Demand { sides: vec![vec![1], Vec::new()] }]);
            let mut pace = Pace::begin(Watch::NOBODY, Stage::Dealing, 0).unwrap();
            let dealt = Plane::deal(&snapshot, &demands, &mut pace).unwrap().len();
            assert_eq!(Plane::needed(&demands), dealt, "{rules} rules of {sides} sides");
        }
    }
}
