//! What reviews of access are made of beside their decisions: which access is in a scope, how one access is
//! frozen, who is asked about it, and what is counted. Decides nothing.

pub(crate) mod frozen;
pub(crate) mod proposal;
pub(crate) mod reviewers;
pub(crate) mod scope;

use std::collections::BTreeSet;

use countersign_governance::campaign::Tally;
use countersign_store::read;
use jiff::Timestamp;

use crate::door::{Door, NotDone};

/// The shapes of all access that was kept and is kept still.
pub(crate) async fn kept_shapes(door: &Door, now: Timestamp) -> Result<BTreeSet<String>, NotDone> {
    let (mut shapes, mut after) = (BTreeSet::new(), String::new());
    loop {
        let page = read::item::kept(&door.store, now, &after).await?;
        let Some(last) = page.last() else { return Ok(shapes) };
        after.clone_from(last);
        shapes.extend(page);
    }
}

/// What is counted of the items of a review.
pub(crate) fn tally(counts: &[read::review::Count]) -> Tally {
    let mut tally = Tally::default();
    for it in counts {
        let count = u64::try_from(it.count).unwrap_or_default();
        let place = match it.standing.as_str() {
            "open" => &mut tally.open,
            "kept" => &mut tally.kept,
            "changing" => &mut tally.changing,
            _ => &mut tally.proven,
        };
        *place = place.saturating_add(count);
        tally.items = tally.items.saturating_add(count);
    }
    tally
}
