//! Finds a row that is equal to another: a table of places by hash, open addressing, at most half
//! full. A hash only says where to look; equal is what is equal word by word.
#![expect(
    clippy::indexing_slicing,
    reason = "places are cut to the table's length, a power of two"
)]

use super::plane::Row;

/// The rows that were noted.
#[derive(Debug)]
pub(super) struct Same {
    places: Vec<u32>,
    /// Where the last search that found nothing ended.
    free: usize,
}

impl Same {
    /// For at most so many rows.
    pub(super) fn new(most: usize) -> Self {
        Self { places: vec![0; (most + 1).saturating_mul(2).next_power_of_two()], free: 0 }
    }

    pub(super) fn clear(&mut self) {
        self.places.fill(0);
    }

    /// The place of an equal row.
    #[inline]
    pub(super) fn find(&mut self, row: &Row, rows: &[Row]) -> Option<u32> {
        let mask = self.places.len() - 1;
        let mut at = usize::try_from(hash(row) >> 16).unwrap_or_default() & mask;
        loop {
            let place = self.places[at];
            if place == 0 {
                self.free = at;
                return None;
            }
            if rows[place as usize] == *row {
                return Some(place);
            }
            at = (at + 1) & mask;
        }
    }

    /// Notes the row that was just looked for, by its place; never the first.
    #[inline]
    pub(super) fn note(&mut self, place: u32) {
        self.places[self.free] = place;
    }
}

/// Four multiplications at a time, mixed at the end.
#[inline]
fn hash(row: &Row) -> u64 {
    const ODD: u64 = 0x9e37_79b9_7f4a_7c15;
    let mut lanes = [1u64, 2, 3, 4];
    for words in row.0.chunks_exact(4) {
        for (lane, word) in lanes.iter_mut().zip(words) {
            *lane = (lane.rotate_left(23) ^ word).wrapping_mul(ODD);
        }
    }
    let all = lanes.iter().fold(0u64, |all, lane| (all.rotate_left(17) ^ lane).wrapping_mul(ODD));
    all ^ (all >> 32)
}
