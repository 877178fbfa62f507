//! Where a finding stands, in chips.

use super::super::state::Chip;
use super::deed::is_disputed;
use crate::ask::finding::Whole;

/// Its state, and what else is so of it.
pub(super) fn chips(whole: &Whole) -> Vec<Chip> {
    let mut chips = vec![Chip::of_finding(&whole.row.status)];
    if is_disputed(whole) && whole.row.ended_at.is_none() {
        chips.push(Chip::new("wait", "wait", "Disputed, waits for the security seat"));
    }
    if whole.row.certainty == "potential" {
        chips.push(Chip::new("unk", "unk", "Potential: not every step could be read"));
    }
    chips
}
