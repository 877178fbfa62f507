//! The columns of a configured target system.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into system (id, name, kind, config, owner, status, last_run, last_read_at) \
     values ($1, $2, $3, $4, $5, $6, $7, $8) on conflict (id) do update set name = \
     excluded.name, kind = excluded.kind, config = excluded.config, owner = \
     excluded.owner, status = excluded.status, last_run = excluded.last_run, \
     last_read_at = excluded.last_read_at";

/// The columns of a configured target system.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// Its name, which is also the name of its facts' source.
    pub name: String,
    /// Which connector reads it.
    pub kind: String,
    /// Where its configuration stands; never a secret.
    pub config: String,
    /// The person who owns it.
    pub owner: Option<String>,
    /// Whether it is read.
    pub status: String,
    /// The run that was accepted last.
    pub last_run: Option<String>,
    /// When that read began.
    pub last_read_at: Option<Timestamp>,
}

/// Writes the columns of a configured target system.
///
/// # Errors
/// When the database cannot write.
pub async fn put(tx: &mut Tx, row: &Row) -> Result<(), Fault> {
    let args = args![
        &row.id,
        &row.name,
        &row.kind,
        &row.config,
        &row.owner,
        &row.status,
        &row.last_run,
        row.last_read_at,
    ];
    tx.run_one(PUT, args, || Fault::permanent("a row was not stored; report it")).await
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT]
}
