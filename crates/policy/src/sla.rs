//! How fast: within which time a finding is assigned, decided and due, and who is told how long before.
//! Read from `sla.toml`, one row for each tier.

use std::collections::BTreeSet;

use countersign_governance::seat::SeatName;
use jiff::Timestamp;
use serde::Deserialize;
use toml::Spanned;

use crate::calendar::{Beyond, Calendar};
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{shape, word};
use crate::tier::Tiers;

/// Most steps of one ladder.
pub const STEPS_MAX: usize = 16;

/// How fast in one tier.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sla {
    /// The tier's short name.
    pub tier: String,
    /// Hours until somebody is behind a finding.
    pub assign_hours: u32,
    /// Hours until what was asked is decided.
    pub decide_hours: u32,
    /// Days from assignment to the due date.
    pub due_days: u32,
    /// Whether only the days of the calendar count.
    pub counted: Counted,
    /// Who is told, earliest first.
    pub ladder: Vec<Step>,
}

crate::rules::word::words! {
    /// Which days count.
    Counted is "way of counting" {
        /// Every day.
        Calendar = "calendar",
        /// Working days without holidays.
        Business = "business",
    }
}

/// One step of an escalation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Step {
    /// Hours before the due date.
    pub before_hours: u32,
    /// Which seat is told.
    pub to: SeatName,
}

impl Sla {
    /// When something assigned at `from` is due. Every day is 24 hours unless working days are
    /// counted: then it is the end of the last of them, in the calendar's time zone.
    ///
    /// # Errors
    /// [`Beyond`] when the date cannot be counted.
    pub fn due(&self, from: Timestamp, calendar: &Calendar) -> Result<Timestamp, Beyond> {
        match self.counted {
            Counted::Calendar => {
                let hours = i64::from(self.due_days).saturating_mul(24);
                from.checked_add(jiff::SignedDuration::from_hours(hours)).map_err(|_| Beyond)
            }
            Counted::Business => calendar.business_days_after(from, self.due_days),
        }
    }

    /// The step of the ladder that has been reached, if any.
    #[must_use]
    pub fn reached(&self, due: Timestamp, now: Timestamp) -> Option<Step> {
        let left = due.duration_since(now).as_secs();
        let reached = |step: &&Step| left <= i64::from(step.before_hours).saturating_mul(3_600);
        self.ladder.iter().rev().find(reached).copied()
    }
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "rows `[[sla]]`")]
struct SlasForm {
    sla: Vec<Spanned<SlaForm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a row of times")]
struct SlaForm {
    tier: Spanned<String>,
    assign_hours: u32,
    decide_hours: Spanned<u32>,
    due_days: Spanned<u32>,
    counted: Spanned<String>,
    escalate: Vec<Spanned<StepForm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a step with `before_hours` and `to`")]
struct StepForm {
    before_hours: u32,
    to: Spanned<String>,
}

/// Reads the times, in the order of the tiers.
///
/// # Errors
/// [`Malformed`] with everything that is wrong.
pub(crate) fn read(name: &str, text: &str, tiers: Option<&Tiers>) -> Result<Vec<Sla>, Malformed> {
    let (form, mut marks) = shape::parse::<SlasForm>(name, text)?;
    let mut slas: Vec<Sla> = Vec::new();
    let mut seen = BTreeSet::new();
    for spanned in &form.sla {
        let row = spanned.get_ref();
        if !seen.insert(row.tier.get_ref().as_str()) {
            let what = format!("tier `{}` has its times already: keep one row", row.tier.get_ref());
            marks.fault(&row.tier.span(), what);
        }
        slas.extend(sla(row, &mut marks));
        if let Some(tiers) = tiers {
            fits(row, tiers, &mut marks);
        }
    }
    if let Some(tiers) = tiers {
        for tier in &tiers.tiers {
            if !seen.contains(tier.id.as_str()) {
                let what = format!("tier `{}` has no times: add `[[sla]]` for it", tier.id);
                marks.lack(&(0..0), what);
            }
        }
        slas.sort_by_key(|sla| tiers.named(&sla.tier).map(|tier| tier.rank));
        for pair in slas.windows(2) {
            let [milder, graver] = pair else { continue };
            if graver.due_days > milder.due_days {
                let what = format!(
                    "tier `{}` is due later than the milder `{}`: let what is graver be due sooner",
                    graver.tier, milder.tier
                );
                marks.lack(&(0..0), what);
            }
        }
    }
    marks.finish(name, slas)
}

fn sla(row: &SlaForm, marks: &mut Marks<'_>) -> Option<Sla> {
    if *row.due_days.get_ref() == 0 {
        marks.fault(&row.due_days.span(), "`due_days` is 0: write at least 1");
    }
    if row.escalate.is_empty() || row.escalate.len() > STEPS_MAX {
        let what = format!("`escalate` has 1 to {STEPS_MAX} steps: nobody is told otherwise");
        marks.lack(&row.tier.span(), what);
    }
    let hours = row.due_days.get_ref().saturating_mul(24);
    let mut last = hours;
    let mut ladder = Vec::new();
    for spanned in &row.escalate {
        let step = spanned.get_ref();
        if step.before_hours >= last && !(ladder.is_empty() && step.before_hours < hours) {
            let what = format!(
                "a step {} hours before the due date does not follow what came before ({last}): write \
                 the steps from the earliest to the last, all within {hours} hours",
                step.before_hours
            );
            marks.lack(&spanned.span(), what);
        }
        last = step.before_hours;
        let to = word::read(step.to.get_ref(), &step.to.span(), marks);
        ladder.extend(to.map(|to| Step { before_hours: step.before_hours, to }));
    }
    Some(Sla {
        tier: row.tier.get_ref().clone(),
        assign_hours: row.assign_hours,
        decide_hours: *row.decide_hours.get_ref(),
        due_days: *row.due_days.get_ref(),
        counted: word::read(row.counted.get_ref(), &row.counted.span(), marks)?,
        ladder,
    })
}

/// The tier exists, and the wait is one that operations can bear.
fn fits(row: &SlaForm, tiers: &Tiers, marks: &mut Marks<'_>) {
    let ids: Vec<&str> = tiers.tiers.iter().map(|tier| tier.id.as_str()).collect();
    let id = row.tier.get_ref();
    if !ids.contains(&id.as_str()) {
        let what = format!("unknown tier `{id}`: {}", word::advice(id, &ids));
        marks.fault(&row.tier.span(), what);
    }
    let bound = tiers.constraints.iter().filter(|it| it.tier == *id).map(|it| it.decide_hours_max);
    if let Some(most) = bound.min().filter(|most| row.decide_hours.get_ref() > most) {
        let what = format!(
            "a decision may take {} hours, and operations can wait {most} in tier `{id}`: write at most \
             {most}",
            row.decide_hours.get_ref()
        );
        marks.fault(&row.decide_hours.span(), what);
    }
}
