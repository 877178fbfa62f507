//! Questions about a configured target system; none changes anything.

use crate::cursor::{Page, page, page_size, text_key};
use crate::fault::Fault;
use crate::project::system::Row;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select n.id, n.name, n.kind, n.config, n.owner, n.status, n.last_run, \
         n.last_read_at, s.sequence, s.state from system n join state s on s.subject = n.id"
    };
}
const GET: &str = concat!(columns!(), " where n.id = $1");
const LIST: &str = concat!(columns!(), " where n.id > $1 order by n.id limit $2");
const BY_NAME: &str = concat!(columns!(), " where n.name = $1");

/// A system with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// The system with this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![id]).await?.first().map(item).transpose()
}

/// The system with this name.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_name(ask: impl Ask, name: &str) -> Result<Option<Item>, Fault> {
    ask.ask(BY_NAME, args![name]).await?.first().map(item).transpose()
}

/// One page of all, in order of id.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(ask: impl Ask, cursor: Option<&str>, limit: i64) -> Result<Page<Item>, Fault> {
    let after = text_key("system", cursor, "")?;
    let rows = ask.ask(LIST, args![after, page_size(limit) + 1]).await?;
    page("system", limit, &rows, item, |item| item.row.id.clone())
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        name: answer.text(1)?,
        kind: answer.text(2)?,
        config: answer.text(3)?,
        owner: answer.maybe_text(4)?,
        status: answer.text(5)?,
        last_run: answer.maybe_text(6)?,
        last_read_at: answer.maybe_instant(7)?,
    };
    Ok(Item { row, sequence: answer.int(8)?, state: answer.text(9)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, LIST, BY_NAME]
}
