//! The columns of a review, and when its stages are over while something can be decided in it. Of the
//! clock only boundaries are kept (law 7).

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into review (id, number, title, status, staged_at, began_at, ended_at, \
     expected) values ($1, $2, $3, $4, $5, $6, $7, $8) \
     on conflict (id) do update set title = excluded.title, status = excluded.status, \
     began_at = excluded.began_at, ended_at = excluded.ended_at, expected = excluded.expected \
     where review.number = excluded.number";
const NO_STAGES: &str = "delete from review_stage where review = $1";
const STAGE: &str =
    "insert into review_stage (review, stage, escalated, due_at) values ($1, $2, $3, $4)";

/// The columns of a review.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// The number behind its short reference; never changes.
    pub number: i64,
    /// What it is about, in words.
    pub title: String,
    /// Where it stands.
    pub status: String,
    /// When it was planned; never changes.
    pub staged_at: Timestamp,
    /// When its first stage began.
    pub began_at: Option<Timestamp>,
    /// When it was over.
    pub ended_at: Option<Timestamp>,
    /// How many items it has, or will have.
    pub expected: i64,
}

/// When a stage is over.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stage {
    /// Which, from zero.
    pub stage: i64,
    /// For whoever it was escalated to.
    pub escalated: bool,
    /// When.
    pub due_at: Timestamp,
}

/// Writes the columns of a review, and the ends of its stages; none where nothing can be decided in it
/// now.
///
/// # Errors
/// [`crate::Kind::Conflict`] when its number belongs to another review.
pub async fn put(tx: &mut Tx, row: &Row, stages: &[Stage]) -> Result<(), Fault> {
    let args = args![
        &row.id,
        row.number,
        &row.title,
        &row.status,
        row.staged_at,
        row.began_at,
        row.ended_at,
        row.expected,
    ];
    tx.run_one(PUT, args, || {
        Fault::conflict(format!(
            "review {} has another number; load it again and decide again",
            row.number
        ))
    })
    .await?;
    tx.run(NO_STAGES, args![&row.id]).await?;
    for it in stages {
        tx.run(STAGE, args![&row.id, it.stage, i64::from(it.escalated), it.due_at]).await?;
    }
    Ok(())
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, NO_STAGES, STAGE]
}
