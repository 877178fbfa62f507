//! Dates and instants: as people write them and as they are shown to people, both in the time zone of
//! this machine.

use jiff::civil::Date;
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp};

use crate::clock;

/// An end: an instant, or a date that is meant whole.
///
/// # Errors
/// When it is neither.
pub(crate) fn end(text: &str) -> Result<Timestamp, String> {
    end_in(text, &TimeZone::system())
}

/// An end in UTC: an instant, a date that is meant whole, or whole days from now (`14d`).
///
/// # Errors
/// When it is none of these.
pub(crate) fn end_in_utc(text: &str) -> Result<Timestamp, String> {
    match text.trim().strip_suffix('d').and_then(|days| days.parse::<u16>().ok()) {
        Some(days) => {
            let length = SignedDuration::from_hours(24).saturating_mul(i32::from(days));
            clock::now().checked_add(length).map_err(|_| "give fewer days".to_owned())
        }
        None => end_in(text, &TimeZone::UTC),
    }
}

/// A time of the past: an instant, a date that is meant from its beginning, or so long ago (`14d`, `6h`).
/// Dates are in the time zone of this machine.
///
/// # Errors
/// When it is none of these.
pub(crate) fn past(text: &str) -> Result<Timestamp, String> {
    let text = text.trim();
    let wrong = || {
        format!(
            "`{text}` is no time: write `2027-01-31`, `2027-01-31T09:00:00Z`, `14d` or `6h` ago"
        )
    };
    if let Ok(instant) = text.parse::<Timestamp>() {
        return Ok(instant);
    }
    if let Ok(date) = text.parse::<Date>()
        && is_date_alone(text)
    {
        let there = date.to_zoned_datetime(TimeZone::system());
        return there.map(|it| it.timestamp()).map_err(|_| wrong());
    }
    let ago = |unit: char, hours: i64| {
        let count = text.strip_suffix(unit)?.parse::<u32>().ok()?;
        i64::from(count).checked_mul(hours)
    };
    let hours = ago('d', 24).or_else(|| ago('h', 1)).ok_or_else(wrong)?;
    let length = SignedDuration::try_from_hours(hours).ok_or_else(wrong)?;
    clock::now().checked_sub(length).map_err(|_| wrong())
}

/// Date, time and zone, to the minute.
pub(crate) fn shown(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d %H:%M %Z").to_string()
}

/// The date alone.
pub(crate) fn day(at: Timestamp) -> String {
    at.to_zoned_datetime(TimeZone::system()).strftime("%Y-%m-%d").to_string()
}

/// How long something took or is ago, in its greatest unit.
pub(crate) fn span(length: SignedDuration) -> String {
    let minutes = length.abs().as_mins();
    let (count, unit) = match minutes {
        0..60 => (minutes, "minute"),
        60..1_440 => (minutes / 60, "hour"),
        _ => (minutes / 1_440, "day"),
    };
    if count == 1 { format!("1 {unit}") } else { format!("{count} {unit}s") }
}

/// The end of a day is the first moment that is not in it any more.
fn end_in(text: &str, zone: &TimeZone) -> Result<Timestamp, String> {
    let text = text.trim();
    if let Ok(date) = text.parse::<Date>()
        && is_date_alone(text)
    {
        let ends = date.tomorrow().and_then(|next| next.to_zoned_datetime(zone.clone()));
        return ends.map(|ends| ends.timestamp()).map_err(|_| {
            format!("the day after `{text}` is none that can be written: give an earlier date")
        });
    }
    text.parse::<Timestamp>().map_err(|_| {
        "neither a date nor an instant: write `2027-01-31`, or `2027-01-31T17:00:00Z`".to_owned()
    })
}

/// A date that is followed by a time is an instant, which must say its zone.
fn is_date_alone(text: &str) -> bool {
    text.chars().all(|it| it.is_ascii_digit() || it == '-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(text: &str, zone: &str) -> Result<String, String> {
        end_in(text, &TimeZone::posix(zone).unwrap()).map(|at| at.to_string())
    }

    #[test]
    fn a_date_means_its_end_in_the_time_zone() {
        assert_eq!(ends("2027-01-31", "UTC0").unwrap(), "2027-02-01T00:00:00Z");
        assert_eq!(ends("2027-01-31", "CET-1").unwrap(), "2027-01-31T23:00:00Z");
        assert_eq!(ends("2027-12-31", "EST5").unwrap(), "2028-01-01T05:00:00Z");
    }

    #[test]
    fn the_end_of_a_day_on_which_the_clocks_change_is_still_midnight() {
        let berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
        assert_eq!(ends("2027-03-28", berlin).unwrap(), "2027-03-28T22:00:00Z");
        assert_eq!(ends("2027-10-31", berlin).unwrap(), "2027-10-31T23:00:00Z");
    }

    #[test]
    fn an_instant_is_taken_as_it_is_and_must_say_its_zone() {
        assert_eq!(ends("2027-01-31T12:00:00+01:00", "EST5").unwrap(), "2027-01-31T11:00:00Z");
        for bad in ["2027-01-31T12:00:00", "31.01.2027", "2027-02-30", "tomorrow", "", "2027-1-1"] {
            assert!(ends(bad, "UTC0").is_err(), "{bad}");
        }
        assert!(ends("9999-12-31", "UTC0").is_err(), "the day after it cannot be written");
    }

    #[test]
    fn an_end_in_utc_is_a_date_an_instant_or_days_from_now() {
        assert_eq!(end_in_utc("2027-01-31").unwrap().to_string(), "2027-02-01T00:00:00Z");
        let soon = end_in_utc("14d").unwrap().duration_since(clock::now());
        assert!(soon <= SignedDuration::from_hours(336), "{soon}");
        assert!(soon > SignedDuration::from_hours(335), "{soon}");
        for bad in ["d", "-1d", "1.5d", "99999999d", "14 d"] {
            assert!(end_in_utc(bad).is_err(), "{bad}");
        }
    }

    #[test]
    fn a_span_is_told_in_its_greatest_unit() {
        assert_eq!(span(SignedDuration::from_secs(59)), "0 minutes");
        assert_eq!(span(SignedDuration::from_mins(61)), "1 hour");
        assert_eq!(span(SignedDuration::from_hours(-50)), "2 days");
    }

    #[test]
    fn a_time_of_the_past_is_an_instant_a_day_or_so_long_ago() {
        assert_eq!(past("2027-01-31T09:00:00Z").unwrap().to_string(), "2027-01-31T09:00:00Z");
        assert!(past("2027-01-31").is_ok());
        let ago = |text: &str| {
            let then = past(text).unwrap();
            clock::now().duration_since(then).as_hours()
        };
        assert_eq!((ago("14d"), ago("6h")), (14 * 24, 6));
        for bad in ["", "soon", "14", "d", "-1d", "99999999999d", "4294967295d", "31.01.2027"] {
            assert!(past(bad).unwrap_err().contains("is no time"), "{bad}");
        }
    }
}
