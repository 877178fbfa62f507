//! Who owns exceptions that have not ended, and which: for whoever looks whether the owners are still
//! there. Changes nothing.

use crate::cursor::page_size;
use crate::fault::Fault;
use crate::tx::Ask;
use crate::value::args;

const OWNERS: &str = "select e.owner from exception e where e.ended_at is null and e.owner > $1 \
     group by e.owner order by e.owner limit $2";
const OWNED: &str = "select e.id, e.number from exception e where e.owner = $1 \
     and e.ended_at is null and e.number > $2 order by e.number limit $3";

/// The people who own an exception that has not ended, after this one, in order.
///
/// # Errors
/// When the database cannot answer.
pub async fn owners(ask: impl Ask, after: &str, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(OWNERS, args![after, page_size(limit)]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// The exceptions of an owner that have not ended, after this number, each with its own.
///
/// # Errors
/// When the database cannot answer.
pub async fn owned(
    ask: impl Ask,
    owner: &str,
    (after, limit): (i64, i64),
) -> Result<Vec<(String, i64)>, Fault> {
    let rows = ask.ask(OWNED, args![owner, after, page_size(limit)]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[OWNERS, OWNED]
}
