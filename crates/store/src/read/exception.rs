//! Questions about exceptions; none changes anything. Whether one is in force is one predicate, and
//! its equal in Rust is `governance::exception::Exception::in_force`.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::cursor::{Page, number_key, page, page_size};
use crate::fault::Fault;
use crate::project::exception::{Control, Row};
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

/// In force at `$1`: the one predicate (law 7).
macro_rules! in_force {
    () => {
        "(e.force_from <= $1 and $1 < e.force_until)"
    };
}
pub(crate) use in_force;
/// Whether a line of an exception's cover covers whom a finding affects: who left and came back, or joined
/// later, is not who was frozen with it.
macro_rules! covers {
    () => {
        "c.identity = a.identity and a.since <= e.proposed_at"
    };
}
/// Where an exception stands at `$1`, as `Exception::status` says it.
macro_rules! status {
    () => {
        concat!(
            "case when e.ended_at is not null then e.stage when e.until_at <= $1 then 'expired' \
             when e.stage = 'in_review' then 'in_review' when ",
            in_force!(),
            " then 'active' else 'suspended' end"
        )
    };
}
macro_rules! columns {
    () => {
        concat!(
            "select e.id, e.number, e.finding, e.rule, e.owner, e.stage, \
             e.proposed_at, e.until_at, e.force_from, e.force_until, e.ended_at, \
             e.covered_total, s.sequence, s.state, ",
            status!(),
            ", f.number, f.severity, f.status, f.due_at from exception e join state s on s.subject = e.id \
             join finding f on f.id = e.finding"
        )
    };
}
const GET: &str = concat!(columns!(), " where e.id = $2");
const BY_NUMBER: &str = concat!(columns!(), " where e.number = $2");
const LIST: &str = concat!(
    columns!(),
    " where e.number < $2 and (cast($3 as text) is null or ",
    status!(),
    " = $3) and (cast($4 as text) is null or e.owner = $4) \
     and (cast($5 as text) is null or e.finding = $5) \
     and (cast($6 as text) is null or e.rule = $6) order by e.number desc limit $7"
);
const COUNTS: &str =
    concat!("select ", status!(), ", count(*) from exception e group by 1 order by 1");
const AFFECTED: &str = concat!(
    "select a.identity, a.since, (select min(e.number) from exception_cover c \
     join exception e on e.id = c.exception where e.finding = a.finding and ",
    covers!(),
    " and ",
    in_force!(),
    ") from finding_affected a where a.finding = $2 order by a.identity"
);
const COVERED: &str = concat!(
    "select f.number, count(distinct a.identity) from exception e \
     join finding f on f.id = e.finding \
     join exception_cover c on c.exception = e.id \
     join finding_affected a on a.finding = e.finding and ",
    covers!(),
    " where f.number >= $2 and f.number <= $3 and ",
    in_force!(),
    " group by f.number"
);
const EXPIRED: &str = "select e.id from exception e \
     where e.ended_at is null and e.until_at <= $1 order by e.until_at limit $2";
const UNPROVEN: &str = "select e.id from exception e where e.stage = 'active' \
     and e.force_until <= $1 and $1 < e.until_at order by e.force_until limit $2";
const UNSETTLED: &str = "select e.id, e.finding, e.unsettled from exception e \
     where e.unsettled is not null order by e.unsettled limit $1";
const STILL_COVERED: &str = concat!(
    "select f.affected_total, (select count(*) from finding_affected a where a.finding = f.id), \
     (select count(*) from exception_cover c join finding_affected a on a.finding = f.id and ",
    covers!(),
    " where c.exception = e.id) \
     from exception e join finding f on f.id = e.finding where e.id = $1"
);
const DUE: &str = "select c.exception, c.control, c.system from exception_control c \
     where c.due_at <= $1 and c.claimed_until <= $1 order by c.due_at limit $2";
const CONTROLS: &str = "select control, system, kind, owner, due_at, verdict, tested_at, \
     passed_at, holds_until from exception_control where exception = $1 order by control";
const UNKNOWN: &str = "select system, count(*), min(coalesce(passed_at, tested_at)) \
     from exception_control where verdict = 'unknown' group by system order by system";

/// Which exceptions a list shows; `None` shows all.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Where they stand now.
    pub status: Option<&'a str>,
    /// The person who owns them.
    pub owner: Option<&'a str>,
    /// The finding, by its subject id.
    pub finding: Option<&'a str>,
    /// The rule.
    pub rule: Option<&'a str>,
}

/// An exception with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
    /// Where it stands at the time that was asked for.
    pub status: String,
    /// The number of its finding.
    pub finding_number: i64,
    /// The severity of its rule.
    pub severity: String,
    /// Where its finding stands.
    pub finding_status: String,
    /// When its finding is due: that clock runs on.
    pub finding_due: Option<Timestamp>,
}

/// One identity that a finding affects.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Affected {
    /// Which.
    pub identity: String,
    /// Since when.
    pub since: Timestamp,
    /// Number of the exception in force that covers it.
    pub excepted_by: Option<i64>,
}

/// An exception that was not asked yet whether it is over, though its finding changed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unsettled {
    /// The exception.
    pub exception: String,
    /// Its finding.
    pub finding: String,
    /// Sequence of the finding's event; 0 where it is older than this being noted.
    pub sequence: i64,
}

/// A control whose test is due.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Due {
    /// The exception.
    pub exception: String,
    /// Counted from one.
    pub control: i64,
    /// The system that is asked.
    pub system: Option<String>,
}

/// Tests that could not run, by system: one notice, however many.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unknown {
    /// The system; none where the graph could not answer.
    pub system: Option<String>,
    /// How many controls.
    pub controls: i64,
    /// The oldest passed test among them, or the oldest test.
    pub since: Option<Timestamp>,
}

/// The exception with this id, as it stands at `now`.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str, now: Timestamp) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![now, id]).await?.first().map(item).transpose()
}

/// The exception with this number, as it stands at `now`.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_number(ask: impl Ask, number: i64, now: Timestamp) -> Result<Option<Item>, Fault> {
    ask.ask(BY_NUMBER, args![now, number]).await?.first().map(item).transpose()
}

/// One page of the exceptions that `filter` shows as they stand at `now`, the newest number first.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(
    ask: impl Ask,
    filter: &Filter<'_>,
    now: Timestamp,
    (cursor, limit): (Option<&str>, i64),
) -> Result<Page<Item>, Fault> {
    let before = number_key("exception", cursor, i64::MAX)?;
    let Filter { status, owner, finding, rule } = *filter;
    let args = args![now, before, status, owner, finding, rule, page_size(limit) + 1];
    let rows = ask.ask(LIST, args).await?;
    page("exception", limit, &rows, item, |item| item.row.number.to_string())
}

/// How many exceptions stand where at `now`.
///
/// # Errors
/// When the database cannot answer.
pub async fn counts(ask: impl Ask, now: Timestamp) -> Result<Vec<(String, i64)>, Fault> {
    let rows = ask.ask(COUNTS, args![now]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.int(1)?))).collect()
}

/// Whom a finding affects, since when, and by which exception each is excepted at `now`.
///
/// # Errors
/// When the database cannot answer.
pub async fn affected(
    ask: impl Ask,
    finding: &str,
    now: Timestamp,
) -> Result<Vec<Affected>, Fault> {
    let rows = ask.ask(AFFECTED, args![now, finding]).await?;
    rows.iter()
        .map(|row| {
            Ok(Affected {
                identity: row.text(0)?,
                since: row.instant(1)?,
                excepted_by: row.maybe_int(2)?,
            })
        })
        .collect()
}

/// How many of those whom each finding affects are excepted at `now`, for the findings whose number
/// is within the bounds, by number; those without an exception in force are left out.
///
/// # Errors
/// When the database cannot answer.
pub async fn covered(
    ask: impl Ask,
    (from, to): (i64, i64),
    now: Timestamp,
) -> Result<BTreeMap<i64, i64>, Fault> {
    let rows = ask.ask(COVERED, args![now, from, to]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)?))).collect()
}

/// Exceptions whose end has come and whose consequence has not been started.
///
/// # Errors
/// When the database cannot answer.
pub async fn expired(ask: impl Ask, now: Timestamp, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(EXPIRED, args![now, page_size(limit)]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Active exceptions a control of which has not been shown to work for too long.
///
/// # Errors
/// When the database cannot answer.
pub async fn unproven(ask: impl Ask, now: Timestamp, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(UNPROVEN, args![now, page_size(limit)]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Exceptions that were not asked yet whether they are over, though their findings changed.
///
/// # Errors
/// When the database cannot answer.
pub async fn unsettled(ask: impl Ask, limit: i64) -> Result<Vec<Unsettled>, Fault> {
    let rows = ask.ask(UNSETTLED, args![page_size(limit)]).await?;
    rows.iter()
        .map(|row| {
            let (exception, finding) = (row.text(0)?, row.text(1)?);
            Ok(Unsettled { exception, finding, sequence: row.int(2)? })
        })
        .collect()
}

/// How many of those whom an exception covers its finding has affected ever since; `None` where whom
/// it affects is not known by name.
///
/// # Errors
/// When the database cannot answer.
pub async fn still_covered(ask: impl Ask, exception: &str) -> Result<Option<i64>, Fault> {
    let rows = ask.ask(STILL_COVERED, args![exception]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let is_whole = row.int(0)? == row.int(1)?;
    if is_whole { row.int(2).map(Some) } else { Ok(None) }
}

/// Controls whose test is due and that nobody is testing.
///
/// # Errors
/// When the database cannot answer.
pub async fn due(ask: impl Ask, now: Timestamp, limit: i64) -> Result<Vec<Due>, Fault> {
    let rows = ask.ask(DUE, args![now, page_size(limit)]).await?;
    rows.iter()
        .map(|row| {
            Ok(Due { exception: row.text(0)?, control: row.int(1)?, system: row.maybe_text(2)? })
        })
        .collect()
}

/// The controls of an exception that has not ended.
///
/// # Errors
/// When the database cannot answer.
pub async fn controls(ask: impl Ask, exception: &str) -> Result<Vec<Control>, Fault> {
    let rows = ask.ask(CONTROLS, args![exception]).await?;
    rows.iter()
        .map(|row| {
            Ok(Control {
                control: row.int(0)?,
                system: row.maybe_text(1)?,
                kind: row.text(2)?,
                owner: row.text(3)?,
                due_at: row.instant(4)?,
                verdict: row.maybe_text(5)?,
                tested_at: row.maybe_instant(6)?,
                passed_at: row.maybe_instant(7)?,
                holds_until: row.maybe_instant(8)?,
            })
        })
        .collect()
}

/// Systems whose controls could not be tested last time.
///
/// # Errors
/// When the database cannot answer.
pub async fn unknown(ask: impl Ask) -> Result<Vec<Unknown>, Fault> {
    let rows = ask.ask(UNKNOWN, args![]).await?;
    rows.iter()
        .map(|row| {
            Ok(Unknown {
                system: row.maybe_text(0)?,
                controls: row.int(1)?,
                since: row.maybe_instant(2)?,
            })
        })
        .collect()
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        number: answer.int(1)?,
        finding: answer.text(2)?,
        rule: answer.text(3)?,
        owner: answer.text(4)?,
        stage: answer.text(5)?,
        proposed_at: answer.instant(6)?,
        until_at: answer.instant(7)?,
        force_from: answer.maybe_instant(8)?,
        force_until: answer.maybe_instant(9)?,
        ended_at: answer.maybe_instant(10)?,
        covered_total: answer.int(11)?,
    };
    Ok(Item {
        row,
        sequence: answer.int(12)?,
        state: answer.text(13)?,
        status: answer.text(14)?,
        finding_number: answer.int(15)?,
        severity: answer.text(16)?,
        finding_status: answer.text(17)?,
        finding_due: answer.maybe_instant(18)?,
    })
}

/// What the clock asks twice a second of every node, for whoever wants to see how a database answers it:
/// `$1` is an instant or a limit, `$2` a limit.
pub const ASKED_BY_THE_CLOCK: [&str; 4] = [EXPIRED, UNPROVEN, UNSETTLED, DUE];

pub(crate) fn statements() -> &'static [&'static str] {
    &[
        GET,
        BY_NUMBER,
        LIST,
        COUNTS,
        AFFECTED,
        COVERED,
        EXPIRED,
        UNPROVEN,
        UNSETTLED,
        STILL_COVERED,
        DUE,
        CONTROLS,
        UNKNOWN,
    ]
}
