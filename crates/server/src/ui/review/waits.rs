//! What of reviews waits for the one who looks, for their first page.

use countersign_governance::seat::SeatName;
use countersign_store::read::{item, review};
use jiff::Timestamp;

use super::super::Ui;
use super::super::visitor::Visitor;
use super::super::work::Waiting;
use super::words::count;
use crate::ask::review::{PREFIX, page};
use crate::door::NotDone;

/// Most reviews that are told.
const TOLD_MAX: i64 = 50;

/// Reviews in which somebody is asked, and for an auditor those that are proven.
pub(in crate::ui) async fn waiting(ui: &Ui, visitor: &Visitor) -> Result<Vec<Waiting>, NotDone> {
    let door = &ui.api.workers.door;
    let now = door.clock.now();
    let mut waiting = Vec::new();
    for it in item::waiting(&door.store, &visitor.person.to_string(), TOLD_MAX).await? {
        let stages = review::stages(&door.store, &it.review).await?;
        let due: Option<Timestamp> = stages.iter().map(|(_, _, due)| *due).find(|due| *due > now);
        let reference = format!("{PREFIX}{}", it.number);
        waiting.push(Waiting {
            title: it.title,
            address: format!("/reviews/{reference}/items/{}", it.first),
            about: format!("{} of it", count(it.count, "item", "items")),
            deed: "Decide",
            level: None,
            began: now,
            due,
            is_late: false,
            reference,
        });
    }
    if visitor.sits_in(SeatName::Auditor) {
        let proven = page(door, Some("proven"), None, TOLD_MAX).await?;
        waiting.extend(proven.items.into_iter().map(|row| Waiting {
            title: row.title,
            address: format!("/reviews/{}", row.reference),
            about: "every change is proven".to_owned(),
            deed: "Accept or reject",
            level: None,
            began: row.began_at.unwrap_or(row.staged_at),
            due: None,
            is_late: false,
            reference: row.reference,
        }));
    }
    Ok(waiting)
}
