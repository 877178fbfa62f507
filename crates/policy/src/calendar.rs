//! The organisation's days and hours: time zone, working days, holidays. All arithmetic goes through
//! the time zone, so that a day on which clocks are changed is still one day. Never asks what time it
//! is.

use std::collections::BTreeMap;
use std::ops::Range;

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{Timestamp, ZonedDateTime};
use serde::Deserialize;
use toml::Spanned;

use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{part, shape, word};

/// Most days that are counted one by one.
pub const DAYS_MAX: u32 = 4_000;
/// Most holidays in one calendar.
pub const HOLIDAYS_MAX: usize = 2_000;

/// A date lies beyond what can be counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("this lies too far away to be counted in days of the calendar: choose a nearer date")]
pub struct Beyond;

/// Days and hours of an organisation.
#[derive(Debug, Clone, PartialEq)]
pub struct Calendar {
    name: String,
    zone: TimeZone,
    working: Vec<Weekday>,
    opens: Time,
    closes: Time,
    holidays: BTreeMap<Date, String>,
}

impl Calendar {
    /// The time zone's name.
    #[must_use]
    pub fn zone(&self) -> &str {
        &self.name
    }

    /// The holidays, with their names.
    #[must_use]
    pub fn holidays(&self) -> &BTreeMap<Date, String> {
        &self.holidays
    }

    /// When a working day begins and ends.
    #[must_use]
    pub fn hours(&self) -> (Time, Time) {
        (self.opens, self.closes)
    }

    /// The days of the week on which people work.
    #[must_use]
    pub fn working_days(&self) -> &[Weekday] {
        &self.working
    }

    /// An instant as the clocks on the wall show it.
    #[must_use]
    pub fn local(&self, at: Timestamp) -> ZonedDateTime {
        at.to_zoned_datetime(self.zone.clone())
    }

    /// Whether people work on this date.
    #[must_use]
    pub fn is_business_day(&self, date: Date) -> bool {
        self.working.contains(&date.weekday()) && !self.holidays.contains_key(&date)
    }

    /// Whether people are at work at this instant.
    #[must_use]
    pub fn is_open(&self, at: Timestamp) -> bool {
        let local = self.local(at);
        let time = local.time();
        self.is_business_day(local.date()) && self.opens <= time && time < self.closes
    }

    /// The end of a date: the first instant that is no longer of it, also where midnight is skipped.
    ///
    /// # Errors
    /// [`Beyond`] at the end of the calendar.
    pub fn end_of(&self, date: Date) -> Result<Timestamp, Beyond> {
        let next = date.tomorrow().map_err(|_| Beyond)?;
        // Where clocks jump over midnight, this is the first instant behind the jump.
        let start = next.to_zoned_datetime(self.zone.clone());
        start.map(|it| it.timestamp()).map_err(|_| Beyond)
    }

    /// The end of the n-th working day after the date of an instant.
    ///
    /// # Errors
    /// [`Beyond`] when there are not so many working days within [`DAYS_MAX`] days.
    pub fn business_days_after(&self, from: Timestamp, days: u32) -> Result<Timestamp, Beyond> {
        let mut date = self.local(from).date();
        let mut left = days;
        for _ in 0..DAYS_MAX {
            if left == 0 {
                return self.end_of(date);
            }
            date = date.tomorrow().map_err(|_| Beyond)?;
            if self.is_business_day(date) {
                left = left.saturating_sub(1);
            }
        }
        Err(Beyond)
    }

    /// How many working days lie after the date of one instant up to and with that of another.
    ///
    /// # Errors
    /// [`Beyond`] when they are more than [`DAYS_MAX`] days apart.
    pub fn business_days_between(&self, from: Timestamp, to: Timestamp) -> Result<u32, Beyond> {
        let (mut date, last) = (self.local(from).date(), self.local(to).date());
        let mut found = 0_u32;
        for _ in 0..=DAYS_MAX {
            if date >= last {
                return Ok(found);
            }
            date = date.tomorrow().map_err(|_| Beyond)?;
            found = found.saturating_add(u32::from(self.is_business_day(date)));
        }
        Err(Beyond)
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a calendar")]
struct CalendarForm {
    time_zone: Spanned<String>,
    working_days: Spanned<Vec<Spanned<String>>>,
    opens: Spanned<String>,
    closes: Spanned<String>,
    #[serde(default)]
    holiday: Vec<HolidayForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a holiday with `date` and `name`")]
struct HolidayForm {
    date: Spanned<String>,
    name: Spanned<String>,
}

const DAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Monday),
    ("tuesday", Weekday::Tuesday),
    ("wednesday", Weekday::Wednesday),
    ("thursday", Weekday::Thursday),
    ("friday", Weekday::Friday),
    ("saturday", Weekday::Saturday),
    ("sunday", Weekday::Sunday),
];

/// Reads the calendar.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str) -> Result<Calendar, Malformed> {
    let (form, mut marks) = shape::parse::<CalendarForm>(name, text)?;
    let zone_name = form.time_zone.get_ref();
    let zone = TimeZone::get(zone_name).unwrap_or_else(|_| {
        let what = format!(
            "unknown time zone `{zone_name}`: write a name of the IANA list, such as `Europe/Berlin`"
        );
        marks.fault(&form.time_zone.span(), what);
        TimeZone::UTC
    });
    let working = working(&form.working_days, &mut marks);
    let (opens, closes) = (time(&form.opens, &mut marks), time(&form.closes, &mut marks));
    if let (Some(opens), Some(closes)) = (opens, closes)
        && opens >= closes
    {
        marks.fault(&form.closes.span(), "`closes` is not after `opens`: swap them");
    }
    let calendar = Calendar {
        name: zone_name.clone(),
        zone,
        working,
        opens: opens.unwrap_or(Time::midnight()),
        closes: closes.unwrap_or(Time::midnight()),
        holidays: holidays(&form.holiday, &form.time_zone.span(), &mut marks),
    };
    marks.finish(name, calendar)
}

fn working(spanned: &Spanned<Vec<Spanned<String>>>, marks: &mut Marks<'_>) -> Vec<Weekday> {
    let known = DAYS.map(|(name, _)| name);
    let mut read = Vec::new();
    for text in spanned.get_ref() {
        let day = DAYS.iter().find(|(name, _)| name == text.get_ref()).map(|(_, day)| *day);
        match day {
            Some(day) if read.contains(&day) => {
                marks.fault(&text.span(), format!("`{}` stands twice: remove one", text.get_ref()));
            }
            Some(day) => read.push(day),
            None => {
                let advice = word::advice(text.get_ref(), &known);
                marks.fault(&text.span(), format!("unknown day `{}`: {advice}", text.get_ref()));
            }
        }
    }
    if spanned.get_ref().is_empty() {
        marks.fault(&spanned.span(), "nobody ever works: name at least one day, such as `monday`");
    }
    read
}

fn time(text: &Spanned<String>, marks: &mut Marks<'_>) -> Option<Time> {
    let read = Time::strptime("%H:%M", text.get_ref()).ok();
    if read.is_none() {
        let what =
            format!("`{}` is no time: write hours and minutes, such as `08:00`", text.get_ref());
        marks.fault(&text.span(), what);
    }
    read
}

/// A date as `2026-12-24`.
pub(crate) fn date(text: &Spanned<String>, marks: &mut Marks<'_>) -> Option<Date> {
    let read = Date::strptime("%Y-%m-%d", text.get_ref()).ok();
    if read.is_none() {
        let what = format!(
            "`{}` is no date: write year, month and day, such as `2026-12-24`",
            text.get_ref()
        );
        marks.fault(&text.span(), what);
    }
    read
}

fn holidays(
    forms: &[HolidayForm],
    head: &Range<usize>,
    marks: &mut Marks<'_>,
) -> BTreeMap<Date, String> {
    if forms.len() > HOLIDAYS_MAX {
        let found = forms.len();
        let what =
            format!("{found} holidays, at most {HOLIDAYS_MAX} are accepted: remove what is past");
        marks.fault(head, what);
    }
    let mut read = BTreeMap::new();
    for form in forms.iter().take(HOLIDAYS_MAX) {
        let name = part::line(&form.name, "name", marks);
        let Some(date) = date(&form.date, marks) else { continue };
        if let Some(first) = read.insert(date, name) {
            marks.fault(&form.date.span(), format!("{date} is `{first}` already: keep one"));
        }
    }
    read
}
