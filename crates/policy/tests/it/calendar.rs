//! Days where clocks are changed, where midnight is skipped, and at the edges of a year.

use countersign_policy::calendar::Calendar;
use countersign_policy::folder;
use jiff::Timestamp;
use jiff::civil::date;

use crate::folder::replaced;

#[expect(clippy::expect_used, reason = "the folder is whole")]
fn calendar(zone: &str) -> Calendar {
    if zone == "UTC" {
        return folder::Folder::builtin().calendar;
    }
    let texts = replaced("calendar.toml", "\"UTC\"", &format!("\"{zone}\""));
    folder::load(&texts).expect("whole").calendar
}

fn at(text: &str) -> Timestamp {
    text.parse().unwrap_or_default()
}

#[test]
fn a_day_on_which_clocks_are_changed_is_one_day() {
    let berlin = calendar("Europe/Berlin");
    // 2026-03-29 has 23 hours and 2026-10-25 has 25.
    assert_eq!(berlin.end_of(date(2026, 3, 28)), Ok(at("2026-03-28T23:00:00Z")));
    assert_eq!(berlin.end_of(date(2026, 3, 29)), Ok(at("2026-03-29T22:00:00Z")));
    assert_eq!(berlin.end_of(date(2026, 10, 25)), Ok(at("2026-10-25T23:00:00Z")));
    let friday = at("2026-03-27T22:30:00Z");
    assert_eq!(berlin.business_days_after(friday, 1), Ok(at("2026-03-30T22:00:00Z")));
    let late = at("2026-10-23T22:30:00Z");
    assert_eq!(berlin.local(late).date(), date(2026, 10, 24), "it is Saturday there already");
    assert_eq!(berlin.business_days_after(late, 1), Ok(at("2026-10-26T23:00:00Z")));
}

#[test]
fn a_day_without_midnight_begins_with_its_first_instant() {
    // On 2026-04-24 clocks in Cairo go from 00:00 to 01:00.
    let cairo = calendar("Africa/Cairo");
    assert_eq!(cairo.end_of(date(2026, 4, 23)), Ok(at("2026-04-23T22:00:00Z")));
    assert_eq!(
        cairo.local(at("2026-04-23T22:00:00Z")).to_string(),
        "2026-04-24T01:00:00+03:00[Africa/Cairo]"
    );
}

#[test]
fn counting_there_and_back_agrees() {
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Pacific/Apia"] {
        let calendar = calendar(zone);
        let from = at("2026-10-20T12:00:00Z");
        for days in 1..=300 {
            let end = calendar.business_days_after(from, days).unwrap();
            let last = end - jiff::SignedDuration::from_secs(1);
            assert_eq!(calendar.business_days_between(from, last), Ok(days), "{zone} {days}");
            assert!(calendar.is_business_day(calendar.local(last).date()), "{zone} {days}");
        }
    }
}

#[test]
fn what_cannot_be_counted_is_said() {
    let calendar = calendar("UTC");
    assert!(calendar.business_days_after(at("2026-01-01T00:00:00Z"), 4_000).is_err());
    assert!(calendar.end_of(jiff::civil::Date::MAX).is_err());
}
