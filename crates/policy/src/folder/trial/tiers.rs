//! `tiers.test.toml`: which tier a case is of, and what that asks for.

use countersign_governance::process::Criticality;
use serde::Deserialize;
use toml::Spanned;

use super::super::Folder;
use super::{Report, Spoken, each};
use crate::rules::{Malformed, Text, word};
use crate::tier::{Radius, Tier};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "cases `[[case]]`")]
struct CasesForm {
    case: Vec<CaseForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct CaseForm {
    name: String,
    criticality: Option<Spanned<String>>,
    radius: u64,
    #[serde(default = "yes")]
    complete: bool,
    expect: ExpectForm,
}

fn yes() -> bool {
    true
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "what a tier asks for")]
struct ExpectForm {
    tier: String,
    seats: Option<Vec<String>>,
    days_max: Option<i64>,
    review_days_max: Option<i64>,
    renewals_max: Option<u32>,
    renewal_climb: Option<u32>,
    renewal_days: Option<i64>,
    takeover_days: Option<i64>,
    at_expiry: Option<String>,
    legal_signs: Option<bool>,
    ticket_required: Option<bool>,
    deputies_may_sign: Option<bool>,
    data_age_hours_max: Option<i64>,
    partial_reads_accepted: Option<bool>,
    second_person: Option<bool>,
    radius_max: Option<u64>,
}

pub(super) fn run(
    folder: &Folder,
    text: &Text,
    report: &mut Report,
    spoken: &mut Spoken,
) -> Result<(), Malformed> {
    each::<CasesForm>(
        text,
        |form| form.case.len(),
        |form, marks| {
            for case in &form.case {
                let criticality = case.criticality.as_ref().and_then(|text| {
                    word::read::<Criticality>(text.get_ref(), &text.span(), marks)
                });
                let radius = Radius { resources: case.radius, complete: case.complete };
                let place = (text.name.as_str(), case.name.as_str());
                match folder.tiers.of(criticality, radius) {
                    Some(tier) => {
                        spoken.tiers.insert(tier.id.clone());
                        report.compare(place, &told(tier, &case.expect), &wanted(&case.expect));
                    }
                    None => report.compare(place, "no tier", &case.expect.tier),
                }
            }
        },
    )
}

/// What a tier says to the keys that the case speaks of.
fn told(tier: &Tier, asked: &ExpectForm) -> String {
    let mut said = vec![format!("tier {}", tier.id)];
    let mut say = |asked: bool, key: &str, is: String| {
        if asked {
            said.push(format!("{key} {is}"));
        }
    };
    let seats: Vec<&str> = countersign_governance::seat::SeatName::ALL
        .into_iter()
        .filter(|seat| tier.approval.needs(*seat))
        .map(countersign_governance::seat::SeatName::as_str)
        .collect();
    say(asked.seats.is_some(), "seats", seats.join(" "));
    say(asked.days_max.is_some(), "days_max", tier.days_max.to_string());
    say(asked.review_days_max.is_some(), "review_days_max", tier.review_days_max.to_string());
    say(asked.renewals_max.is_some(), "renewals_max", tier.renewals_max.to_string());
    say(asked.renewal_climb.is_some(), "renewal_climb", tier.renewal_climb.to_string());
    say(asked.renewal_days.is_some(), "renewal_days", tier.renewal_days.to_string());
    say(asked.takeover_days.is_some(), "takeover_days", tier.takeover_days.to_string());
    say(asked.at_expiry.is_some(), "at_expiry", tier.at_expiry.as_str().to_owned());
    say(asked.legal_signs.is_some(), "legal_signs", tier.legal_signs.to_string());
    say(asked.ticket_required.is_some(), "ticket_required", tier.ticket_required.to_string());
    say(asked.deputies_may_sign.is_some(), "deputies_may_sign", tier.deputies_may_sign.to_string());
    say(
        asked.data_age_hours_max.is_some(),
        "data_age_hours_max",
        tier.data_age_hours_max.to_string(),
    );
    let partial = tier.partial_reads_accepted.to_string();
    say(asked.partial_reads_accepted.is_some(), "partial_reads_accepted", partial);
    say(asked.second_person.is_some(), "second_person", tier.second_person.to_string());
    let radius = tier.radius_max.map_or_else(|| "without limit".to_owned(), |it| it.to_string());
    say(asked.radius_max.is_some(), "radius_max", radius);
    said.join(", ")
}

fn wanted(expect: &ExpectForm) -> String {
    let mut said = vec![format!("tier {}", expect.tier)];
    let text = |it: &dyn ToString| it.to_string();
    let pairs = [
        ("seats", expect.seats.as_ref().map(|it| it.join(" "))),
        ("days_max", expect.days_max.as_ref().map(|it| text(it))),
        ("review_days_max", expect.review_days_max.as_ref().map(|it| text(it))),
        ("renewals_max", expect.renewals_max.as_ref().map(|it| text(it))),
        ("renewal_climb", expect.renewal_climb.as_ref().map(|it| text(it))),
        ("renewal_days", expect.renewal_days.as_ref().map(|it| text(it))),
        ("takeover_days", expect.takeover_days.as_ref().map(|it| text(it))),
        ("at_expiry", expect.at_expiry.clone()),
        ("legal_signs", expect.legal_signs.as_ref().map(|it| text(it))),
        ("ticket_required", expect.ticket_required.as_ref().map(|it| text(it))),
        ("deputies_may_sign", expect.deputies_may_sign.as_ref().map(|it| text(it))),
        ("data_age_hours_max", expect.data_age_hours_max.as_ref().map(|it| text(it))),
        ("partial_reads_accepted", expect.partial_reads_accepted.as_ref().map(|it| text(it))),
        ("second_person", expect.second_person.as_ref().map(|it| text(it))),
        ("radius_max", expect.radius_max.as_ref().map(|it| text(it))),
    ];
    said.extend(pairs.into_iter().filter_map(|(key, it)| Some(format!("{key} {}", it?))));
    said.join(", ")
}
