//! Questions about the items of reviews; none changes anything.

use jiff::Timestamp;

use crate::cursor::{Page, number_key, page, page_size};
use crate::fault::Fault;
use crate::project::item::Row;
use crate::tx::Ask;
use crate::value::{Row as Answer, args};

macro_rules! columns {
    () => {
        "select i.id, i.review, i.number, i.stage, i.escalated, i.standing, i.wish, i.fingerprint, \
         i.shape, i.detail, i.system, i.severity, i.last_used, i.opened_at, i.asked_at, \
         i.changed_at, i.kept_until, s.sequence, s.state from review_item i \
         join state s on s.subject = i.id"
    };
}
const BY_NUMBER: &str = concat!(columns!(), " where i.review = $1 and i.number = $2");
const LIST: &str = concat!(
    columns!(),
    " where i.review = $1 and i.number > $2 \
     and (cast($3 as text) is null or i.standing = $3) \
     and (cast($4 as bigint) = 0 or i.last_used is null) \
     and i.severity >= $5 order by i.number limit $6"
);
const QUEUE: &str = concat!(
    columns!(),
    " join review_reviewer w on w.item = i.id \
     where w.person = $2 and w.review = $1 and w.number > $3 \
     and (cast($4 as bigint) = 0 or i.last_used is null) \
     and i.severity >= $5 order by w.number limit $6"
);
const WAITING: &str = "select r.id, r.number, r.title, count(*), min(w.number) \
     from review_reviewer w join review r on r.id = w.review \
     where w.person = $1 and r.status = 'active' group by r.id, r.number, r.title \
     order by r.number limit $2";
const LAPSED: &str = "select i.id from review_stage t join review_item i on i.review = t.review \
     and i.stage = t.stage and i.escalated = t.escalated and i.standing = 'open' \
     where t.due_at <= $1 order by t.due_at, i.number limit $2";
const CHANGING: &str = "select i.id, i.changed_at, f.id, f.ended_at from review_item i \
     join review r on r.id = i.review \
     left join finding f on f.fingerprint = i.fingerprint \
     where i.standing = 'changing' and (f.id is null or f.ended_at is not null \
     or (i.wish = 'exception' and exists (select 1 from exception e where e.finding = f.id \
     and e.stage = 'active'))) and (i.changed_at > $1 or (i.changed_at = $1 and i.id > $2)) \
     order by i.changed_at, i.id limit $3";
const COUNT: &str = "select count(*) from review_item where review = $1";
const KEPT: &str = "select distinct shape from review_item where standing = 'kept' \
     and kept_until > $1 and shape > $2 order by shape limit $3";
const FINGERPRINTS: &str = "select number, fingerprint from review_item \
     where review = $1 and number > $2 order by number limit $3";
const HAS: &str = "select number from review_item where review = $1 and standing = $2 limit 1";
const STATE: &str = "select id from review_item where review = $1 and number = $2";

/// Most shapes that [`kept`] answers at once.
pub const SHAPES_MAX: i64 = 10_000;

/// Which items a list shows.
#[derive(Debug, Clone, Copy, Default)]
pub struct Filter<'a> {
    /// Where they stand.
    pub standing: Option<&'a str>,
    /// Only those before this person.
    pub reviewer: Option<&'a str>,
    /// Only those that were never used, as far as is known.
    pub never_used: bool,
    /// Only those that take part in a finding at least as bad: 0 all, 1 low to 4 critical.
    pub severity: i64,
}

/// An item with its current state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The columns.
    pub row: Row,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// Its current state as JSON.
    pub state: String,
}

/// A review in which items are before somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// The review's subject id.
    pub review: String,
    /// Its number.
    pub number: i64,
    /// What it is about.
    pub title: String,
    /// How many items.
    pub count: i64,
    /// The number of the first of them.
    pub first: i64,
}

/// An item that is to change, with the finding by which it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changing {
    /// The item.
    pub item: String,
    /// When it was decided, in microseconds since 1970.
    pub changed_at: i64,
    /// The finding; none where it is not opened yet.
    pub finding: Option<String>,
    /// When that ended.
    pub ended_at: Option<Timestamp>,
}

/// The item with this number in a review.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_number(ask: impl Ask, review: &str, number: i64) -> Result<Option<Item>, Fault> {
    ask.ask(BY_NUMBER, args![review, number]).await?.first().map(item).transpose()
}

/// The id of the item with this number in a review.
///
/// # Errors
/// When the database cannot answer.
pub async fn id_of(ask: impl Ask, review: &str, number: i64) -> Result<Option<String>, Fault> {
    ask.ask(STATE, args![review, number]).await?.first().map(|row| row.text(0)).transpose()
}

/// One page of the items of a review that `filter` shows, in order of their numbers.
///
/// # Errors
/// [`crate::Kind::Malformed`] for a cursor of another list.
pub async fn list(
    ask: impl Ask,
    review: &str,
    filter: &Filter<'_>,
    (cursor, limit): (Option<&str>, i64),
) -> Result<Page<Item>, Fault> {
    let after = number_key("item", cursor, 0)?;
    let Filter { standing, reviewer, never_used, severity } = *filter;
    let (unused, most) = (i64::from(never_used), page_size(limit) + 1);
    let rows = match reviewer {
        Some(person) => {
            ask.ask(QUEUE, args![review, person, after, unused, severity, most]).await?
        }
        None => ask.ask(LIST, args![review, after, standing, unused, severity, most]).await?,
    };
    page("item", limit, &rows, item, |item| item.row.number.to_string())
}

/// The reviews in which items are before a person, the oldest first, at most `limit`.
///
/// # Errors
/// When the database cannot answer.
pub async fn waiting(ask: impl Ask, person: &str, limit: i64) -> Result<Vec<Waiting>, Fault> {
    let rows = ask.ask(WAITING, args![person, page_size(limit)]).await?;
    let read = |row: &Answer| {
        Ok(Waiting {
            review: row.text(0)?,
            number: row.int(1)?,
            title: row.text(2)?,
            count: row.int(3)?,
            first: row.int(4)?,
        })
    };
    rows.iter().map(read).collect()
}

/// The items about which somebody should have decided by now, at most `limit`.
///
/// # Errors
/// When the database cannot answer.
pub async fn lapsed(ask: impl Ask, now: Timestamp, limit: i64) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(LAPSED, args![now, page_size(limit)]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

/// Items that are to change of which something may have become: their finding is not opened yet, or it
/// ended, or they asked for an exception. Page after page from the one that changed at `after`.
///
/// # Errors
/// When the database cannot answer.
pub async fn changing(
    ask: impl Ask,
    after: (i64, &str),
    limit: i64,
) -> Result<Vec<Changing>, Fault> {
    let rows = ask.ask(CHANGING, args![after.0, after.1, page_size(limit)]).await?;
    let read = |row: &Answer| {
        Ok(Changing {
            item: row.text(0)?,
            changed_at: row.int(1)?,
            finding: row.maybe_text(2)?,
            ended_at: row.maybe_instant(3)?,
        })
    };
    rows.iter().map(read).collect()
}

/// How many items of a review there are so far.
///
/// # Errors
/// When the database cannot answer.
pub async fn count(ask: impl Ask, review: &str) -> Result<i64, Fault> {
    ask.ask(COUNT, args![review]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// Numbers and fingerprints of the items of a review, by number after `after`, at most [`SHAPES_MAX`].
///
/// # Errors
/// When the database cannot answer.
pub async fn fingerprints(
    ask: impl Ask,
    review: &str,
    after: i64,
) -> Result<Vec<(i64, String)>, Fault> {
    let rows = ask.ask(FINGERPRINTS, args![review, after, SHAPES_MAX]).await?;
    rows.iter().map(|row| Ok((row.int(0)?, row.text(1)?))).collect()
}

/// Whether an item of a review stands so.
///
/// # Errors
/// When the database cannot answer.
pub async fn has(ask: impl Ask, review: &str, standing: &str) -> Result<bool, Fault> {
    Ok(!ask.ask(HAS, args![review, standing]).await?.is_empty())
}

/// Shapes of access that was decided to be kept until after `now`, in order from `after` on, at most
/// [`SHAPES_MAX`]; fewer means that there are no more.
///
/// # Errors
/// When the database cannot answer.
pub async fn kept(ask: impl Ask, now: Timestamp, after: &str) -> Result<Vec<String>, Fault> {
    let rows = ask.ask(KEPT, args![now, after, SHAPES_MAX]).await?;
    rows.iter().map(|row| row.text(0)).collect()
}

fn item(answer: &Answer) -> Result<Item, Fault> {
    let row = Row {
        id: answer.text(0)?,
        review: answer.text(1)?,
        number: answer.int(2)?,
        stage: answer.int(3)?,
        escalated: answer.int(4)? == 1,
        standing: answer.text(5)?,
        wish: answer.maybe_text(6)?,
        fingerprint: answer.text(7)?,
        shape: answer.text(8)?,
        detail: answer.text(9)?,
        system: answer.text(10)?,
        severity: answer.int(11)?,
        last_used: answer.maybe_instant(12)?,
        opened_at: answer.instant(13)?,
        asked_at: answer.instant(14)?,
        changed_at: answer.instant(15)?,
        kept_until: answer.maybe_instant(16)?,
    };
    Ok(Item { row, sequence: answer.int(17)?, state: answer.text(18)? })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[BY_NUMBER, LIST, QUEUE, WAITING, LAPSED, CHANGING, COUNT, KEPT, FINGERPRINTS, HAS, STATE]
}
