//! Questions about a business process; none changes anything.

use crate::cursor::{Page, page, page_size, text_key};
use crate::fault::Fault;
use crate::project::process::Row;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select n.id, n.name, n.criticality, n.owner, n.status, s.sequence, s.state from \
         process n join state s on s.subject = n.id"
    };
}
const GET: &str = concat!(columns!(), " where n.id = $1");
const LIST: &str = concat!(columns!(), " where n.id > $1 order by n.id limit $2");

/// A process with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// The process with this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![id]).await?.first().map(item).transpose()
}

/// One page of all, in order of id.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(ask: impl Ask, cursor: Option<&str>, limit: i64) -> Result<Page<Item>, Fault> {
    let after = text_key("process", cursor, "")?;
    let rows = ask.ask(LIST, args![after, page_size(limit) + 1]).await?;
    page("process", limit, &rows, item, |item| item.row.id.clone())
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        name: answer.text(1)?,
        criticality: answer.text(2)?,
        owner: answer.maybe_text(3)?,
        status: answer.text(4)?,
    };
    Ok(Item { row, sequence: answer.int(5)?, state: answer.text(6)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, LIST]
}
