//! The ledger's leaves by position: for people, for an export and for proofs. Computes no hash.

use countersign_ledger::tree::Hash;
use jiff::Timestamp;

use crate::cursor::{Page, number_key, page, page_size};
use crate::fault::Fault;
use crate::tx::Ask;
use crate::value::{Row, args};

/// Most leaves that an export takes at once.
pub const LEAVES_MAX: i64 = 5_000;

macro_rules! columns {
    () => {
        "select l.position, l.subject, l.sequence, l.hash, e.name, e.at, e.actor, e.bytes \
         from leaf l join event e on e.subject = l.subject and e.sequence = l.sequence"
    };
}
const AT: &str = concat!(columns!(), " where l.position = $1");
const FROM: &str = concat!(columns!(), " where l.position >= $1 order by l.position limit $2");
const NEWEST: &str =
    concat!(columns!(), " where l.position < $1 order by l.position desc limit $2");
const HASHES: &str = "select hash from leaf where position >= $1 order by position limit $2";

/// A leaf of the ledger.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Its position, from 0.
    pub position: i64,
    /// The case or record that the event is about.
    pub subject: String,
    /// The event's place among those of the subject.
    pub sequence: i64,
    /// The leaf hash that was sealed.
    pub hash: Hash,
    /// The event's stored name.
    pub name: String,
    /// When it happened.
    pub at: Timestamp,
    /// Opaque id of who acted.
    pub actor: String,
    /// The exact bytes.
    pub bytes: Vec<u8>,
}

/// The leaf at a position.
///
/// # Errors
/// When the database cannot answer.
pub async fn at(ask: impl Ask, position: i64) -> Result<Option<Leaf>, Fault> {
    ask.ask(AT, args![position]).await?.first().map(leaf).transpose()
}

/// The leaves from a position on, in order, at most `limit` and [`LEAVES_MAX`].
///
/// # Errors
/// When the database cannot answer.
pub async fn from(ask: impl Ask, position: i64, limit: i64) -> Result<Vec<Leaf>, Fault> {
    let rows = ask.ask(FROM, args![position, limit.clamp(1, LEAVES_MAX)]).await?;
    rows.iter().map(leaf).collect()
}

/// The sealed hashes from a position on, in order, at most `limit` and [`LEAVES_MAX`].
///
/// # Errors
/// When the database cannot answer.
pub async fn hashes(ask: impl Ask, position: i64, limit: i64) -> Result<Vec<Hash>, Fault> {
    let rows = ask.ask(HASHES, args![position, limit.clamp(1, LEAVES_MAX)]).await?;
    rows.iter().map(|row| row.digest(0).map(Hash)).collect()
}

/// One page of the leaves, the newest first.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(ask: impl Ask, cursor: Option<&str>, limit: i64) -> Result<Page<Leaf>, Fault> {
    let before = number_key("leaf", cursor, i64::MAX)?;
    let rows = ask.ask(NEWEST, args![before, page_size(limit) + 1]).await?;
    page("leaf", limit, &rows, leaf, |leaf| leaf.position.to_string())
}

fn leaf(row: &Row) -> Result<Leaf, Fault> {
    Ok(Leaf {
        position: row.int(0)?,
        subject: row.text(1)?,
        sequence: row.int(2)?,
        hash: Hash(row.digest(3)?),
        name: row.text(4)?,
        at: row.instant(5)?,
        actor: row.text(6)?,
        bytes: row.blob(7)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[AT, FROM, NEWEST, HASHES]
}
