//! Whom a finding affects, and since when. Who stays keeps their date; who leaves and comes back
//! begins anew, and so does everybody when the finding ended meanwhile. An exception covers who was
//! there when it was put forward and has been there since.

use std::collections::BTreeSet;

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const KNOWN: &str = "select identity from finding_affected where finding = $1";
const JOIN: &str = "insert into finding_affected (finding, identity, since) values ($1, $2, $3)";
const LEAVE: &str = "delete from finding_affected where finding = $1 and identity = $2";

/// Writes whom a finding affects as of `now`.
///
/// # Errors
/// When the database cannot answer.
pub async fn put(
    tx: &mut Tx,
    finding: &str,
    identities: &BTreeSet<String>,
    now: Timestamp,
) -> Result<(), Fault> {
    let mut known = BTreeSet::new();
    for row in tx.rows(KNOWN, args![finding]).await? {
        known.insert(row.text(0)?);
    }
    for gone in known.difference(identities) {
        tx.run(LEAVE, args![finding, gone]).await?;
    }
    for new in identities.difference(&known) {
        tx.run(JOIN, args![finding, new, now]).await?;
    }
    Ok(())
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[KNOWN, JOIN, LEAVE]
}
