//! The time of the week in which an access is used, as people write it: `mon-fri 08:00-18:00
//! Europe/Amsterdam`. Whether the zone exists is for the server to say.

use countersign_governance::exception::terms::Written;

/// Days of the week, Monday first.
const DAYS: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

/// Reads a window.
///
/// # Errors
/// When it has another form.
pub(super) fn window(text: &str) -> Result<Written, String> {
    let wrong = || {
        "this is no window: write days, times and a zone, as in `mon-fri 08:00-18:00 \
         Europe/Amsterdam`"
            .to_owned()
    };
    let mut words = text.split_whitespace();
    let (Some(days), Some(times), Some(zone), None) =
        (words.next(), words.next(), words.next(), words.next())
    else {
        return Err(wrong());
    };
    let (from, until) = times.split_once('-').ok_or_else(wrong)?;
    Ok(Written {
        weekdays: weekdays(days).ok_or_else(wrong)?,
        from_minute: minute(from).ok_or_else(wrong)?,
        until_minute: minute(until).ok_or_else(wrong)?,
        zone: zone.to_owned(),
    })
}

/// A window as people read it.
pub(super) fn in_words(window: &Written) -> String {
    let days = window.weekdays.iter().filter_map(|day| {
        let index = usize::from(*day).checked_sub(1)?;
        DAYS.get(index).copied()
    });
    let time = |minute: u16| format!("{:02}:{:02}", minute / 60, minute % 60);
    format!(
        "{} {}-{} {}",
        days.collect::<Vec<_>>().join(","),
        time(window.from_minute),
        time(window.until_minute),
        window.zone
    )
}

/// Days, alone or as spans, in order and each once.
fn weekdays(text: &str) -> Option<Vec<u8>> {
    let mut days = Vec::new();
    for part in text.split(',') {
        let (from, to) = part.split_once('-').unwrap_or((part, part));
        let (from, to) = (day(from)?, day(to)?);
        if to < from {
            return None;
        }
        days.extend(from..=to);
    }
    days.sort_unstable();
    days.dedup();
    Some(days)
}

fn day(text: &str) -> Option<u8> {
    let text = text.to_ascii_lowercase();
    (1..).zip(DAYS).find(|(_, name)| *name == text).map(|(number, _)| number)
}

/// Minutes since midnight; `24:00` is the end of the day.
fn minute(text: &str) -> Option<u16> {
    let (hours, minutes) = text.split_once(':')?;
    let (hours, minutes): (u16, u16) = (hours.parse().ok()?, minutes.parse().ok()?);
    let minute = hours.checked_mul(60)?.checked_add(minutes)?;
    (minutes < 60 && minute <= 24 * 60).then_some(minute)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_is_read_as_people_write_it_and_told_in_the_same_form() {
        let read = window("mon-wed,fri 08:00-18:30 Europe/Amsterdam").unwrap();
        assert_eq!(read.weekdays, [1, 2, 3, 5]);
        assert_eq!((read.from_minute, read.until_minute), (480, 1110));
        assert_eq!(in_words(&read), "mon,tue,wed,fri 08:00-18:30 Europe/Amsterdam");
    }

    #[test]
    fn what_is_no_window_is_refused_with_one_that_is() {
        for bad in [
            "",
            "mon",
            "mon 08:00-18:00",
            "fri-mon 08:00-18:00 UTC",
            "someday 08:00-18:00 UTC",
            "mon 08:60-18:00 UTC",
            "mon 08:00-25:00 UTC",
            "mon 8-18 UTC",
            "mon 08:00-18:00 UTC more",
        ] {
            assert!(window(bad).unwrap_err().contains("mon-fri 08:00-18:00"), "{bad}");
        }
    }
}
