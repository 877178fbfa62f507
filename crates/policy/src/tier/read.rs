//! From `tiers.toml` to tiers: whole, or not at all with everything that is wrong.

use std::collections::BTreeSet;
use std::ops::Range as Span;

use countersign_governance::finding::entrust::is_low_risk;
use countersign_governance::process::Criticality;
use countersign_governance::seat::SeatName;
use toml::Spanned;

use super::form::{BudgetForm, ConstraintForm, TierForm, TiersForm, WhenForm};
use super::kind::{
    Approval, AtExpiry, Budget, Constraint, Hours, Quorum, Range, SafeFailure, Tier,
};
use super::{Tiers, baseline, cover};
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{part, shape, word};

/// Most tiers in one folder.
pub const TIERS_MAX: usize = 16;

/// Reads the tiers.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str) -> Result<Tiers, Malformed> {
    let (form, mut marks) = shape::parse::<TiersForm>(name, text)?;
    let tiers = tiers(&form, &mut marks);
    marks.finish(name, tiers)
}

fn tiers(form: &TiersForm, marks: &mut Marks<'_>) -> Tiers {
    if form.tier.len() > TIERS_MAX {
        let found = form.tier.len();
        let what = format!("{found} tiers, at most {TIERS_MAX} are accepted: join some of them");
        marks.fault(&form.policy.id.span(), what);
    }
    let mut seen = BTreeSet::new();
    let mut tiers = Vec::new();
    for (rank, spanned) in form.tier.iter().take(TIERS_MAX).enumerate() {
        let id = &spanned.get_ref().id;
        if !seen.insert(id.get_ref().as_str()) {
            let what = format!("a tier is called `{}` already: give this its own id", id.get_ref());
            marks.fault(&id.span(), what);
        }
        tiers.extend(tier(rank, spanned, marks));
    }
    if tiers.len() == form.tier.len() {
        let spans: Vec<Span<usize>> = form.tier.iter().map(|it| it.get_ref().id.span()).collect();
        cover::check(&tiers, &spans, &form.policy.id.span(), marks);
        baseline::check(form, &tiers, marks);
    }
    known(&form.policy.administration, form, marks);
    let own = tiers.iter().find(|tier| tier.id == *form.policy.administration.get_ref());
    if let Some(tier) = own.filter(|tier| tier.approval == Approval::Routine) {
        let what = format!(
            "tier `{}` passes without a person, and so would changes to this policy: name a tier with seats",
            tier.id
        );
        marks.fault(&form.policy.administration.span(), what);
    }
    if let Some(first) = tiers.iter().find(|tier| tier.approval != Approval::Routine) {
        let graver = |tier: &&Tier| tier.rank > first.rank && tier.approval == Approval::Routine;
        for tier in tiers.iter().filter(graver) {
            let what = format!(
                "tier `{}` passes without a person and is graver than `{}`, which does not: name its seats",
                tier.id, first.id
            );
            let span = form.tier.get(tier.rank).map_or(0..0, |it| it.get_ref().id.span());
            marks.lack(&span, what);
        }
    }
    let unknown = &form.policy.unknown_process;
    let unknown_process =
        word::read(unknown.get_ref(), &unknown.span(), marks).unwrap_or(Criticality::Critical);
    Tiers {
        id: part::id(&form.policy.id, marks),
        version: part::line(&form.policy.version, "version", marks),
        administration: form.policy.administration.get_ref().clone(),
        unknown_process,
        tiers,
        baselines: form.baseline.iter().map(|row| baseline::told(row.get_ref())).collect(),
        constraints: constraints(&form.constraint, form, marks),
        budgets: budgets(&form.budget, form, marks),
    }
}

/// Notes a tier that does not exist.
fn known(id: &Spanned<String>, form: &TiersForm, marks: &mut Marks<'_>) {
    let ids: Vec<&str> = form.tier.iter().map(|it| it.get_ref().id.get_ref().as_str()).collect();
    if !ids.contains(&id.get_ref().as_str()) {
        let advice = word::advice(id.get_ref(), &ids);
        marks.lack(&id.span(), format!("unknown tier `{}`: {advice}", id.get_ref()));
    }
}

fn tier(rank: usize, spanned: &Spanned<TierForm>, marks: &mut Marks<'_>) -> Option<Tier> {
    let form = spanned.get_ref();
    let when: Vec<Range> = form.when.iter().flat_map(|when| ranges(when, marks)).collect();
    if form.when.is_empty() {
        let what = "`when` is empty, so no case is of this tier: add criticality and radius";
        marks.lack(&form.id.span(), what);
    }
    for (key, value) in [
        ("days_max", &form.days_max),
        ("review_days_max", &form.review_days_max),
        ("takeover_days", &form.takeover_days),
    ] {
        if *value.get_ref() == 0 {
            marks.fault(&value.span(), format!("`{key}` is 0: write at least 1 day"));
        }
    }
    let at_expiry: Option<AtExpiry> =
        word::read(form.at_expiry.get_ref(), &form.at_expiry.span(), marks);
    if at_expiry == Some(AtExpiry::Revoke)
        && when.iter().any(|range| range.criticality == Criticality::Critical)
    {
        let what = "`revoke` would stop a critical process by a clock: write `contain` or `reopen`";
        marks.fault(&form.at_expiry.span(), what);
    }
    if form.without_a_person && when.iter().any(|range| !is_low_risk(range.criticality)) {
        let what = "`without_a_person` is for low risk, and a case of a high or critical process always \
                    takes a person: name the `seats` of this tier";
        marks.lack(&form.id.span(), what);
    }
    Some(Tier {
        id: part::id(&form.id, marks),
        title: part::line(&form.title, "title", marks),
        rank,
        when,
        approval: approval(form, marks)?,
        days_max: i64::from(*form.days_max.get_ref()),
        review_days_max: i64::from(*form.review_days_max.get_ref()),
        renewals_max: *form.renewals_max.get_ref(),
        renewal_climb: *form.renewal_climb.get_ref(),
        renewal_days: i64::from(*form.renewal_days.get_ref()),
        takeover_days: i64::from(*form.takeover_days.get_ref()),
        at_expiry: at_expiry?,
        legal_signs: *form.legal_signs.get_ref(),
        ticket_required: *form.ticket_required.get_ref(),
        deputies_may_sign: *form.deputies_may_sign.get_ref(),
        data_age_hours_max: i64::from(*form.data_age_hours_max.get_ref()),
        partial_reads_accepted: *form.partial_reads_accepted.get_ref(),
        second_person: *form.second_person.get_ref(),
        radius_max: form.radius_max.as_ref().map(|it| *it.get_ref()),
    })
}

/// Seats that have no signature (law 6): a tier that needs one could never be decided.
const SILENT: [(SeatName, &str); 3] = [
    (SeatName::Security, "the security seat objects and signs nothing"),
    (SeatName::Operations, "the operations seat says what would break and signs nothing"),
    (SeatName::Auditor, "the auditor reads everything and signs nothing"),
];

/// Seats, or the explicit word that nobody is needed: silence is neither.
fn approval(form: &TierForm, marks: &mut Marks<'_>) -> Option<Approval> {
    let Some(spanned) = &form.seats else {
        if form.without_a_person {
            return Some(Approval::Routine);
        }
        let what = "a tier with no seat would need nobody: add `seats = [...]`, or say \
                    `without_a_person = true`";
        marks.lack(&form.id.span(), what);
        return None;
    };
    if form.without_a_person {
        let what = "`seats` and `without_a_person` contradict each other: keep one";
        marks.fault(&spanned.span(), what);
    }
    let seats = seats(spanned.get_ref(), marks);
    for (seat, why) in SILENT {
        if seats.contains(&seat) {
            marks.fault(&spanned.span(), format!("{why}: remove `{seat}`"));
        }
    }
    if seats.contains(&SeatName::Legal) && !*form.legal_signs.get_ref() {
        let what = "`seats` names legal and `legal_signs` is false: say `legal_signs = true`";
        marks.lack(&spanned.span(), what);
    }
    let quorum = Quorum::of(seats);
    if spanned.get_ref().is_empty() {
        let what = "`seats` is empty, and nobody would have to sign: name at least one seat";
        marks.fault(&spanned.span(), what);
    }
    quorum.map(Approval::Seats)
}

pub(super) fn seats(texts: &[Spanned<String>], marks: &mut Marks<'_>) -> BTreeSet<SeatName> {
    let mut read = BTreeSet::new();
    for text in texts {
        let Some(seat) = word::read(text.get_ref(), &text.span(), marks) else { continue };
        if !read.insert(seat) {
            let what = format!("`{seat}` stands twice, and one person signs once: remove one");
            marks.fault(&text.span(), what);
        }
    }
    read
}

fn ranges(spanned: &Spanned<WhenForm>, marks: &mut Marks<'_>) -> Vec<Range> {
    let WhenForm { criticality, radius_from, radius_to } = spanned.get_ref();
    if radius_to.is_some_and(|to| to < *radius_from) {
        let what = "`radius_to` is less than `radius_from`, so no case is meant: swap them";
        marks.fault(&spanned.span(), what);
    }
    if criticality.is_empty() {
        marks.lack(&spanned.span(), "`criticality` is empty: name at least one, such as `high`");
    }
    let read = criticality.iter().filter_map(|text| {
        let criticality = word::read(text.get_ref(), &text.span(), marks)?;
        Some(Range { criticality, from: *radius_from, to: *radius_to })
    });
    read.collect()
}

fn constraints(
    forms: &[Spanned<ConstraintForm>],
    whole: &TiersForm,
    marks: &mut Marks<'_>,
) -> Vec<Constraint> {
    let mut read = Vec::new();
    for form in forms.iter().map(Spanned::get_ref) {
        known(&form.tier, whole, marks);
        owned_by(&form.owner, "operations", "what a workflow can bear", marks);
        let hours: Option<Hours> = word::read(form.hours.get_ref(), &form.hours.span(), marks);
        let failure: Option<SafeFailure> =
            word::read(form.safe_failure.get_ref(), &form.safe_failure.span(), marks);
        let (Some(hours), Some(safe_failure)) = (hours, failure) else { continue };
        read.push(Constraint {
            tier: form.tier.get_ref().clone(),
            process: form.process.clone(),
            decide_hours_max: form.decide_hours_max,
            hours,
            safe_failure,
        });
    }
    let rows = forms.iter().map(Spanned::get_ref).map(|it| (&it.tier, it.process.as_deref()));
    once_each(rows.collect(), "constraint", whole, marks);
    read
}

fn budgets(forms: &[Spanned<BudgetForm>], whole: &TiersForm, marks: &mut Marks<'_>) -> Vec<Budget> {
    let rows = forms.iter().map(Spanned::get_ref).map(|it| (&it.tier, it.process.as_deref()));
    once_each(rows.collect(), "budget", whole, marks);
    let mut read = Vec::new();
    for form in forms.iter().map(Spanned::get_ref) {
        known(&form.tier, whole, marks);
        read.push(Budget {
            tier: form.tier.get_ref().clone(),
            process: form.process.clone(),
            owner: part::line(&form.owner, "owner", marks),
            hours_per_case: form.hours_per_case,
        });
    }
    read
}

/// Each figure has the one owner whose business it is.
pub(super) fn owned_by(owner: &Spanned<String>, wanted: &str, what: &str, marks: &mut Marks<'_>) {
    if owner.get_ref() != wanted {
        let found = owner.get_ref();
        let fault =
            format!("{what} is said by the {wanted} seat, not by `{found}`: write `{wanted}`");
        marks.fault(&owner.span(), fault);
    }
}

/// Each tier has one row for all processes, and at most one for each process.
fn once_each(
    rows: Vec<(&Spanned<String>, Option<&str>)>,
    what: &str,
    whole: &TiersForm,
    marks: &mut Marks<'_>,
) {
    let mut seen = BTreeSet::new();
    for (tier, process) in rows {
        if !seen.insert((tier.get_ref().as_str(), process)) {
            let fault = format!("tier `{}` has this {what} already: keep one", tier.get_ref());
            marks.fault(&tier.span(), fault);
        }
    }
    for tier in &whole.tier {
        let id = &tier.get_ref().id;
        if !seen.contains(&(id.get_ref().as_str(), None)) {
            let fault = format!("tier `{}` has no {what}: add `[[{what}]]` for it", id.get_ref());
            marks.lack(&id.span(), fault);
        }
    }
}
