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

#[test]
fn a_due_date_of_working_days_is_the_end_of_that_day_in_the_zone_of_the_organisation() {
    let hours = |zone: &str, from: &str| {
        let texts = crate::folder::replaced(
            "sla.toml",
            "due_days = 7\ncounted = \"calendar\"",
            "due_days = 7\ncounted = \"business\"",
        );
        let texts: Vec<_> = texts
            .into_iter()
            .map(|mut it| {
                if it.name == "calendar.toml" {
                    it.text = it.text.replace("\"UTC\"", &format!("\"{zone}\""));
                }
                it
            })
            .collect();
        let folder = folder::load(&texts).unwrap();
        folder.sla("critical").unwrap().due(at(from), &folder.calendar).unwrap()
    };
    // Seven working days after a Friday, over the night in which clocks are changed.
    assert_eq!(hours("Europe/Berlin", "2026-03-20T09:00:00Z"), at("2026-03-31T22:00:00Z"));
    assert_eq!(hours("America/New_York", "2026-03-06T15:00:00Z"), at("2026-03-18T04:00:00Z"));
    // The same instant is another day elsewhere, so it is due on another day.
    let late = "2026-10-22T23:30:00Z";
    assert_eq!(hours("UTC", late), at("2026-11-03T00:00:00Z"));
    assert_eq!(hours("Pacific/Auckland", late), at("2026-11-03T11:00:00Z"));
}

#[test]
fn a_due_date_of_plain_days_is_a_length_of_time_and_no_clock_changes_it() {
    let folder = folder::Folder::builtin();
    let due = |zone: &str| {
        folder.sla("critical").unwrap().due(at("2026-03-25T12:00:00Z"), &calendar(zone)).unwrap()
    };
    for zone in ["UTC", "Europe/Berlin", "America/New_York", "Africa/Cairo"] {
        assert_eq!(due(zone), at("2026-04-01T12:00:00Z"), "{zone}");
    }
}

#[test]
fn working_hours_follow_the_clock_on_the_wall_on_both_sides_of_a_change() {
    let berlin = calendar("Europe/Berlin");
    // 08:00 is 07:00 UTC in winter and 06:00 in summer.
    for (instant, is_open) in [
        ("2026-03-27T06:59:59Z", false),
        ("2026-03-27T07:00:00Z", true),
        ("2026-03-30T05:59:59Z", false),
        ("2026-03-30T06:00:00Z", true),
        ("2026-03-30T15:59:59Z", true),
        ("2026-03-30T16:00:00Z", false),
        // The change itself falls on a Sunday.
        ("2026-03-29T10:00:00Z", false),
        ("2026-10-23T06:00:00Z", true),
        ("2026-10-26T06:00:00Z", false),
        ("2026-10-26T07:00:00Z", true),
    ] {
        assert_eq!(berlin.is_open(at(instant)), is_open, "{instant}");
    }
}
