//! The columns of a finding.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into finding (id, number, fingerprint, rule, class, severity, status, \
     certainty, owner, due_at, opened_at, ended_at, ended_how, system, root_cause, \
     affected_total, detail_digest) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17) \
     on conflict (id) do update set rule = excluded.rule, class = excluded.class, \
     severity = excluded.severity, status = excluded.status, certainty = excluded.certainty, \
     owner = excluded.owner, due_at = excluded.due_at, ended_at = excluded.ended_at, \
     ended_how = excluded.ended_how, system = excluded.system, \
     root_cause = excluded.root_cause, affected_total = excluded.affected_total, \
     detail_digest = excluded.detail_digest \
     where finding.number = excluded.number and finding.fingerprint = excluded.fingerprint";

/// The columns of a finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// The number behind its short reference; never changes.
    pub number: i64,
    /// What makes it the same finding tomorrow; never changes.
    pub fingerprint: String,
    /// The rule's id.
    pub rule: String,
    /// The rule's class.
    pub class: String,
    /// The rule's severity.
    pub severity: String,
    /// Where it is in its life.
    pub status: String,
    /// Proven or potential.
    pub certainty: String,
    /// The person who owns it.
    pub owner: Option<String>,
    /// When it is due.
    pub due_at: Option<Timestamp>,
    /// When it was opened; never changes.
    pub opened_at: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// In which of the four ways.
    pub ended_how: Option<String>,
    /// The system of its root cause.
    pub system: String,
    /// The node id of its root cause.
    pub root_cause: String,
    /// How many identities it affects.
    pub affected_total: i64,
    /// Digest of the text that holds the whole finding.
    pub detail_digest: Option<String>,
}

/// Writes the columns of a finding.
///
/// # Errors
/// [`crate::Kind::Conflict`] when its number or fingerprint belongs to another finding.
pub async fn put(tx: &mut Tx, row: &Row) -> Result<(), Fault> {
    let args = args![
        &row.id,
        row.number,
        &row.fingerprint,
        &row.rule,
        &row.class,
        &row.severity,
        &row.status,
        &row.certainty,
        &row.owner,
        row.due_at,
        row.opened_at,
        row.ended_at,
        &row.ended_how,
        &row.system,
        &row.root_cause,
        row.affected_total,
        &row.detail_digest,
    ];
    tx.run_one(PUT, args, || {
        Fault::conflict(format!(
            "finding {} has another number or fingerprint; load it again and decide again",
            row.number
        ))
    })
    .await
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT]
}
