//! The list of runs, for people; none is changed and no facts are unpacked.

use crate::cursor::{Page, page, page_size, text_key};
use crate::fault::Fault;
use crate::stage::run::{Run, from_row};
use crate::tx::Ask;
use crate::value::args;

const LIST: &str = "select r.id, r.source, r.read_at, r.standing, r.position, r.accepted_at, \
     r.complete, r.counts, r.digest, r.unreadable, r.why from run r \
     where (cast($1 as text) = '' or r.id < $1) \
     and (cast($2 as text) is null or r.source = $2) order by r.id desc limit $3";

/// One page of the runs, of one source or of all, in descending order of id: the newest first,
/// because ids grow with time.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(
    ask: impl Ask,
    source: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Run>, Fault> {
    let before = text_key("run", cursor, "")?;
    let rows = ask.ask(LIST, args![before, source, page_size(limit) + 1]).await?;
    page("run", limit, &rows, from_row, |run| run.id.clone())
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[LIST]
}
