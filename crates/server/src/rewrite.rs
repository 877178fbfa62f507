//! Writes down anew, from the events, whom findings affect, where an earlier version did not do so as
//! this one does. Once for each version, before anybody asks; broken off or done twice it comes to the
//! same. Decides nothing.

use countersign_governance::event::Event;
use countersign_store::event::{HISTORY_MAX, history};
use countersign_store::reached::affected_version;
use countersign_store::read::finding::not_ended;
use jiff::Timestamp;

use crate::door::{Door, NotDone};
use crate::{project, record};

/// Goes up when whom a finding affects is to be written down otherwise.
const VERSION: i64 = 1;

/// Findings looked up in one go.
const PAGE: i64 = 200;

/// What happened to a finding: sequence, event, and when.
type Happened = Vec<(i64, Event, Timestamp)>;

/// Writes down whom every finding that has not ended affects, and since when.
pub(crate) async fn affected(door: &Door) -> Result<(), NotDone> {
    if affected_version(&door.store).await? >= VERSION {
        return Ok(());
    }
    let mut after = 0;
    loop {
        let page = not_ended(&door.store, after, PAGE).await?;
        let Some(last) = page.last() else { break };
        after = last.row.number;
        for item in page {
            let Some(happened) = happened(door, &item.row.id).await? else { continue };
            again(door, item.row.id, happened).await?;
        }
    }
    let noted = door.store.transact(|tx| Box::pin(tx.set_affected_version(VERSION)));
    Ok(noted.await?)
}

/// None of a finding with events of a later version: that one writes it down.
async fn happened(door: &Door, finding: &str) -> Result<Option<Happened>, NotDone> {
    let (mut all, mut after) = (Vec::new(), 0);
    loop {
        let page = history(&door.store, finding, after).await?;
        let is_last = i64::try_from(page.len()).unwrap_or(0) < HISTORY_MAX;
        for stored in page {
            after = stored.sequence;
            let Ok(event) = record::event(&stored.bytes) else {
                tracing::warn!(%finding, "whom it affects is written down by a later version only");
                return Ok(None);
            };
            all.push((stored.sequence, event, stored.at));
        }
        if is_last {
            return Ok(Some(all));
        }
    }
}

/// Writes down what the events say, one after the other, as when they happened.
async fn again(door: &Door, finding: String, happened: Happened) -> Result<(), NotDone> {
    let given = (finding, happened);
    let written = door.store.transact_with(given, |tx, (finding, happened)| {
        Box::pin(async move {
            for (sequence, event, at) in happened {
                project::event(tx, (finding, *sequence), event, (&[], *at)).await?;
            }
            Ok(())
        })
    });
    written.await
}
