//! Questions about findings; none changes anything.

use jiff::Timestamp;

use crate::cursor::{Page, number_key, page, page_size};
use crate::fault::Fault;
use crate::project::finding::Row;
use crate::read::exception::in_force;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select n.id, n.number, n.fingerprint, n.rule, n.class, n.severity, n.status, \
         n.certainty, n.owner, n.due_at, n.opened_at, n.ended_at, n.ended_how, n.system, \
         n.root_cause, n.affected_total, n.detail_digest, s.sequence, s.state \
         from finding n join state s on s.subject = n.id"
    };
}
const GET: &str = concat!(columns!(), " where n.id = $1");
const BY_NUMBER: &str = concat!(columns!(), " where n.number = $1");
const BY_FINGERPRINT: &str = concat!(columns!(), " where n.fingerprint = $1");
const LIST: &str = concat!(
    columns!(),
    " where n.number < $1 \
     and (cast($2 as text) is null or n.status = $2) \
     and (cast($3 as text) is null or n.severity = $3) \
     and (cast($4 as text) is null or n.owner = $4) \
     and (cast($5 as text) is null or n.system = $5) \
     and (cast($6 as text) is null or n.rule = $6) \
     and (cast($7 as bigint) = 0 or n.ended_at is null) \
     order by n.number desc limit $8"
);
const NOT_ENDED: &str =
    concat!(columns!(), " where n.ended_at is null and n.number > $1 order by n.number limit $2");
const PROVEN: &str = "select n.system, max(e.at), n.ended_at from finding n join event e \
     on e.subject = n.id where n.ended_how = 'fixed' and n.ended_at >= $1 and \
     e.name = 'finding.ordered.1' group by n.id, n.system, n.ended_at \
     order by n.ended_at desc limit $2";
const DECIDED: &str = concat!(
    "select count(*), coalesce(sum(case when f.status in ('chosen', 'remediating', 'fulfilled') \
     or exists (select 1 from exception e where e.finding = f.id and ",
    in_force!(),
    ") then 1 else 0 end), 0) from finding f where f.ended_at is null"
);
const COUNTS: &str =
    "select status, severity, count(*) from finding group by status, severity order by 1, 2";

/// Which findings a list shows; `None` shows all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Where they are in their life.
    pub status: Option<&'a str>,
    /// Only those that have not ended.
    pub not_ended: bool,
    /// The rule's severity.
    pub severity: Option<&'a str>,
    /// The person who owns them.
    pub owner: Option<&'a str>,
    /// The system of their root cause.
    pub system: Option<&'a str>,
    /// The rule.
    pub rule: Option<&'a str>,
}

/// A finding with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// How many findings have one status and one severity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// Where they are in their life.
    pub status: String,
    /// The rule's severity.
    pub severity: String,
    /// How many.
    pub count: i64,
}

/// A fix with its two times.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Proven {
    /// The system.
    pub system: String,
    /// When it was ordered last.
    pub ordered_at: Timestamp,
    /// When it was proven.
    pub ended_at: Timestamp,
}

/// The finding with this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![id]).await?.first().map(item).transpose()
}

/// The finding with this number.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_number(ask: impl Ask, number: i64) -> Result<Option<Item>, Fault> {
    ask.ask(BY_NUMBER, args![number]).await?.first().map(item).transpose()
}

/// The finding with this fingerprint, ended or not.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_fingerprint(ask: impl Ask, fingerprint: &str) -> Result<Option<Item>, Fault> {
    ask.ask(BY_FINGERPRINT, args![fingerprint]).await?.first().map(item).transpose()
}

/// One page of the findings that `filter` shows, the newest number first.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(
    ask: impl Ask,
    filter: &Filter<'_>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Item>, Fault> {
    let before = number_key("finding", cursor, i64::MAX)?;
    let Filter { status, not_ended, severity, owner, system, rule } = *filter;
    let open = i64::from(not_ended);
    let args = args![before, status, severity, owner, system, rule, open, page_size(limit) + 1];
    let rows = ask.ask(LIST, args).await?;
    page("finding", limit, &rows, item, |item| item.row.number.to_string())
}

/// The findings that have not ended, by number after `after`, at most `limit`; for the judge.
///
/// # Errors
/// When the database cannot answer.
pub async fn not_ended(ask: impl Ask, after: i64, limit: i64) -> Result<Vec<Item>, Fault> {
    let rows = ask.ask(NOT_ENDED, args![after, page_size(limit)]).await?;
    rows.iter().map(item).collect()
}

/// When what was fixed since a time was ordered last, and when it was proven, the newest first and at most
/// `limit`.
///
/// # Errors
/// When the database cannot answer.
pub async fn proven(ask: impl Ask, since: Timestamp, limit: i64) -> Result<Vec<Proven>, Fault> {
    let rows = ask.ask(PROVEN, args![since, page_size(limit)]).await?;
    let proven = |row: &Answer| {
        Ok(Proven { system: row.text(0)?, ordered_at: row.instant(1)?, ended_at: row.instant(2)? })
    };
    rows.iter().map(proven).collect()
}

/// How many findings are open, and how many of them have a decision behind them: a remedy that was chosen, or
/// an exception in force.
///
/// # Errors
/// When the database cannot answer.
pub async fn decided(ask: impl Ask, now: Timestamp) -> Result<(i64, i64), Fault> {
    let rows = ask.ask(DECIDED, args![now]).await?;
    let row = rows.first().ok_or_else(|| Fault::permanent("a count gave no row; report it"))?;
    Ok((row.int(0)?, row.int(1)?))
}

/// How many findings there are, by status and severity.
///
/// # Errors
/// When the database cannot answer.
pub async fn counts(ask: impl Ask) -> Result<Vec<Count>, Fault> {
    let rows = ask.ask(COUNTS, args![]).await?;
    rows.iter()
        .map(|row| Ok(Count { status: row.text(0)?, severity: row.text(1)?, count: row.int(2)? }))
        .collect()
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        number: answer.int(1)?,
        fingerprint: answer.text(2)?,
        rule: answer.text(3)?,
        class: answer.text(4)?,
        severity: answer.text(5)?,
        status: answer.text(6)?,
        certainty: answer.text(7)?,
        owner: answer.maybe_text(8)?,
        due_at: answer.maybe_instant(9)?,
        opened_at: answer.instant(10)?,
        ended_at: answer.maybe_instant(11)?,
        ended_how: answer.maybe_text(12)?,
        system: answer.text(13)?,
        root_cause: answer.text(14)?,
        affected_total: answer.int(15)?,
        detail_digest: answer.maybe_text(16)?,
    };
    Ok(Item { row, sequence: answer.int(17)?, state: answer.text(18)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, BY_NUMBER, BY_FINGERPRINT, LIST, NOT_ENDED, PROVEN, DECIDED, COUNTS]
}
