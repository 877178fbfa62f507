//! The control baseline: what security says no tier may fall below. A tier that does is refused when
//! the folder is loaded.

use std::ops::Range as Span;

use toml::Spanned;

use super::form::{BaselineForm, TierForm, TiersForm};
use super::kind::{Baseline, Tier};
use super::read::{owned_by, seats};
use crate::rules::malformed::Marks;

/// Compares each tier with its baseline.
pub(super) fn check(form: &TiersForm, tiers: &[Tier], marks: &mut Marks<'_>) {
    for (tier, spanned) in tiers.iter().zip(&form.tier) {
        let mine: Vec<&BaselineForm> = form
            .baseline
            .iter()
            .map(Spanned::get_ref)
            .filter(|it| *it.tier.get_ref() == tier.id)
            .collect();
        match mine.as_slice() {
            [one] => compare(tier, spanned.get_ref(), one, marks),
            [] => {
                let what = format!("tier `{}` has no baseline: add `[[baseline]]` for it", tier.id);
                marks.lack(&spanned.get_ref().id.span(), what);
            }
            [_, second, ..] => {
                let what = format!("tier `{}` has two baselines: keep one", tier.id);
                marks.fault(&second.tier.span(), what);
            }
        }
    }
    let ids: Vec<&str> = tiers.iter().map(|tier| tier.id.as_str()).collect();
    for row in form.baseline.iter().map(Spanned::get_ref) {
        owned_by(&row.owner, "security", "a control baseline", marks);
        if !ids.contains(&row.tier.get_ref().as_str()) {
            let advice = crate::rules::word::advice(row.tier.get_ref(), &ids);
            marks
                .lack(&row.tier.span(), format!("unknown tier `{}`: {advice}", row.tier.get_ref()));
        }
    }
}

/// A baseline in words.
pub(super) fn told(row: &BaselineForm) -> Baseline {
    let mut asks = Vec::new();
    if !row.seats.is_empty() {
        let seats: Vec<&str> = row.seats.iter().map(|it| it.get_ref().as_str()).collect();
        asks.push(("seats", seats.join(" and ")));
    }
    let figures = [
        ("days_max", row.days_max.map(u64::from)),
        ("review_days_max", row.review_days_max.map(u64::from)),
        ("renewals_max", row.renewals_max.map(u64::from)),
        ("takeover_days", row.takeover_days.map(u64::from)),
        ("data_age_hours_max", row.data_age_hours_max.map(u64::from)),
        ("radius_max", row.radius_max),
    ];
    asks.extend(
        figures.into_iter().filter_map(|(key, it)| Some((key, format!("at most {}", it?)))),
    );
    asks.extend(row.renewal_days.map(|least| ("renewal_days", format!("at least {least}"))));
    let answers = [
        ("legal_signs", row.legal_signs),
        ("ticket_required", row.ticket_required),
        ("deputies_may_sign", row.deputies_may_sign),
        ("partial_reads_accepted", row.partial_reads_accepted),
        ("second_person", row.second_person),
    ];
    let word = |it: bool| if it { "yes" } else { "no" }.to_owned();
    asks.extend(answers.into_iter().filter_map(|(key, it)| Some((key, word(it?)))));
    Baseline { tier: row.tier.get_ref().clone(), asks }
}

fn compare(tier: &Tier, form: &TierForm, baseline: &BaselineForm, marks: &mut Marks<'_>) {
    for seat in seats(&baseline.seats, marks) {
        if !tier.approval.needs(seat) {
            let span = form.seats.as_ref().map_or_else(|| form.id.span(), Spanned::span);
            let what = format!(
                "tier `{}` is below its baseline: the {seat} seat has to sign, add `{seat}`",
                tier.id
            );
            marks.fault(&span, what);
        }
    }
    figures(tier, form, baseline, marks);
    answers(tier, form, baseline, marks);
    let Some(most) = baseline.radius_max else { return };
    match &form.radius_max {
        Some(is) if *is.get_ref() <= most => {}
        Some(is) => {
            let words = (is.get_ref().to_string(), format!("at most {most}"));
            below(tier, "radius_max", &words, &is.span(), marks);
        }
        None => {
            let id = &tier.id;
            let what = format!(
                "tier `{id}` is below its baseline: `radius_max` is no limit, and security asks for at \
                 most {most}: write at most {most}, or have the security seat change the baseline"
            );
            marks.lack(&form.id.span(), what);
        }
    }
}

/// Figures of which less is stricter.
fn figures(tier: &Tier, form: &TierForm, baseline: &BaselineForm, marks: &mut Marks<'_>) {
    let most = [
        ("days_max", &form.days_max, baseline.days_max),
        ("review_days_max", &form.review_days_max, baseline.review_days_max),
        ("renewals_max", &form.renewals_max, baseline.renewals_max),
        ("takeover_days", &form.takeover_days, baseline.takeover_days),
        ("data_age_hours_max", &form.data_age_hours_max, baseline.data_age_hours_max),
    ];
    // Of this one more is.
    if let Some(least) = baseline.renewal_days.filter(|least| form.renewal_days.get_ref() < least) {
        let words = (form.renewal_days.get_ref().to_string(), format!("at least {least}"));
        below(tier, "renewal_days", &words, &form.renewal_days.span(), marks);
    }
    for (key, is, most) in most {
        if let Some(most) = most.filter(|most| is.get_ref() > most) {
            let words = (is.get_ref().to_string(), format!("at most {most}"));
            below(tier, key, &words, &is.span(), marks);
        }
    }
}

/// Answers of which one is the stricter.
fn answers(tier: &Tier, form: &TierForm, baseline: &BaselineForm, marks: &mut Marks<'_>) {
    let partial = baseline.partial_reads_accepted;
    let yes_or_no = [
        ("legal_signs", &form.legal_signs, baseline.legal_signs, true),
        ("ticket_required", &form.ticket_required, baseline.ticket_required, true),
        ("deputies_may_sign", &form.deputies_may_sign, baseline.deputies_may_sign, false),
        ("partial_reads_accepted", &form.partial_reads_accepted, partial, false),
        ("second_person", &form.second_person, baseline.second_person, true),
    ];
    for (key, is, baseline, stricter) in yes_or_no {
        if baseline == Some(stricter) && *is.get_ref() != stricter {
            let words = (is.get_ref().to_string(), stricter.to_string());
            below(tier, key, &words, &is.span(), marks);
        }
    }
}

fn below(
    tier: &Tier,
    key: &str,
    (is, wanted): &(String, String),
    span: &Span<usize>,
    marks: &mut Marks<'_>,
) {
    let id = &tier.id;
    let what = format!(
        "tier `{id}` is below its baseline: `{key}` is {is}, and security asks for {wanted}: write \
         {wanted}, or have the security seat change the baseline"
    );
    marks.fault(span, what);
}
