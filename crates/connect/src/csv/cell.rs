//! What may stand in one field: ids, names and moments. Each refusal names the column.

use countersign_access::node::{NAME_BYTES_MAX, NodeId};
use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;

use super::table::Row;

/// Which end of a day a date without a time stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum DayEnd {
    /// Its first moment: something began.
    Start,
    /// Its last second: something ends.
    End,
}

/// A required id.
pub(super) fn id(row: &Row<'_>, column: &str) -> Result<NodeId, String> {
    NodeId::new(row.get(column).unwrap_or_default()).map_err(|bad| format!("`{column}`: {bad}"))
}

/// A text that is shown to people.
pub(super) fn name(row: &Row<'_>, column: &str) -> Result<Option<String>, String> {
    let Some(text) = row.get(column) else { return Ok(None) };
    bounded(column, text)?;
    Ok(Some(text.to_owned()))
}

/// Refuses what would break lists and terminals.
pub(super) fn bounded(column: &str, text: &str) -> Result<(), String> {
    if text.len() > NAME_BYTES_MAX {
        let bytes = text.len();
        return Err(format!(
            "`{column}` has {bytes} bytes, more than the {NAME_BYTES_MAX} that are accepted: \
             shorten it"
        ));
    }
    if text.chars().any(char::is_control) {
        return Err(format!("`{column}` contains control characters: remove line breaks and tabs"));
    }
    Ok(())
}

/// A moment: RFC 3339 with its offset, or a date, which is taken in UTC.
pub(super) fn moment(
    row: &Row<'_>,
    column: &str,
    end: DayEnd,
) -> Result<Option<Timestamp>, String> {
    let Some(text) = row.get(column) else { return Ok(None) };
    let parsed =
        if text.len() == "2026-01-31".len() { of_day(text, end) } else { text.parse().ok() };
    parsed.map(Some).ok_or_else(|| {
        format!("`{column}`: `{text}` is no date: write 2026-01-31 or 2026-01-31T09:30:00Z")
    })
}

fn of_day(text: &str, end: DayEnd) -> Option<Timestamp> {
    let date: Date = text.parse().ok()?;
    let time = match end {
        DayEnd::Start => Time::midnight(),
        DayEnd::End => Time::constant(23, 59, 59, 0),
    };
    TimeZone::UTC.to_timestamp(date.to_datetime(time)).ok()
}
