//! Whether the ranges of the tiers cover every case exactly once, and whether what is graver never
//! lands in a milder tier. Nothing is said of a file of which part could not be read.

use std::collections::BTreeSet;
use std::ops::Range as Span;

use super::kind::{CRITICALITIES, Range, Tier};
use crate::rules::malformed::Marks;

/// Checks all ranges of all tiers. A range without an end is taken to reach the largest number.
pub(super) fn check(
    tiers: &[Tier],
    spans: &[Span<usize>],
    head: &Span<usize>,
    marks: &mut Marks<'_>,
) {
    let mut is_whole = true;
    for criticality in CRITICALITIES {
        let mut all: Vec<(&Tier, Range)> = tiers
            .iter()
            .flat_map(|tier| tier.when.iter().map(move |range| (tier, *range)))
            .filter(|(_, range)| range.criticality == criticality)
            .collect();
        all.sort_by_key(|(_, range)| range.from);
        let word = criticality.as_str();
        // What comes next has to begin here; nothing once everything is covered.
        let mut next = Some(0_u64);
        for (tier, range) in all {
            let Range { from, to, .. } = range;
            let span = spans.get(tier.rank).unwrap_or(head);
            match next {
                Some(wanted) if from == wanted => {}
                Some(wanted) if from > wanted => {
                    is_whole = false;
                    let last = from.saturating_sub(1);
                    marks.lack(span, format!(
                        "no tier for criticality `{word}` with {wanted} to {last} resources: let tier \
                         `{}` begin at {wanted}", tier.id));
                }
                Some(_) | None => {
                    is_whole = false;
                    marks.lack(span, format!(
                        "tier `{}` overlaps another for criticality `{word}` from {from} resources on: \
                         let one end before the other begins", tier.id));
                }
            }
            let after = to.and_then(|to| to.checked_add(1));
            next = match (next, after) {
                (Some(old), Some(after)) => Some(old.max(after)),
                (None, _) | (_, None) => None,
            };
        }
        if let Some(open) = next {
            is_whole = false;
            marks.lack(head, format!(
                "no tier for criticality `{word}` with {open} resources or more: leave `radius_to` out \
                 of its last range"));
        }
    }
    if is_whole {
        rises(tiers, head, marks);
    }
}

/// A graver process or a wider reach never gives a milder tier.
fn rises(tiers: &[Tier], head: &Span<usize>, marks: &mut Marks<'_>) {
    let edges: BTreeSet<u64> = tiers.iter().flat_map(|tier| &tier.when).map(|it| it.from).collect();
    let rank = |criticality, radius| {
        tiers.iter().find(|tier| tier.when.iter().any(|it| it.holds(criticality, radius)))
    };
    let mut said = BTreeSet::new();
    let mut before: Vec<Option<&Tier>> = vec![None; edges.len()];
    for criticality in CRITICALITIES {
        let mut narrower: Option<&Tier> = None;
        for (radius, milder) in edges.iter().zip(&mut before) {
            let Some(tier) = rank(criticality, *radius) else { continue };
            for other in [narrower, *milder].into_iter().flatten() {
                if tier.rank < other.rank && said.insert((tier.rank, other.rank)) {
                    marks.lack(head, format!(
                        "criticality `{}` with {radius} resources lands in `{}`, milder than `{}` for \
                         what is less grave: order the tiers from mild to grave, and let none fall",
                        criticality.as_str(), tier.id, other.id));
                }
            }
            narrower = Some(tier);
            *milder = Some(tier);
        }
    }
}
