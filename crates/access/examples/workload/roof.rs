//! The roof: how many bytes a second one thread takes together of rows that lie at random, by the size
//! of the table; and how many it reads one behind the other. No kernel that gathers rows of a table of
//! that size, each once and at random, is faster; one that comes by the same rows again soon can be.

use std::hint::black_box;

use crate::measure::{median, say};

/// Bytes of a row.
pub(crate) const ROW: u32 = 128;

#[derive(Clone, Copy)]
#[repr(align(128))]
struct Row([u64; 16]);

const GATHERED: u32 = 2_000_000;
const RUNS: usize = 3;

pub(crate) fn run() -> Result<(), String> {
    say(&format!("one behind the other: {:.1} GB/s", sequential()));
    for megabytes in [1u32, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
        let rows = megabytes * 1024 * 1024 / ROW;
        say(&format!("table of {megabytes} MB: {:.1} GB/s", gather(rows)));
    }
    Ok(())
}

/// Gigabytes a second, rows of a table of so many taken together at random.
pub(crate) fn gather(rows: u32) -> f64 {
    let rows = rows.max(1);
    let table = vec![Row([1; 16]); rows as usize];
    let mut dice = 42u32;
    let places: Vec<u32> = (0..GATHERED)
        .map(|_| {
            dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
            u32::try_from((u64::from(dice) * u64::from(rows)) >> 32).unwrap_or_default()
        })
        .collect();
    let time = median(RUNS, || {
        let mut all = Row([0; 16]);
        for place in &places {
            if let Some(row) = table.get(*place as usize) {
                all.0.iter_mut().zip(&row.0).for_each(|(all, more)| *all |= more);
            }
        }
        black_box(all.0);
    });
    f64::from(GATHERED) * f64::from(ROW) / time.cpu / 1e9
}

fn sequential() -> f64 {
    let words = 32u32 << 20;
    let table = vec![1u64; words as usize];
    let time = median(RUNS, || {
        black_box(table.iter().fold(0, |all, word| all | word));
    });
    f64::from(words) * 8.0 / time.cpu / 1e9
}
