//! Exceptions: as rows of a register, and whole. Where one stands is computed at the moment of
//! asking.

pub(crate) mod renewed;
pub mod whole;

use countersign_store::read::exception::{Filter, Item, by_number, counts, get, list, unknown};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::finding::{PREFIX as FINDING, bare};
use super::{List, each};
use crate::door::{Door, NotDone};

pub use whole::{Whole, whole};

/// Prefix of the short reference.
pub const PREFIX: &str = "EX-";

/// An exception in a register.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionRow)]
pub struct Row {
    /// Its id.
    pub id: String,
    /// Its short reference.
    pub reference: String,
    /// Where it stands now: `in_review`, `active`, `suspended`, `expired`, or how it ended.
    pub status: String,
    /// Whether it is in force now.
    pub in_force: bool,
    /// The short reference of its finding.
    pub finding: String,
    /// Where the finding stands: its clock runs on.
    pub finding_status: String,
    /// When the finding is due.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub finding_due_at: Option<Timestamp>,
    /// The rule.
    pub rule: String,
    /// How bad.
    pub severity: String,
    /// The one accountable person.
    pub owner: String,
    /// How many identities it covers.
    pub covered_total: i64,
    /// When it was proposed.
    #[schema(value_type = String, format = DateTime)]
    pub proposed_at: Timestamp,
    /// When it ends, exclusive.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// Controls of one system that could not be tested last time.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionUntested)]
pub struct Untested {
    /// The system; null where the graph could not answer.
    pub system: Option<String>,
    /// How many controls.
    pub controls: i64,
    /// When the oldest of them was last shown to work, or else last tried.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub since: Option<Timestamp>,
}

/// Systems whose controls could not be tested last time: one notice a system.
///
/// # Errors
/// When the store cannot answer.
pub async fn untested(door: &Door) -> Result<List<Untested>, NotDone> {
    let rows = unknown(&door.store).await?.into_iter();
    let shown =
        rows.map(|it| Untested { system: it.system, controls: it.controls, since: it.since });
    Ok(List::new(shown.collect(), None))
}

/// Finds an exception by its short reference or id.
///
/// # Errors
/// When the store cannot answer.
pub async fn find(door: &Door, reference: &str) -> Result<Option<Item>, NotDone> {
    let now = door.clock.now();
    let number = reference.strip_prefix(PREFIX).or_else(|| reference.strip_prefix("ex-"));
    if let Some(number) = number.and_then(|number| number.parse::<i64>().ok()) {
        return Ok(by_number(&door.store, number, now).await?);
    }
    let id = reference.strip_prefix("exception:").unwrap_or(reference);
    Ok(get(&door.store, &format!("exception:{id}"), now).await?)
}

/// A page of exceptions as they stand now.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(
    door: &Door,
    filter: &Filter<'_>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<List<Row>, NotDone> {
    let page = list(&door.store, filter, door.clock.now(), (cursor, limit)).await?;
    Ok(each(page, |item| row(&item)))
}

/// How many exceptions stand where now.
///
/// # Errors
/// When the store cannot answer.
pub async fn by_status(door: &Door) -> Result<Vec<(String, i64)>, NotDone> {
    Ok(counts(&door.store, door.clock.now()).await?)
}

pub(super) fn row(item: &Item) -> Row {
    let it = &item.row;
    Row {
        id: bare(&it.id),
        reference: format!("{PREFIX}{}", it.number),
        status: item.status.clone(),
        in_force: item.status == "active",
        finding: format!("{FINDING}{}", item.finding_number),
        finding_status: item.finding_status.clone(),
        finding_due_at: item.finding_due,
        rule: it.rule.clone(),
        severity: item.severity.clone(),
        owner: it.owner.clone(),
        covered_total: it.covered_total,
        proposed_at: it.proposed_at,
        until: it.until_at,
        sequence: item.sequence,
    }
}
