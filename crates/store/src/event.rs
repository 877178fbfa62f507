//! Events: appended once, never changed. What is hashed is what is stored; this file neither makes
//! nor reads the bytes of an event.

use countersign_ledger::leaf::LEAF_BYTES_MAX;
use countersign_ledger::tree::{Hash, leaf_hash};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

/// Most events of one subject that [`history`] answers at once.
pub const HISTORY_MAX: i64 = 1_000;

const APPEND: &str = "insert into event (subject, sequence, name, at, actor, cause, hash, bytes) \
     values ($1, $2, $3, $4, $5, $6, $7, $8)";
const HISTORY: &str = "select e.subject, e.sequence, e.name, e.at, e.actor, e.cause, e.hash, \
     e.bytes, l.position from event e \
     left join leaf l on l.subject = e.subject and l.sequence = e.sequence \
     where e.subject = $1 and e.sequence > $2 order by e.sequence limit $3";

const LAST_NAMED: &str = "select coalesce(max(sequence), 0) from event \
     where subject = $1 and name like $2";

/// An event about to be appended.
#[derive(Debug, Clone, Copy)]
pub struct Event<'a> {
    /// The case or record that it is about.
    pub subject: &'a str,
    /// Its place among the subject's events, from 1 without gaps.
    pub sequence: i64,
    /// Its stored name, which ends in its version: `finding.opened.1`.
    pub name: &'a str,
    /// When.
    pub at: Timestamp,
    /// Opaque id of who acted.
    pub actor: &'a str,
    /// Opaque id of the event that led to this one.
    pub cause: Option<&'a str>,
    /// The leaf's exact bytes.
    pub bytes: &'a [u8],
}

/// An event as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stored {
    /// The case or record that it is about.
    pub subject: String,
    /// Its place among the subject's events.
    pub sequence: i64,
    /// Its stored name.
    pub name: String,
    /// When.
    pub at: Timestamp,
    /// Opaque id of who acted.
    pub actor: String,
    /// Opaque id of the event that led to this one.
    pub cause: Option<String>,
    /// The leaf hash of its bytes.
    pub hash: Hash,
    /// Its exact bytes.
    pub bytes: Vec<u8>,
    /// Its position in the ledger, once it is sealed.
    pub position: Option<i64>,
}

impl Tx {
    /// Appends an event and puts it into the sealer's queue; answers its leaf hash.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when the subject has an event of this sequence already.
    pub async fn append(&mut self, event: &Event<'_>) -> Result<Hash, Fault> {
        if event.bytes.len() > LEAF_BYTES_MAX {
            return Err(Fault::malformed(format!(
                "an event of {} bytes is longer than {LEAF_BYTES_MAX}; keep what is long as a text",
                event.bytes.len()
            )));
        }
        let hash = leaf_hash(event.bytes);
        let args = args![
            event.subject,
            event.sequence,
            event.name,
            event.at,
            event.actor,
            event.cause,
            &hash.0,
            event.bytes,
        ];
        let twice = || Fault::permanent("an event was not stored; report it");
        self.run_one(APPEND, args, twice).await?;
        Ok(hash)
    }
}

/// The events of a subject after `after` (0 for all), in order, at most [`HISTORY_MAX`].
///
/// # Errors
/// When the database cannot answer.
pub async fn history(ask: impl Ask, subject: &str, after: i64) -> Result<Vec<Stored>, Fault> {
    let rows = ask.ask(HISTORY, args![subject, after, HISTORY_MAX]).await?;
    rows.iter().map(stored).collect()
}

/// The sequence of the last event of a subject whose name begins so, 0 where there is none.
///
/// # Errors
/// When the database cannot answer.
pub async fn last_named(ask: impl Ask, subject: &str, beginning: &str) -> Result<i64, Fault> {
    let like = format!("{beginning}%");
    let rows = ask.ask(LAST_NAMED, args![subject, like.as_str()]).await?;
    rows.first().map_or(Ok(0), |row| row.int(0))
}

fn stored(row: &Row) -> Result<Stored, Fault> {
    Ok(Stored {
        subject: row.text(0)?,
        sequence: row.int(1)?,
        name: row.text(2)?,
        at: row.instant(3)?,
        actor: row.text(4)?,
        cause: row.maybe_text(5)?,
        hash: Hash(row.digest(6)?),
        bytes: row.blob(7)?,
        position: row.maybe_int(8)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[APPEND, HISTORY, LAST_NAMED]
}
