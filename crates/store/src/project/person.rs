//! The columns of a person.

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const PUT: &str = "insert into person (id, name, contact, status) values ($1, $2, $3, $4) on conflict \
     (id) do update set name = excluded.name, contact = excluded.contact, status = \
     excluded.status";

/// The columns of a person.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The subject's id.
    pub id: String,
    /// What people call them.
    pub name: String,
    /// Where to reach them.
    pub contact: Option<String>,
    /// Whether they can hold a seat.
    pub status: String,
}

/// Writes the columns of a person.
///
/// # Errors
/// When the database cannot write.
pub async fn put(tx: &mut Tx, row: &Row) -> Result<(), Fault> {
    let args = args![&row.id, &row.name, &row.contact, &row.status,];
    tx.run_one(PUT, args, || Fault::permanent("a row was not stored; report it")).await
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT]
}
