//! Questions about runs: which are visible, which were accepted after a position. Unpacks no facts.

use countersign_access::fact::{SourceId, Unreadable};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Ask;
use crate::value::{Row, args};

/// Most runs that one question answers.
pub const RUNS_MAX: i64 = 10_000;

macro_rules! columns {
    () => {
        "r.id, r.source, r.read_at, r.standing, r.position, r.accepted_at, r.complete, r.counts, \
         r.digest, r.unreadable, r.why"
    };
}
const GET: &str = concat!("select ", columns!(), " from run r where r.id = $1");
const AFTER: &str = concat!(
    "select ",
    columns!(),
    " from run r where r.position > $1 order by r.position limit $2"
);
const VISIBLE: &str = concat!(
    "select ",
    columns!(),
    " from run r where r.standing = 'accepted' and r.position <= $1 and r.position >= coalesce(\
     (select max(w.position) from run w where w.source = r.source \
     and w.complete = 1 and w.position <= $1), 0) order by r.position limit $2"
);
const KNOWN_AT: &str = concat!(
    "select ",
    columns!(),
    " from run r where r.standing = 'accepted' and r.read_at <= $1 and r.position >= coalesce(\
     (select max(w.position) from run w where w.source = r.source and w.standing = 'accepted' \
     and w.complete = 1 and w.read_at <= $1), 0) order by r.position limit $2"
);
const FIRST: &str = concat!(
    "select ",
    columns!(),
    " from run r where r.position is not null order by r.position limit 1"
);
const LAST: &str = concat!(
    "select ",
    columns!(),
    " from run r where r.position is not null order by r.position desc limit 1"
);

/// A run, without its facts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Run {
    /// Its id.
    pub id: String,
    /// Who says so.
    pub source: SourceId,
    /// When the read began.
    pub read_at: Timestamp,
    /// How far it has come.
    pub standing: Standing,
    /// Its place among the accepted runs, from 1 without gaps.
    pub position: Option<i64>,
    /// When it was accepted.
    pub accepted_at: Option<Timestamp>,
    /// Whether everything could be read; false until the read has ended.
    pub complete: bool,
    /// Counts for people, as JSON.
    pub counts: Option<String>,
    /// Digest over what was read.
    pub digest: Option<String>,
    /// What could not be read, the first [`super::UNREADABLE_MAX`].
    pub unreadable: Vec<Unreadable>,
    /// Why it is held.
    pub why: Option<String>,
}

/// How many facts a run holds, as was counted when it was read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, serde::Deserialize)]
#[serde(default)]
pub struct Counted {
    /// Nodes.
    pub nodes: u64,
    /// Edges.
    pub edges: u64,
}

impl Run {
    /// How many facts it holds; nothing where that was not counted.
    #[must_use]
    pub fn counted(&self) -> Counted {
        let counts = self.counts.as_deref().and_then(|it| serde_json::from_str(it).ok());
        counts.unwrap_or_default()
    }
}

/// How far a run has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// Being read.
    Staging,
    /// Read; waits to be accepted.
    Staged,
    /// Held back.
    Held,
    /// Visible.
    Accepted,
    /// Thrown away.
    Discarded,
}

/// The run of this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, run: &str) -> Result<Option<Run>, Fault> {
    ask.ask(GET, args![run]).await?.first().map(from_row).transpose()
}

/// The runs accepted after `position`, in order, at most `limit`.
///
/// # Errors
/// When the database cannot answer.
pub async fn accepted_after(ask: impl Ask, position: i64, limit: i64) -> Result<Vec<Run>, Fault> {
    let rows = ask.ask(AFTER, args![position, limit.clamp(1, RUNS_MAX)]).await?;
    rows.iter().map(from_row).collect()
}

/// The runs that together are what is known at `position` (`i64::MAX` for now), in order: of each
/// source its last complete run and the partial ones after it, which add and never take away.
///
/// # Errors
/// [`crate::Kind::Malformed`] when there are more than [`RUNS_MAX`], else when the database cannot
/// answer.
pub async fn visible(ask: impl Ask, position: i64) -> Result<Vec<Run>, Fault> {
    not_too_many(&ask.ask(VISIBLE, args![position, RUNS_MAX + 1]).await?)
}

/// The same for an instant of the past: of the reads that had begun by then and were accepted, whenever
/// that was. A read shows a system from when it began until the next complete one began.
///
/// # Errors
/// As [`visible`].
pub async fn known_at(ask: impl Ask, at: Timestamp) -> Result<Vec<Run>, Fault> {
    not_too_many(&ask.ask(KNOWN_AT, args![at, RUNS_MAX + 1]).await?)
}

fn not_too_many(rows: &[Row]) -> Result<Vec<Run>, Fault> {
    if i64::try_from(rows.len()).is_ok_and(|count| count > RUNS_MAX) {
        return Err(Fault::malformed(format!(
            "more than {RUNS_MAX} partial reads have come since the last complete ones; read each \
             source completely once"
        )));
    }
    rows.iter().map(from_row).collect()
}

/// The run that was accepted first.
///
/// # Errors
/// When the database cannot answer.
pub async fn first_accepted(ask: impl Ask) -> Result<Option<Run>, Fault> {
    ask.ask(FIRST, args![]).await?.first().map(from_row).transpose()
}

/// The run that was accepted last.
///
/// # Errors
/// When the database cannot answer.
pub async fn last_accepted(ask: impl Ask) -> Result<Option<Run>, Fault> {
    ask.ask(LAST, args![]).await?.first().map(from_row).transpose()
}

pub(crate) fn from_row(row: &Row) -> Result<Run, Fault> {
    let standing = match row.text(3)?.as_str() {
        "staging" => Standing::Staging,
        "staged" => Standing::Staged,
        "held" => Standing::Held,
        "accepted" => Standing::Accepted,
        _ => Standing::Discarded,
    };
    let unreadable = row.maybe_text(9)?.map_or(Ok(Vec::new()), |json| {
        serde_json::from_str(&json).map_err(|source| {
            Fault::permanent("a stored run is damaged; read its source again").because(source)
        })
    })?;
    Ok(Run {
        id: row.text(0)?,
        source: SourceId::new(&row.text(1)?),
        read_at: row.instant(2)?,
        standing,
        position: row.maybe_int(4)?,
        accepted_at: row.maybe_instant(5)?,
        complete: row.int(6)? == 1,
        counts: row.maybe_text(7)?,
        digest: row.maybe_text(8)?,
        unreadable,
        why: row.maybe_text(10)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, AFTER, VISIBLE, KNOWN_AT, FIRST, LAST]
}
