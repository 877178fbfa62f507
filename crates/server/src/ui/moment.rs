//! Instants as people read them: with the weekday, in 24 hours, in the time zone of the server, and
//! clocks that say what is left. Never seconds.

use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

/// Now, and where.
#[derive(Debug, Clone)]
pub(super) struct Moments {
    pub(super) now: Timestamp,
    zone: TimeZone,
}

/// An instant, for people and for machines.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct At {
    pub(super) words: String,
    pub(super) iso: String,
}

/// A clock.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Dial {
    /// `late`, `soon`, `done` or nothing.
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    /// What is left, or by how much it is late.
    pub(super) left: String,
    pub(super) at: At,
    /// How much of the time is used, of 100.
    pub(super) used: i64,
}

/// The last fifth, or the last day, is soon.
const SOON: SignedDuration = SignedDuration::from_hours(24);

impl Moments {
    pub(super) fn new(now: Timestamp) -> Self {
        Self { now, zone: TimeZone::system() }
    }

    pub(super) fn in_utc(now: Timestamp) -> Self {
        Self { now, zone: TimeZone::UTC }
    }

    /// Weekday, day, month and time; the year where it is another one.
    pub(super) fn at(&self, at: Timestamp) -> At {
        let there = at.to_zoned_datetime(self.zone.clone());
        let form = if there.year() == self.now.to_zoned_datetime(self.zone.clone()).year() {
            "%a %-d %b, %H:%M"
        } else {
            "%a %-d %b %Y, %H:%M"
        };
        At { words: there.strftime(form).to_string(), iso: at.strftime("%FT%TZ").to_string() }
    }

    /// How long ago.
    pub(super) fn ago(&self, at: Timestamp) -> String {
        let since = self.now.duration_since(at);
        if since < SignedDuration::from_mins(1) {
            return "just now".to_owned();
        }
        format!("{} ago", span(since))
    }

    /// A clock from when it began to when it is due.
    pub(super) fn dial(&self, began: Timestamp, due: Timestamp, late: bool) -> Dial {
        let left = due.duration_since(self.now);
        let whole = due.duration_since(began).as_secs().max(1);
        let gone = self.now.duration_since(began).as_secs().clamp(0, whole);
        let used =
            if late { 100 } else { gone.saturating_mul(100).checked_div(whole).unwrap_or(0) };
        let soon = left <= SOON || used >= 80;
        let (tone, icon, left) = match (late, soon) {
            (true, _) => ("late", "late", format!("{} late", span(left))),
            (false, true) => ("soon", "wait", format!("{} left", span(left))),
            (false, false) => ("", "wait", format!("{} left", span(left))),
        };
        Dial { tone, icon, left, at: self.at(due), used }
    }

    /// Whole days between the beginning of today and an instant.
    pub(super) fn days_ahead(&self, at: Timestamp) -> i64 {
        let today = self.now.to_zoned_datetime(self.zone.clone()).date();
        let day = at.to_zoned_datetime(self.zone.clone()).date();
        day.since(today).map_or(0, |span| i64::from(span.get_days()))
    }

    /// Today, in words.
    pub(super) fn today(&self) -> String {
        self.now.to_zoned_datetime(self.zone.clone()).strftime("%A %-d %B").to_string()
    }

    /// The last whole day before an instant, in words: the day after which something has ended.
    pub(super) fn last_day(&self, end: Timestamp) -> String {
        let last = end.saturating_sub(SignedDuration::from_nanos(1)).unwrap_or(end);
        last.to_zoned_datetime(self.zone.clone()).strftime("%-d %B %Y").to_string()
    }

    /// The last day whose end is not after an instant, as a field of a form takes it.
    pub(super) fn day_before(&self, at: Timestamp) -> String {
        let day = at.to_zoned_datetime(self.zone.clone()).date();
        day.yesterday().unwrap_or(day).to_string()
    }

    /// A day, as a field of a form takes it.
    pub(super) fn day_of(&self, at: Timestamp) -> String {
        at.to_zoned_datetime(self.zone.clone()).date().to_string()
    }

    /// The name of the time zone, as a form takes it.
    pub(super) fn zone_name(&self) -> String {
        self.zone.iana_name().unwrap_or("UTC").to_owned()
    }

    /// The end of a day that somebody typed.
    pub(super) fn end_of(&self, day: &str) -> Option<Timestamp> {
        let day: jiff::civil::Date = day.parse().ok()?;
        let next = day.tomorrow().ok()?.to_zoned_datetime(self.zone.clone()).ok()?;
        Some(next.timestamp())
    }
}

/// A length in its two greatest units.
pub(super) fn span(length: SignedDuration) -> String {
    let minutes = length.abs().as_mins();
    let (days, hours, rest) = (minutes / 1_440, minutes / 60 % 24, minutes % 60);
    match (days, hours) {
        (0, 0) => format!("{rest} min"),
        (0, _) if rest == 0 => format!("{hours} h"),
        (0, _) => format!("{hours} h {rest} min"),
        (_, 0) => format!("{days} d"),
        (_, _) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn moments() -> Moments {
        Moments::in_utc("2027-01-04T08:00:00Z".parse().unwrap())
    }

    #[test]
    fn a_clock_says_what_is_left_and_what_is_late() {
        let moments = moments();
        let dial = |began: &str, due: &str, late| {
            let dial = moments.dial(began.parse().unwrap(), due.parse().unwrap(), late);
            (dial.tone, dial.left, dial.used)
        };
        let monday = "2027-01-03T08:00:00Z";
        assert_eq!(dial(monday, "2027-01-10T08:00:00Z", false), ("", "6 d left".into(), 14));
        assert_eq!(
            dial(monday, "2027-01-04T10:20:00Z", false),
            ("soon", "2 h 20 min left".into(), 91)
        );
        assert_eq!(dial(monday, "2027-01-03T20:00:00Z", true), ("late", "12 h late".into(), 100));
    }

    #[test]
    fn an_instant_has_its_weekday_and_another_year_says_so() {
        let words = |at: &str| moments().at(at.parse().unwrap()).words;
        assert_eq!(words("2027-01-08T14:00:00Z"), "Fri 8 Jan, 14:00");
        assert_eq!(words("2026-12-31T23:59:00Z"), "Thu 31 Dec 2026, 23:59");
        assert_eq!(moments().days_ahead("2027-01-05T00:00:00Z".parse().unwrap()), 1);
        assert_eq!(moments().end_of("2027-01-31").unwrap().to_string(), "2027-02-01T00:00:00Z");
        assert_eq!(moments().end_of("31.1.2027"), None);
    }
}
