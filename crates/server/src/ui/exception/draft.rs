//! What was typed into the form that asks for an exception, read into what the API takes. What cannot be
//! read is said at its field, all of it at once; every rule is the API's and the door's.

use countersign_governance::exception::terms::Written;
use countersign_governance::exception::{Use, Window};
use uuid::Uuid;

use super::super::form::Fields;
use super::super::moment::Moments;
use super::probe::Offer;
use crate::api::exception::propose::{Content, Controlled};
use crate::api::problem::Problem;

/// Most controls on the form; the API takes more.
pub(in crate::ui) const CONTROLS_MAX: usize = 6;

/// Most people on the form who can be named as having asked for the access; the API takes more.
const REQUESTERS_MAX: usize = 8;

/// The days of the week as the form names them.
pub(in crate::ui) const WEEKDAYS: [(&str, &str); 7] = [
    ("day-1", "Monday"),
    ("day-2", "Tuesday"),
    ("day-3", "Wednesday"),
    ("day-4", "Thursday"),
    ("day-5", "Friday"),
    ("day-6", "Saturday"),
    ("day-7", "Sunday"),
];

/// What must be mended: the field and how.
pub(super) type Bad = (String, String);

/// How many controls the form shows.
pub(super) fn controls(fields: &Fields) -> usize {
    let asked = fields.number("controls").and_then(|count| usize::try_from(count).ok());
    let more = usize::from(fields.get("do") == "more");
    asked.unwrap_or(1).saturating_add(more).clamp(1, CONTROLS_MAX)
}

/// How many people the form lets somebody name as having asked for the access.
pub(super) fn requesters(fields: &Fields) -> usize {
    let asked = fields.number("requesters").and_then(|count| usize::try_from(count).ok());
    let more = usize::from(fields.get("do") == "requester");
    asked.unwrap_or(1).saturating_add(more).clamp(1, REQUESTERS_MAX)
}

/// Whether one more can be named.
pub(super) fn may_name_more(fields: &Fields) -> bool {
    requesters(fields) < REQUESTERS_MAX
}

/// The proposal, or all that must be mended.
pub(super) fn content(
    finding: &str,
    fields: &Fields,
    offers: &[Offer],
    moments: &Moments,
) -> Result<Content, Vec<Bad>> {
    let mut bad = Vec::new();
    let owner = person(fields, "owner", "choose who shall carry the risk", &mut bad);
    let used = used(fields, &mut bad);
    let controls: Vec<Option<Controlled>> =
        (1..=controls(fields)).map(|number| control(fields, number, offers, &mut bad)).collect();
    let until = moments.end_of(fields.get("until"));
    if until.is_none() {
        bad.push(("until".to_owned(), "give the last day, like 2027-03-31".to_owned()));
    }
    let review_days = number(fields, "review_days", "give a number of days", &mut bad);
    let requested_by = requested_by(fields, &mut bad);
    let words = |name: &str| fields.get(name).to_owned();
    match (owner, used, until, review_days) {
        (Some(owner), Some(used), Some(until), Some(review_days)) if bad.is_empty() => {
            Ok(Content {
                finding: finding.to_owned(),
                owner,
                need: words("need"),
                not_removable: words("not_removable"),
                would_change: words("would_change"),
                used,
                controls: controls.into_iter().flatten().collect(),
                until,
                review_days,
                requested_by,
                ticket: Some(words("ticket")).filter(|ticket| !ticket.is_empty()),
            })
        }
        _ => Err(bad),
    }
}

/// The field of the form that a problem means.
pub(super) fn field(problem: &Problem) -> Option<String> {
    let wire = problem.wire();
    if let Some(field) = &wire.field {
        match field.as_str() {
            "requested_by" => return Some("requested_by-1".to_owned()),
            "used.zone" => return Some("zone".to_owned()),
            _ => {}
        }
        if let Some(step) = field.strip_prefix("plan[") {
            let number = step.split(']').next().and_then(|it| it.parse::<usize>().ok());
            return Some(format!("plan_what-{}", number.unwrap_or(0).saturating_add(1)));
        }
        let part = field.strip_prefix("controls[").and_then(|it| it.split_once("]."));
        let Some((index, name)) = part else { return Some(field.clone()) };
        let number = index.parse::<usize>().unwrap_or(0).saturating_add(1);
        let name = if name == "what" { "what" } else { "test" };
        return Some(format!("{name}-{number}"));
    }
    let field = match wire.code.as_str() {
        "case.bad-end" => "until",
        "case.bad-cadence" => "review_days",
        "duty.cannot-own" => "owner",
        "case.no-plan" => "plan_what-1",
        _ => return None,
    };
    Some(field.to_owned())
}

fn control(
    fields: &Fields,
    number_of: usize,
    offers: &[Offer],
    bad: &mut Vec<Bad>,
) -> Option<Controlled> {
    let name = |part: &str| format!("{part}-{number_of}");
    let key = fields.get(&name("test"));
    let offer = offers.iter().find(|offer| offer.key == key);
    if offer.is_none() {
        bad.push((name("test"), "choose how it is tested".to_owned()));
    }
    let owner = person(fields, &name("control_owner"), "choose who answers for it", bad);
    let every = number(fields, &name("every_hours"), "give a number of hours", bad);
    let age = number(fields, &name("max_age_hours"), "give a number of hours", bad);
    let days = match offer {
        Some(offer) if offer.with_days(1) != offer.with_days(2) => {
            number(fields, &name("days"), "give a number of days", bad)
        }
        Some(_) | None => Some(0),
    };
    let offer = offer?;
    Some(Controlled {
        what: fields.get(&name("what")).to_owned(),
        owner: owner?,
        system: offer.system.clone(),
        test: offer.with_days(days?),
        every_hours: every?,
        max_age_hours: age?,
    })
}

/// Who asked for the access, each once; nobody has to be named.
fn requested_by(fields: &Fields, bad: &mut Vec<Bad>) -> Vec<Uuid> {
    let mut named = Vec::new();
    for number in 1..=requesters(fields) {
        let name = format!("requested_by-{number}");
        if fields.get(&name).is_empty() {
            continue;
        }
        let person = person(fields, &name, "choose one of these, or nobody", bad);
        named.extend(person.filter(|person| !named.contains(person)));
    }
    named
}

fn person(fields: &Fields, name: &str, repair: &str, bad: &mut Vec<Bad>) -> Option<Uuid> {
    let id = fields.get(name).parse().ok();
    if id.is_none() {
        bad.push((name.to_owned(), repair.to_owned()));
    }
    id
}

fn number<N: std::str::FromStr>(
    fields: &Fields,
    name: &str,
    repair: &str,
    bad: &mut Vec<Bad>,
) -> Option<N> {
    let number = fields.get(name).parse().ok();
    if number.is_none() {
        bad.push((name.to_owned(), repair.to_owned()));
    }
    number
}

fn used(fields: &Fields, bad: &mut Vec<Bad>) -> Option<Use> {
    match fields.get("use") {
        "continuous" => Some(Use::Continuous),
        "window" => {
            let days = (1..).zip(WEEKDAYS).filter(|(_, (name, _))| !fields.get(name).is_empty());
            let written = Written {
                weekdays: days.map(|(day, _)| day).collect(),
                from_minute: minute(fields.get("from")).unwrap_or(0),
                until_minute: match minute(fields.get("to")) {
                    // Midnight is the end of the day here.
                    Some(0) => 1_440,
                    minute => minute.unwrap_or(0),
                },
                zone: fields.get("zone").to_owned(),
            };
            let window = Window::try_from(written);
            if window.is_err() {
                let repair =
                    "choose the days, and a time of day that ends after it begins, in a time zone";
                bad.push(("use".to_owned(), repair.to_owned()));
            }
            window.ok().map(Use::Window)
        }
        _ => {
            bad.push(("use".to_owned(), "choose one of the two".to_owned()));
            None
        }
    }
}

/// The minute of a day of a time like 08:30.
fn minute(time: &str) -> Option<u16> {
    let (hour, minute) = time.split_once(':')?;
    let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
    (hour < 24 && minute < 60).then(|| hour.saturating_mul(60).saturating_add(minute))
}

#[cfg(test)]
mod tests {
    use countersign_access::change::Probe;

    use super::super::super::tests::sample;
    use super::*;

    const OWNER: &str = "00000000-0000-0000-0000-000000000002";
    const OTHER: &str = "00000000-0000-0000-0000-000000000003";

    fn offer() -> Offer {
        let account = serde_json::from_str("\"erp/role/x\"").unwrap();
        Offer::new(
            "x cannot sign in".to_owned(),
            Some("erp".to_owned()),
            Probe::NoLogin { account },
        )
    }

    fn typed<'a>(key: &'a str, other: &[(&'a str, &'a str)]) -> Fields {
        let mut all = vec![
            ("owner", OWNER),
            ("need", "the month-end run"),
            ("use", "continuous"),
            ("until", "2027-03-31"),
            ("review_days", "7"),
            ("what-1", "nobody signs in"),
            ("test-1", key),
            ("control_owner-1", OWNER),
            ("every_hours-1", "24"),
            ("max_age_hours-1", "48"),
        ];
        all.extend(other);
        Fields::of(&all)
    }

    #[test]
    fn what_was_typed_is_read_into_what_the_api_takes() {
        let offer = offer();
        let fields = typed(&offer.key, &[]);
        let content =
            content("FN-1", &fields, std::slice::from_ref(&offer), &sample::now()).unwrap();
        assert_eq!((content.finding.as_str(), content.review_days), ("FN-1", 7));
        assert_eq!(
            content.until.to_string(),
            "2027-04-01T00:00:00Z",
            "a date is the end of that day"
        );
        assert_eq!(content.controls.len(), 1);
        assert_eq!(content.used, Use::Continuous);
    }

    #[test]
    fn everything_that_must_be_mended_is_said_at_once() {
        let bad = content("FN-1", &Fields::default(), &[offer()], &sample::now()).unwrap_err();
        let fields: Vec<&str> = bad.iter().map(|(field, _)| field.as_str()).collect();
        let wanted =
            ["owner", "use", "test-1", "control_owner-1", "every_hours-1", "max_age_hours-1"];
        assert_eq!(fields[..6], wanted);
        assert_eq!(fields[6..], ["until", "review_days"]);
    }

    #[test]
    fn a_window_has_days_and_hours_and_midnight_ends_it() {
        let offer = offer();
        let window = [
            ("use", "window"),
            ("day-1", "on"),
            ("day-5", "on"),
            ("from", "18:30"),
            ("to", "00:00"),
            ("zone", "UTC"),
        ];
        let fields = typed(&offer.key, &window);
        let content = content("FN-1", &fields, &[offer], &sample::now()).unwrap();
        let Use::Window(window) = content.used else { panic!("no window") };
        let Written { weekdays, from_minute, until_minute, .. } = window.written();
        assert_eq!((weekdays.as_slice(), *from_minute, *until_minute), (&[1, 5][..], 1_110, 1_440));
    }

    #[test]
    fn who_asked_for_the_access_is_named_once_each_and_nobody_has_to_be() {
        let offer = offer();
        let read = |pairs: &[(&str, &str)]| {
            let fields = typed(&offer.key, pairs);
            content("FN-1", &fields, std::slice::from_ref(&offer), &sample::now())
        };
        assert!(read(&[("requested_by-1", "")]).unwrap().requested_by.is_empty());
        let twice = [
            ("requesters", "3"),
            ("requested_by-1", OTHER),
            ("requested_by-2", ""),
            ("requested_by-3", OTHER),
        ];
        assert_eq!(read(&twice).unwrap().requested_by, [OTHER.parse::<Uuid>().unwrap()]);
        let bad = read(&[("requested_by-1", "somebody")]).unwrap_err();
        assert_eq!(bad.first().map(|(field, _)| field.as_str()), Some("requested_by-1"));
        let count = |pairs: &[(&str, &str)]| requesters(&Fields::of(pairs));
        assert_eq!(count(&[("requesters", "1"), ("do", "requester")]), 2);
        assert_eq!(count(&[("requesters", "9999")]), REQUESTERS_MAX);
    }

    #[test]
    fn one_more_control_is_asked_for_without_a_script_and_not_without_end() {
        let count = |pairs: &[(&str, &str)]| controls(&Fields::of(pairs));
        assert_eq!(count(&[]), 1);
        assert_eq!(count(&[("controls", "1"), ("do", "more")]), 2);
        assert_eq!(count(&[("controls", "999999"), ("do", "more")]), CONTROLS_MAX);
        assert_eq!(count(&[("controls", "-1")]), 1);
    }
}
