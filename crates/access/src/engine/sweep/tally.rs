//! How often each rule of a plane was met. A holder is added to all rules of a plane at once: a count lies
//! upright, one bit of it in each of several rows, and adding carries from row to row as far as any rule
//! needs it (a ripple of half adders over whole rows; Knuth, The Art of Computer Programming 4A, 7.1.3).
#![expect(clippy::indexing_slicing, reason = "there is a count for each bit of a row")]

use super::plane::{Plane, Row, WORDS, meet};

/// Bits of a count that lie upright: what is beyond them comes by once in so many holders.
const UPRIGHT: usize = 8;

/// Counts of the rules of one plane.
pub(super) struct Tally {
    sides: usize,
    words: usize,
    upright: [[u64; WORDS]; UPRIGHT],
    counts: Vec<u64>,
}

impl Tally {
    pub(super) fn new(plane: &Plane<'_>) -> Self {
        let words = plane.words();
        let upright = [[0; WORDS]; UPRIGHT];
        Self { sides: plane.sides, words, upright, counts: vec![0; words * 64] }
    }

    /// Counts what one row meets.
    #[inline(always)]
    pub(super) fn add(&mut self, row: &Row) {
        self.note(&meet(row, self.sides));
    }

    /// Counts what one row meets and another does not.
    pub(super) fn add_only(&mut self, row: &Row, without: &Row) {
        let mut met = meet(row, self.sides);
        let without = meet(without, self.sides);
        met.iter_mut().zip(without).for_each(|(met, without)| *met &= !without);
        self.note(&met);
    }

    #[inline(always)]
    fn note(&mut self, met: &[u64; WORDS]) {
        if self.words <= WORDS / 2 {
            self.carry::<{ WORDS / 2 }>(met);
        } else {
            self.carry::<WORDS>(met);
        }
    }

    /// Only the first `N` words can have anything.
    #[inline(always)]
    fn carry<const N: usize>(&mut self, met: &[u64; WORDS]) {
        let mut carry = [0; N];
        carry.copy_from_slice(&met[..N]);
        for row in &mut self.upright {
            if carry.iter().fold(0, |all, word| all | word) == 0 {
                return;
            }
            for (sum, carry) in row[..N].iter_mut().zip(&mut carry) {
                let both = *sum & *carry;
                *sum ^= *carry;
                *carry = both;
            }
        }
        self.count(&carry, 1 << UPRIGHT);
    }

    /// Counts each bit so many times.
    fn count(&mut self, row: &[u64], times: u64) {
        for (word, bits) in row.iter().take(self.words).enumerate() {
            let mut bits = *bits;
            while bits != 0 {
                self.counts[word * 64 + bits.trailing_zeros() as usize] += times;
                bits &= bits - 1;
            }
        }
    }

    /// Adds what another has counted for the same plane.
    pub(super) fn add_all(&mut self, other: &Self) {
        self.counts.iter_mut().zip(&other.counts).for_each(|(count, more)| *count += more);
        for (row, times) in other.upright.iter().zip((0..).map(|level| 1 << level)) {
            self.count(row, times);
        }
    }

    /// By place in the plane.
    pub(super) fn counts(mut self) -> Vec<u64> {
        let upright = std::mem::replace(&mut self.upright, [[0; WORDS]; UPRIGHT]);
        for (row, times) in upright.iter().zip((0..).map(|level| 1 << level)) {
            self.count(row, times);
        }
        self.counts
    }
}

#[cfg(test)]
mod tests {
    use super::{Plane, Row, Tally};
    use crate::engine::snapshot::{Edges, Part, Snapshot};
    use crate::engine::sweep::Demand;
    use crate::engine::watch::Pace;

    #[test]
    fn a_count_is_right_on_both_sides_of_what_lies_upright() {
        let edges = Edges { from: &[0], to: &[1] };
        let snapshot = Snapshot::build(&[Part::Holder, Part::Goal], edges).unwrap();
        for sides in [1, 2, 3, 16] {
            let demands = [Demand { sides: vec![vec![1]; sides] }];
            let planes = Plane::deal(&snapshot, &demands, &mut Pace::nobody()).unwrap();
            let plane = planes.first().unwrap();
            for times in [0u64, 1, 2, 255, 256, 257, 511, 512, 1_000, 70_000] {
                let (mut tally, mut other) = (Tally::new(plane), Tally::new(plane));
                for at in 0..times {
                    tally.add(&Row([u64::from(at % 2 == 0) | 2; 16]));
                    other.add(&Row([2; 16]));
                }
                tally.add_only(&Row([6; 16]), &Row([2; 16]));
                tally.add_all(&other);
                let counts = tally.counts();
                assert_eq!(counts[..3], [times.div_ceil(2), 2 * times, 1], "{sides} {times}");
            }
        }
    }
}
