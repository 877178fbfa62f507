//! The columns of a business process.

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into process (id, name, criticality, owner, status) values ($1, $2, $3, $4, \
     $5) on conflict (id) do update set name = excluded.name, criticality = \
     excluded.criticality, owner = excluded.owner, status = excluded.status";

/// The columns of a business process.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// What people call it.
    pub name: String,
    /// How much hangs on it.
    pub criticality: String,
    /// The person who owns it.
    pub owner: Option<String>,
    /// Whether it is in use.
    pub status: String,
}

/// Writes the columns of a business process.
///
/// # Errors
/// When the database cannot write.
pub async fn put(tx: &mut Tx, row: &Row) -> Result<(), Fault> {
    let args = args![&row.id, &row.name, &row.criticality, &row.owner, &row.status,];
    tx.run_one(PUT, args, || Fault::permanent("a row was not stored; report it")).await
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT]
}
