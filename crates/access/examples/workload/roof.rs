//! The roof: how many bytes a second one thread takes together of rows that lie at random, by the size
//! of the table. No kernel that gathers rows of a table of that size can be faster.

use std::hint::black_box;

use crate::measure::{median, say};

#[derive(Clone, Copy)]
#[repr(align(128))]
struct Row([u64; 16]);

const GATHERED: u32 = 2_000_000;

pub(crate) fn run() -> Result<(), String> {
    for megabytes in [1u32, 2, 4, 8, 16, 32, 64, 128, 256, 512] {
        let rows = megabytes * 1024 * 1024 / 128;
        let table = vec![Row([1; 16]); rows as usize];
        let mut dice = 42u32;
        let places: Vec<u32> = (0..GATHERED)
            .map(|_| {
                dice = dice.wrapping_mul(1_664_525).wrapping_add(1_013_904_223);
                u32::try_from((u64::from(dice) * u64::from(rows)) >> 32).unwrap_or_default()
            })
            .collect();
        let time = median(3, || {
            let mut all = Row([0; 16]);
            for place in &places {
                if let Some(row) = table.get(*place as usize) {
                    all.0.iter_mut().zip(&row.0).for_each(|(all, more)| *all |= more);
                }
            }
            black_box(all.0);
        });
        let bytes = f64::from(GATHERED) * 128.0;
        say(&format!("table of {megabytes} MB: {:.1} GB/s", bytes / time.cpu / 1e9));
    }
    Ok(())
}
