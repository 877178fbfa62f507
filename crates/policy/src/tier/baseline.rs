//! The control baseline: what security says no tier may fall below. A tier that does is refused when
//! the folder is loaded.

use std::ops::Range as Span;

use toml::Spanned;

use super::form::{BaselineForm, TierForm, TiersForm};
use super::kind::Tier;
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
                marks.fault(&spanned.get_ref().id.span(), what);
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
            marks.fault(
                &row.tier.span(),
                format!("unknown tier `{}`: {advice}", row.tier.get_ref()),
            );
        }
    }
}

fn compare(tier: &Tier, form: &TierForm, baseline: &BaselineForm, marks: &mut Marks<'_>) {
    for seat in seats(&baseline.seats, marks) {
        if !tier.approval.needs(seat) {
            let span = form.seats.as_ref().map_or_else(|| form.id.span(), Spanned::span);
            marks.fault(
                &span,
                format!(
                    "tier `{}` is below its baseline: the {seat} seat has to sign, add `{seat}`",
                    tier.id
                ),
            );
        }
    }
    let most: [(&str, u64, Option<u64>, Span<usize>); 4] = [
        (
            "days_max",
            number(*form.days_max.get_ref()),
            baseline.days_max.map(number),
            form.days_max.span(),
        ),
        (
            "review_days_max",
            number(*form.review_days_max.get_ref()),
            baseline.review_days_max.map(number),
            form.review_days_max.span(),
        ),
        (
            "renewals_max",
            number(*form.renewals_max.get_ref()),
            baseline.renewals_max.map(number),
            form.renewals_max.span(),
        ),
        (
            "data_age_hours_max",
            number(*form.data_age_hours_max.get_ref()),
            baseline.data_age_hours_max.map(number),
            form.data_age_hours_max.span(),
        ),
    ];
    for (key, is, most, span) in most {
        if let Some(most) = most.filter(|most| is > *most) {
            below(tier, key, &is.to_string(), &format!("at most {most}"), &span, marks);
        }
    }
    if let Some(most) = baseline.radius_max
        && form.radius_max.as_ref().is_none_or(|it| *it.get_ref() > most)
    {
        let span = form.radius_max.as_ref().map_or_else(|| form.id.span(), Spanned::span);
        let is = form
            .radius_max
            .as_ref()
            .map_or_else(|| "no limit".to_owned(), |it| it.get_ref().to_string());
        below(tier, "radius_max", &is, &format!("at most {most}"), &span, marks);
    }
    // Of these, `true` is what asks for more in the first two, and `false` in the others.
    let yes_or_no = [
        ("legal_signs", &form.legal_signs, baseline.legal_signs, true),
        ("ticket_required", &form.ticket_required, baseline.ticket_required, true),
        ("deputies_may_sign", &form.deputies_may_sign, baseline.deputies_may_sign, false),
        (
            "partial_reads_accepted",
            &form.partial_reads_accepted,
            baseline.partial_reads_accepted,
            false,
        ),
    ];
    for (key, is, baseline, stricter) in yes_or_no {
        if baseline == Some(stricter) && *is.get_ref() != stricter {
            below(tier, key, &is.get_ref().to_string(), &stricter.to_string(), &is.span(), marks);
        }
    }
}

fn below(
    tier: &Tier,
    key: &str,
    is: &str,
    wanted: &str,
    span: &Span<usize>,
    marks: &mut Marks<'_>,
) {
    let id = &tier.id;
    marks.fault(span, format!(
        "tier `{id}` is below its baseline: `{key}` is {is}, and security asks for {wanted}: write {wanted}, \
         or have the security seat change the baseline"));
}

fn number(value: u32) -> u64 {
    u64::from(value)
}
