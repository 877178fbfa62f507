//! `sla.test.toml`, `calendar.test.toml` and `raci.test.toml`: when something is due and who is told,
//! what is a working day, and where nobody answers.

use countersign_governance::id::PersonId;
use serde::Deserialize;
use toml::Spanned;

use super::super::Folder;
use super::{Report, each, instant};
use crate::calendar::date;
use crate::raci::{Presence, gaps};
use crate::rules::{Malformed, Text, word};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "cases `[[case]]`")]
struct CasesForm<T> {
    case: Vec<T>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct SlaForm {
    name: String,
    tier: Spanned<String>,
    assigned: Spanned<String>,
    due: String,
    now: Option<Spanned<String>>,
    told: Option<String>,
    assign_hours: Option<u32>,
    decide_hours: Option<u32>,
}

pub(super) fn slas(folder: &Folder, text: &Text, report: &mut Report) -> Result<(), Malformed> {
    each::<CasesForm<SlaForm>>(
        text,
        |form| form.case.len(),
        |form, marks| {
            for case in &form.case {
                let ids: Vec<&str> = folder.slas.iter().map(|sla| sla.tier.as_str()).collect();
                let Some(sla) = folder.sla(case.tier.get_ref()) else {
                    let advice = word::advice(case.tier.get_ref(), &ids);
                    let what = format!("unknown tier `{}`: {advice}", case.tier.get_ref());
                    marks.fault(&case.tier.span(), what);
                    continue;
                };
                let Some(assigned) = instant(&case.assigned, marks) else { continue };
                let place = (text.name.as_str(), case.name.as_str());
                let due = sla.due(assigned, &folder.calendar);
                let is = due.as_ref().map_or_else(ToString::to_string, ToString::to_string);
                report.compare(place, &format!("due {is}"), &format!("due {}", case.due));
                for (key, is, wanted) in [
                    ("assign_hours", sla.assign_hours, case.assign_hours),
                    ("decide_hours", sla.decide_hours, case.decide_hours),
                ] {
                    if let Some(wanted) = wanted {
                        report.compare(place, &format!("{key} {is}"), &format!("{key} {wanted}"));
                    }
                }
                let now = case.now.as_ref().and_then(|now| instant(now, marks));
                if let (Ok(due), Some(now)) = (due, now) {
                    let told = sla.reached(due, now).map_or("nobody", |step| step.to.as_str());
                    let wanted = case.told.as_deref().unwrap_or("nobody");
                    report.compare(place, &format!("told {told}"), &format!("told {wanted}"));
                }
            }
        },
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct CalendarForm {
    name: String,
    from: Option<Spanned<String>>,
    #[serde(default)]
    business_days: u32,
    ends: Option<String>,
    at: Option<Spanned<String>>,
    open: Option<bool>,
}

pub(super) fn calendar(folder: &Folder, text: &Text, report: &mut Report) -> Result<(), Malformed> {
    each::<CasesForm<CalendarForm>>(
        text,
        |form| form.case.len(),
        |form, marks| {
            for case in &form.case {
                let place = (text.name.as_str(), case.name.as_str());
                match (&case.from, &case.ends, &case.at, case.open) {
                    (Some(from), Some(ends), None, None) => {
                        let Some(from) = instant(from, marks) else { continue };
                        let is = folder.calendar.business_days_after(from, case.business_days);
                        let is = is.map_or_else(|it| it.to_string(), |it| it.to_string());
                        report.compare(place, &format!("ends {is}"), &format!("ends {ends}"));
                    }
                    (None, None, Some(at), Some(open)) => {
                        let Some(at) = instant(at, marks) else { continue };
                        let is = folder.calendar.is_open(at);
                        report.compare(place, &format!("open {is}"), &format!("open {open}"));
                    }
                    _ => {
                        let at = text.text.find(&case.name).unwrap_or_default();
                        let what = "a case has either `from`, `business_days` and `ends`, or `at` and `open`";
                        marks.lack(&(at..at), what);
                    }
                }
            }
        },
    )
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct RaciForm {
    name: String,
    on: Spanned<String>,
    systems: Vec<String>,
    #[serde(default)]
    seats: Vec<Spanned<String>>,
    gaps: Vec<String>,
}

/// Everybody whom the folder names is there, in the seats that the case names; where it names nobody,
/// one person is.
pub(super) fn raci(folder: &Folder, text: &Text, report: &mut Report) -> Result<(), Malformed> {
    each::<CasesForm<RaciForm>>(
        text,
        |form| form.case.len(),
        |form, marks| {
            for case in &form.case {
                let Some(on) = date(&case.on, marks) else { continue };
                let seats: Vec<_> = case
                    .seats
                    .iter()
                    .filter_map(|seat| word::read(seat.get_ref(), &seat.span(), marks))
                    .collect();
                let mut people: Vec<PersonId> = folder.raci.people.values().copied().collect();
                if people.is_empty() {
                    people.push(PersonId(uuid::Uuid::nil()));
                }
                let there =
                    |person| Presence { person, active: true, away: None, seats: seats.clone() };
                let people: Vec<Presence> = people.into_iter().map(there).collect();
                let found = gaps(&folder.raci, &case.systems, &people, on);
                let found: Vec<String> = found.iter().map(ToString::to_string).collect();
                let place = (text.name.as_str(), case.name.as_str());
                report.compare(place, &format!("{found:?}"), &format!("{:?}", case.gaps));
            }
        },
    )
}
