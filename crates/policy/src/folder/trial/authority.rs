//! `authority/NAME.test.toml`: who may do what, as questions with their answers.

use std::collections::BTreeSet;

use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use serde::Deserialize;
use toml::Spanned;

use super::super::Folder;
use super::{Report, Spoken, each};
use crate::authority::{Ask, Case, Situation, Strength, Who};
use crate::rules::malformed::Marks;
use crate::rules::{Malformed, Text, word};

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "cases `[[case]]` and tables `[[open_to]]`")]
struct CasesForm {
    #[serde(default)]
    case: Vec<CaseForm>,
    #[serde(default)]
    open_to: Vec<OpenForm>,
}

/// A verb is open to these seats in every tier, each by itself, and to no other.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a verb with the seats that it is open to")]
struct OpenForm {
    verb: Spanned<String>,
    seats: Vec<Spanned<String>>,
    by: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a case")]
struct CaseForm {
    name: String,
    verb: Spanned<String>,
    tier: Option<Spanned<String>>,
    seats: Vec<Spanned<String>>,
    #[serde(default)]
    duties: BTreeSet<String>,
    expect: Spanned<String>,
    by: Option<BTreeSet<String>>,
    criticality: Option<Spanned<String>>,
    process: Option<String>,
    system: Option<String>,
    #[serde(default)]
    radius: u64,
    #[serde(default)]
    regulated: bool,
    /// Whether legal signs; left out where it follows from the process and the tier.
    legal_signs: Option<bool>,
    /// What the person has to do with the access: `requester`, `beneficiary` or `owner`; with `reports_to_`
    /// before it, what somebody has to whom they report.
    #[serde(default)]
    is: Vec<Spanned<String>>,
    strength: Option<Spanned<i64>>,
    signed_in_minutes: Option<i64>,
    data_age_hours: Option<i64>,
    data_complete: Option<bool>,
    ticket: Option<bool>,
    working_hours: Option<bool>,
    #[serde(default)]
    facts: BTreeSet<String>,
    #[serde(default)]
    deputy: bool,
}

const NOBODY: PersonId = PersonId(uuid::Uuid::nil());
/// To whom they report.
const ABOVE: PersonId = PersonId(uuid::Uuid::from_u128(1));

pub(super) fn run(
    folder: &Folder,
    text: &Text,
    report: &mut Report,
    spoken: &mut Spoken,
) -> Result<(), Malformed> {
    let count = |form: &CasesForm| form.case.len().saturating_add(form.open_to.len());
    each::<CasesForm>(text, count, |form, marks| {
        for open in &form.open_to {
            let verb = word::read::<Verb>(open.verb.get_ref(), &open.verb.span(), marks);
            let seats = seats(&open.seats, marks);
            let Some(verb) = verb else { continue };
            spoken.policies.extend(open.by.clone());
            for tier in &folder.tiers.tiers {
                open_to(folder, &tier.id, (verb, &seats, open), (&text.name, report));
            }
        }
        for case in &form.case {
            let (Some(ask), Some(wanted)) = (ask(folder, case, marks), expect(case, marks)) else {
                continue;
            };
            let (is, by) = answer(folder, &ask);
            let place = (text.name.as_str(), case.name.as_str());
            match &case.by {
                Some(policies) => {
                    spoken.policies.extend(policies.iter().cloned());
                    report.compare(
                        place,
                        &format!("{is} by {by:?}"),
                        &format!("{wanted} by {policies:?}"),
                    );
                }
                None => report.compare(place, is, wanted),
            }
        }
    })
}

fn open_to(
    folder: &Folder,
    tier: &str,
    (verb, seats, open): (Verb, &BTreeSet<SeatName>, &OpenForm),
    (file, report): (&str, &mut Report),
) {
    let each_seat = SeatName::ALL.into_iter().map(Some).chain([None]);
    for seat in each_seat {
        let who = who(seat.into_iter().collect(), BTreeSet::new());
        let situation = Situation::best();
        let case = Case::of_tier(tier);
        let (is, by) = answer(folder, &Ask { who, verb, case, situation, deputy_for: None });
        let from = seat.map_or("no", SeatName::as_str);
        let name = format!("{} from the {from} seat in {tier}", verb.as_str());
        let wanted =
            if seat.is_some_and(|seat| seats.contains(&seat)) { "permit" } else { "forbid" };
        match (&open.by, wanted) {
            (Some(policy), "permit") => {
                let policy: BTreeSet<&String> = [policy].into();
                let (is, wanted) = (format!("{is} by {by:?}"), format!("{wanted} by {policy:?}"));
                report.compare((file, &name), &is, &wanted);
            }
            _ => report.compare((file, &name), is, wanted),
        }
    }
}

fn answer(folder: &Folder, ask: &Ask) -> (&'static str, BTreeSet<String>) {
    // Which day it is matters to the row of accountability only, and no case speaks of that.
    match folder.judge(ask, jiff::Timestamp::UNIX_EPOCH) {
        Ok(ruling) => {
            let word = if ruling.permitted { "permit" } else { "forbid" };
            (word, ruling.by.into_iter().collect())
        }
        Err(bad) => ("forbid", [bad.to_string()].into()),
    }
}

fn who(seats: BTreeSet<SeatName>, duties: BTreeSet<String>) -> Who {
    Who {
        person: NOBODY,
        active: true,
        seats,
        duties,
        stands_in_for: BTreeSet::new(),
        reports_to: [ABOVE].into(),
    }
}

fn seats(texts: &[Spanned<String>], marks: &mut Marks<'_>) -> BTreeSet<SeatName> {
    let read = texts.iter().filter_map(|it| word::read(it.get_ref(), &it.span(), marks));
    read.collect()
}

fn expect(case: &CaseForm, marks: &mut Marks<'_>) -> Option<&'static str> {
    match case.expect.get_ref().as_str() {
        "permit" => Some("permit"),
        "forbid" => Some("forbid"),
        other => {
            let advice = word::advice(other, &["permit", "forbid"]);
            marks.fault(&case.expect.span(), format!("unknown answer `{other}`: {advice}"));
            None
        }
    }
}

fn ask(folder: &Folder, form: &CaseForm, marks: &mut Marks<'_>) -> Option<Ask> {
    let verb = word::read::<Verb>(form.verb.get_ref(), &form.verb.span(), marks)?;
    let tiers: Vec<&str> = folder.tiers.tiers.iter().map(|tier| tier.id.as_str()).collect();
    let tier = match &form.tier {
        Some(tier) if !tiers.contains(&tier.get_ref().as_str()) => {
            let advice = word::advice(tier.get_ref(), &tiers);
            marks.fault(&tier.span(), format!("unknown tier `{}`: {advice}", tier.get_ref()));
            return None;
        }
        Some(tier) => tier.get_ref().as_str(),
        None => tiers.last().copied()?,
    };
    let mut case = Case::of_tier(tier);
    if let Some(text) = &form.criticality {
        case.criticality = word::read::<Criticality>(text.get_ref(), &text.span(), marks)?;
    }
    case.process.clone_from(&form.process);
    case.system.clone_from(&form.system);
    case.radius = form.radius;
    case.regulated = form.regulated;
    let by_tier = folder.tiers.named(tier).is_some_and(|tier| tier.legal_signs);
    case.legal_signs = form.legal_signs.unwrap_or(form.regulated || by_tier);
    for part in &form.is {
        match part.get_ref().as_str() {
            "requester" => drop(case.requesters.insert(NOBODY)),
            "beneficiary" => drop(case.beneficiaries.insert(NOBODY)),
            "reports_to_requester" => drop(case.requesters.insert(ABOVE)),
            "reports_to_beneficiary" => drop(case.beneficiaries.insert(ABOVE)),
            "owner" => case.owner = Some(NOBODY),
            other => {
                let advice = word::advice(other, &PARTS);
                marks.fault(&part.span(), format!("unknown part `{other}`: {advice}"));
            }
        }
    }
    let best = Situation::best();
    let situation = Situation {
        strength: form.strength.as_ref().map_or(Some(best.strength), |it| strength(it, marks))?,
        signed_in_minutes: form.signed_in_minutes.unwrap_or(best.signed_in_minutes),
        data_age_hours: form.data_age_hours.unwrap_or(best.data_age_hours),
        data_complete: form.data_complete.unwrap_or(best.data_complete),
        ticket: form.ticket.unwrap_or(best.ticket),
        working_hours: form.working_hours.unwrap_or(best.working_hours),
        facts: form.facts.clone(),
    };
    let who = who(seats(&form.seats, marks), form.duties.clone());
    Some(Ask { who, verb, case, situation, deputy_for: form.deputy.then_some(NOBODY) })
}

/// What somebody can have to do with an access.
const PARTS: [&str; 5] =
    ["requester", "beneficiary", "owner", "reports_to_requester", "reports_to_beneficiary"];

fn strength(number: &Spanned<i64>, marks: &mut Marks<'_>) -> Option<Strength> {
    match number.get_ref() {
        1 => Some(Strength::Single),
        2 => Some(Strength::Second),
        3 => Some(Strength::Key),
        other => {
            let what = format!("`strength` {other} is unknown: write 1, 2 or 3");
            marks.fault(&number.span(), what);
            None
        }
    }
}
