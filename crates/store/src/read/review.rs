//! Questions about reviews and their items; none changes anything. What is counted of a review is counted
//! here, each time.

use jiff::Timestamp;

use crate::cursor::{Page, number_key, page, page_size};
use crate::fault::Fault;
use crate::project::review::Row;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select r.id, r.number, r.title, r.status, r.staged_at, r.began_at, r.ended_at, \
         r.expected, s.sequence, s.state from review r join state s on s.subject = r.id"
    };
}
const GET: &str = concat!(columns!(), " where r.id = $1");
const BY_NUMBER: &str = concat!(columns!(), " where r.number = $1");
const LIST: &str = concat!(
    columns!(),
    " where r.number < $1 and (cast($2 as text) is null or r.status = $2) \
     order by r.number desc limit $3"
);
const OF_STATUS: &str = "select id from review where status = $1 order by number limit $2";
const OPEN: &str = "select count(*) from review where ended_at is null";
const TALLY: &str =
    "select stage, standing, count(*) from review_item where review = $1 group by stage, standing";
const SILENT: &str = "select w.person, i.stage, count(*) from review_reviewer w \
     join review_item i on i.id = w.item where w.review = $1 \
     group by w.person, i.stage order by 3 desc, 1 limit $2";
const TOOK_PART: &str = "select count(*) from review_decision where review = $1 and person = $2";
const QUALITY: &str = "select person, count(*), sum(case when at_once > 1 then 1 else 0 end), \
     sum(case when agrees = 1 then 1 else 0 end), sum(case when agrees = 0 then 1 else 0 end) \
     from review_decision where review = $1 group by person order by person limit $2";
const MEDIAN: &str = "select seconds from review_decision where review = $1 and \
     (cast($2 as text) is null or person = $2) order by seconds limit 1 offset $3";
const STAGES: &str = "select stage, escalated, due_at from review_stage where review = $1 \
     order by stage, escalated";

/// Most people of whom a review is told at once.
pub const PEOPLE_MAX: i64 = 500;

/// A review with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// How many items of a stage stand where.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Count {
    /// The stage, from zero.
    pub stage: i64,
    /// Where they stand.
    pub standing: String,
    /// How many.
    pub count: i64,
}

/// Somebody before whom items are.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Silent {
    /// Who.
    pub person: String,
    /// In which stage, from zero.
    pub stage: i64,
    /// How many.
    pub count: i64,
}

/// How somebody decides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Quality {
    /// Who.
    pub person: String,
    /// How many decisions.
    pub decisions: i64,
    /// How many of them about several items at once.
    pub in_bulk: i64,
    /// How many agree with the last use.
    pub with_use: i64,
    /// How many go against it.
    pub against_use: i64,
}

/// The review with this id.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, id: &str) -> Result<Option<Item>, Fault> {
    ask.ask(GET, args![id]).await?.first().map(item).transpose()
}

/// The review with this number.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_number(ask: impl Ask, number: i64) -> Result<Option<Item>, Fault> {
    ask.ask(BY_NUMBER, args![number]).await?.first().map(item).transpose()
}

/// One page of the reviews, the newest first; of one status, or all.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(
    ask: impl Ask,
    status: Option<&str>,
    cursor: Option<&str>,
    limit: i64,
) -> Result<Page<Item>, Fault> {
    let before = number_key("review", cursor, i64::MAX)?;
    let rows = ask.ask(LIST, args![before, status, page_size(limit) + 1]).await?;
    page("review", limit, &rows, item, |item| item.row.number.to_string())
}

/// The ids of reviews of a status, the oldest first, at most `limit`.
///
/// # Errors
/// When the database cannot answer.
pub async fn of_status(ask: impl Ask, status: &str, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(OF_STATUS, args![status, page_size(limit)]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// How many reviews are not over.
///
/// # Errors
/// When the database cannot answer.
pub async fn open(ask: impl Ask) -> Result<i64, Fault> {
    ask.ask(OPEN, args![]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// How many items of a review stand where, by stage.
///
/// # Errors
/// When the database cannot answer.
pub async fn tally(ask: impl Ask, review: &str) -> Result<Vec<Count>, Fault> {
    let rows = ask.ask(TALLY, args![review]).await?;
    rows.iter()
        .map(|row| Ok(Count { stage: row.int(0)?, standing: row.text(1)?, count: row.int(2)? }))
        .collect()
}

/// Before whom how many items of a review are, most first, at most [`PEOPLE_MAX`] people.
///
/// # Errors
/// When the database cannot answer.
pub async fn silent(ask: impl Ask, review: &str) -> Result<Vec<Silent>, Fault> {
    let rows = ask.ask(SILENT, args![review, PEOPLE_MAX]).await?;
    rows.iter()
        .map(|row| Ok(Silent { person: row.text(0)?, stage: row.int(1)?, count: row.int(2)? }))
        .collect()
}

/// Whether a person decided about an item of a review.
///
/// # Errors
/// When the database cannot answer.
pub async fn took_part(ask: impl Ask, review: &str, person: &str) -> Result<bool, Fault> {
    let rows = ask.ask(TOOK_PART, args![review, person]).await?;
    rows.first().map_or(Ok(false), |row| Ok(row.int(0)? > 0))
}

/// How each person decided in a review, at most [`PEOPLE_MAX`] of them.
///
/// # Errors
/// When the database cannot answer.
pub async fn quality(ask: impl Ask, review: &str) -> Result<Vec<Quality>, Fault> {
    let rows = ask.ask(QUALITY, args![review, PEOPLE_MAX]).await?;
    let read = |row: &Answer| {
        Ok(Quality {
            person: row.text(0)?,
            decisions: row.int(1)?,
            in_bulk: row.int(2)?,
            with_use: row.int(3)?,
            against_use: row.int(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The median of the seconds of so many decisions: of one person, or of all; the lower of two.
///
/// # Errors
/// When the database cannot answer.
pub async fn median(
    ask: impl Ask,
    review: &str,
    person: Option<&str>,
    decisions: i64,
) -> Result<Option<i64>, Fault> {
    let middle = decisions.saturating_sub(1).max(0) / 2;
    let rows = ask.ask(MEDIAN, args![review, person, middle]).await?;
    rows.first().map(|row| row.int(0)).transpose()
}

/// When the stages of a review are over; none where nothing can be decided in it now.
///
/// # Errors
/// When the database cannot answer.
pub async fn stages(ask: impl Ask, review: &str) -> Result<Vec<(i64, bool, Timestamp)>, Fault> {
    let rows = ask.ask(STAGES, args![review]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.int(1)? == 1, row.instant(2)?))).collect()
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        number: answer.int(1)?,
        title: answer.text(2)?,
        status: answer.text(3)?,
        staged_at: answer.instant(4)?,
        began_at: answer.maybe_instant(5)?,
        ended_at: answer.maybe_instant(6)?,
        expected: answer.int(7)?,
    };
    Ok(Item { row, sequence: answer.int(8)?, state: answer.text(9)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, BY_NUMBER, LIST, OF_STATUS, OPEN, TALLY, SILENT, TOOK_PART, QUALITY, MEDIAN, STAGES]
}
