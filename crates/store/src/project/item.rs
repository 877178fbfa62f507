//! The columns of an item of a review, before whom it is, and what was decided about it. An item that is
//! decided is before nobody.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into review_item (id, review, number, stage, escalated, standing, wish, \
     fingerprint, shape, detail, system, severity, last_used, opened_at, asked_at, changed_at, \
     kept_until) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
     on conflict (id) do update set stage = excluded.stage, escalated = excluded.escalated, \
     standing = excluded.standing, wish = excluded.wish, asked_at = excluded.asked_at, \
     changed_at = excluded.changed_at, kept_until = excluded.kept_until \
     where review_item.review = excluded.review and review_item.number = excluded.number";
const NOBODY: &str = "delete from review_reviewer where item = $1";
const ASK: &str =
    "insert into review_reviewer (item, person, review, number) values ($1, $2, $3, $4)";
const LAST: &str = "select max(at) from review_decision where review = $1 and person = $2";
const DECIDED: &str = "insert into review_decision (item, stage, review, person, verdict, at, \
     at_once, seconds, agrees) values ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

/// The columns of an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// The review that it is of; never changes.
    pub review: String,
    /// Its number in it; never changes.
    pub number: i64,
    /// The stage in which it is, from zero.
    pub stage: i64,
    /// Whether it was escalated.
    pub escalated: bool,
    /// Where it stands.
    pub standing: String,
    /// How it is to change.
    pub wish: Option<String>,
    /// What makes it the same access in another review.
    pub fingerprint: String,
    /// What makes it unchanged in another review.
    pub shape: String,
    /// Digest of the text that holds the access.
    pub detail: String,
    /// The system of the access.
    pub system: String,
    /// The worst finding that it takes part in: 0 none, 1 low to 4 critical.
    pub severity: i64,
    /// When it was used last, as far as the sources say.
    pub last_used: Option<Timestamp>,
    /// When it was put before somebody first.
    pub opened_at: Timestamp,
    /// Since when those are asked who are asked now.
    pub asked_at: Timestamp,
    /// When it was decided or asked last.
    pub changed_at: Timestamp,
    /// Until when it is kept.
    pub kept_until: Option<Timestamp>,
}

/// What a person decided about an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decision<'a> {
    /// The item.
    pub item: &'a str,
    /// In which stage.
    pub stage: i64,
    /// The review.
    pub review: &'a str,
    /// Who.
    pub person: &'a str,
    /// What.
    pub verdict: &'a str,
    /// When.
    pub at: Timestamp,
    /// Since when they could have.
    pub asked_at: Timestamp,
    /// About how many items at once.
    pub at_once: i64,
    /// Whether that agrees with the last use, where something is known of it.
    pub agrees: Option<bool>,
}

/// Writes the columns of an item, and before whom it is.
///
/// # Errors
/// [`crate::Kind::Conflict`] when its number belongs to another item.
pub async fn put(
    tx: &mut Tx,
    row: &Row,
    reviewers: &BTreeSet<String>,
    is_new: bool,
) -> Result<(), Fault> {
    let args = args![
        &row.id,
        &row.review,
        row.number,
        row.stage,
        i64::from(row.escalated),
        &row.standing,
        &row.wish,
        &row.fingerprint,
        &row.shape,
        &row.detail,
        &row.system,
        row.severity,
        row.last_used,
        row.opened_at,
        row.asked_at,
        row.changed_at,
        row.kept_until,
    ];
    tx.run_one(PUT, args, || {
        Fault::conflict(format!(
            "item {} is another one of this review; load it again and decide again",
            row.number
        ))
    })
    .await?;
    if !is_new {
        tx.run(NOBODY, args![&row.id]).await?;
    }
    for person in reviewers {
        tx.run(ASK, args![&row.id, person, &row.review, row.number]).await?;
    }
    Ok(())
}

/// Writes what a person decided, with the seconds since they decided before or were asked, whichever is
/// later.
///
/// # Errors
/// When the database cannot write.
pub async fn decided(tx: &mut Tx, it: &Decision<'_>) -> Result<(), Fault> {
    let row = tx.row(LAST, args![it.review, it.person]).await?;
    let last = row.map(|row| row.maybe_instant(0)).transpose()?.flatten();
    let since = last.map_or(it.asked_at, |last| last.max(it.asked_at));
    let seconds = it.at.duration_since(since).as_secs().max(0);
    let args = args![
        it.item,
        it.stage,
        it.review,
        it.person,
        it.verdict,
        it.at,
        it.at_once,
        seconds,
        it.agrees.map(i64::from),
    ];
    tx.run_one(DECIDED, args, || Fault::permanent("a decision was not stored; report it")).await
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, NOBODY, ASK, LAST, DECIDED]
}
