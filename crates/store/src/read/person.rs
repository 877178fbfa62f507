//! Questions about a person; none changes anything.

use jiff::Timestamp;

use crate::cursor::{Page, page, page_size, text_key};
use crate::fault::Fault;
use crate::project::person::Row;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select n.id, n.name, n.contact, n.status, s.sequence, s.state from person n join \
         state s on s.subject = n.id"
    };
}
const GET: &str = concat!(columns!(), " where n.id = $1");
const LIST: &str = concat!(columns!(), " where n.id > $1 order by n.id limit $2");

const NAMED: &str = concat!(columns!(), " where n.name = $1 order by n.status, n.id limit $2");

/// Most people who are looked at of those who are called the same: the active ones come first, and two of
/// them name nobody.
const NAMED_MAX: i64 = 8;

const LOCAL: &str = "select subject, at, bytes from event \
     where name = 'person.signed_in_locally.1' and at > $1 order by at desc limit $2";

/// Somebody who signed in past the provider of their organisation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Local {
    /// Who, as the ledger names them.
    pub subject: String,
    /// When.
    pub at: Timestamp,
    /// The exact bytes of the event.
    pub bytes: Vec<u8>,
}

/// A person with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// The person with this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![id]).await?.first().map(item).transpose()
}

/// The people who are called so, the active ones first.
///
/// # Errors
/// When the database cannot answer.
pub async fn named(ask: impl Ask, name: &str) -> Result<Vec<Item>, Fault> {
    ask.ask(NAMED, args![name, NAMED_MAX]).await?.iter().map(item).collect()
}

/// One page of all, in order of id.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(ask: impl Ask, cursor: Option<&str>, limit: i64) -> Result<Page<Item>, Fault> {
    let after = text_key("person", cursor, "")?;
    let rows = ask.ask(LIST, args![after, page_size(limit) + 1]).await?;
    page("person", limit, &rows, item, |item| item.row.id.clone())
}

/// Who signed in past the provider since then, the newest first.
///
/// # Errors
/// When the database cannot answer.
pub async fn local(ask: impl Ask, since: Timestamp, limit: i64) -> Result<Vec<Local>, Fault> {
    let rows = ask.ask(LOCAL, args![since, limit]).await?;
    let local = |row: &Answer| {
        Ok(Local { subject: row.text(0)?, at: row.instant(1)?, bytes: row.blob(2)? })
    };
    rows.iter().map(local).collect()
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        name: answer.text(1)?,
        contact: answer.maybe_text(2)?,
        status: answer.text(3)?,
    };
    Ok(Item { row, sequence: answer.int(4)?, state: answer.text(5)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, LIST, NAMED, LOCAL]
}
