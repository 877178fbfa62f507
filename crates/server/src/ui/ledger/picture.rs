//! The way from an entry to the signed root as a picture: what is computed from the bytes in one row,
//! what the proof gives above it. Long ways are shortened in the middle.

use crate::ask::ledger::{Proof, along};

/// Width of a box.
const WIDTH: usize = 132;
/// From one box to the next.
const STEP: usize = 190;
/// Most steps that are drawn; of more the middle is left out.
const DRAWN_MAX: usize = 5;
/// Letters of a hash in a box.
const SHORT: usize = 10;

/// The picture.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Picture {
    pub(super) width: usize,
    /// What it shows, for those who do not see it.
    pub(super) label: String,
    pub(super) boxes: Vec<Placed>,
    /// Where the last box is, above the signed checkpoint.
    pub(super) last_x: usize,
    pub(super) size: u64,
}

/// A value that is computed, with what it is computed from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Placed {
    pub(super) x: usize,
    pub(super) name: String,
    pub(super) hash: String,
    /// What the proof gives for it; the entry itself needs nothing.
    pub(super) given: Option<String>,
    /// How many steps are left out before it.
    pub(super) skipped: usize,
}

/// The picture of a proof.
pub(super) fn picture(proof: &Proof) -> Picture {
    let steps = along(proof);
    let total = steps.len();
    let is_drawn = |at: usize| total <= DRAWN_MAX || at < 2 || at.saturating_add(2) >= total;
    let mut boxes = vec![Placed {
        x: 2,
        name: format!("entry {}", proof.position),
        hash: short(&proof.leaf),
        given: None,
        skipped: 0,
    }];
    let mut skipped = 0;
    for (at, step) in steps.iter().enumerate() {
        if !is_drawn(at) {
            skipped = usize::saturating_add(skipped, 1);
            continue;
        }
        let number = at.saturating_add(1);
        let is_last = number == total;
        boxes.push(Placed {
            x: boxes.len().saturating_mul(STEP).saturating_add(2),
            name: if is_last { format!("step {number}, root") } else { format!("step {number}") },
            hash: short(&step.value),
            given: Some(short(&step.given)),
            skipped: std::mem::take(&mut skipped),
        });
    }
    let last_x = boxes.last().map_or(2, |it| it.x);
    Picture {
        width: last_x.saturating_add(WIDTH).saturating_add(2),
        label: format!(
            "The hash of entry {} leads in {total} steps to the root over {} entries, which is signed.",
            proof.position, proof.size
        ),
        boxes,
        last_x,
        size: proof.size,
    }
}

fn short(hash: &str) -> String {
    hash.chars().take(SHORT).chain(['\u{2026}']).collect()
}
