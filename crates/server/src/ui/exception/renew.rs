//! The form that renews an exception: the form that asks for one, empty by design, with what the last
//! period showed beside it, and the steps by which the access goes.

use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::exception::Item;
use jiff::Timestamp;

use super::super::Ui;
use super::super::form::{Fields, Posted};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::visitor::Visitor;
use super::matter::kept;
use super::propose::{Typed, filled_again, known, render, sent};
use crate::api::exception::find;
use crate::api::exception::renew::{Anew, Step};
use crate::api::problem::Problem;
use crate::ask::exception::whole::case;
use crate::ask::exception::{PREFIX, renewed};
use crate::ask::finding::PREFIX as FINDING;
use crate::renewal::{Period, last_period, limits};

/// Steps on the form; the API takes more.
const STEPS: usize = 3;

/// The exception that is renewed.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Renewing {
    pub(in crate::ui) of: Item,
    pub(in crate::ui) reference: String,
    /// Which renewal it would be.
    pub(in crate::ui) number: u32,
    /// Most renewals, by tier; nothing where this server cannot tell.
    pub(in crate::ui) most: Option<u32>,
    /// Whether it needs a plan.
    pub(in crate::ui) needs_plan: bool,
    pub(in crate::ui) last: Last,
}

/// What the last period showed, in words.
#[derive(Debug, Clone, Default)]
pub(in crate::ui) struct Last {
    pub(super) since: String,
    pub(super) tests: Vec<String>,
    pub(super) used: String,
    pub(super) suspended: String,
    pub(super) would: String,
}

/// What a renewal renews, as its own page shows it.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Renewal {
    pub(super) of: String,
    pub(super) number: u32,
    pub(super) used_for: String,
    pub(super) last: Option<Last>,
    pub(super) plan: Vec<(At, String)>,
}

/// The form.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let (finding, renewing) = renewing(&ui, &reference).await?;
    let known = known(&ui, &visitor, &finding, Some(renewing)).await?;
    render(&ui, &visitor, known, (StatusCode::OK, Typed::default())).await
}

/// What was sent.
pub(in crate::ui) async fn send(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let (finding, renewing) = renewing(&ui, &reference).await?;
    let known = known(&ui, &posted.visitor, &finding, Some(renewing)).await?;
    sent(&ui, &posted, known).await
}

/// The form that was kept, filled in again.
pub(in crate::ui) async fn again(
    ui: &Ui,
    visitor: &Visitor,
    reference: &str,
    fields: Fields,
) -> Result<Response, Halt> {
    let (finding, renewing) = renewing(ui, reference).await?;
    let known = known(ui, visitor, &finding, Some(renewing)).await?;
    filled_again(ui, visitor, known, fields).await
}

/// The finding of an exception, and what its renewal would be.
async fn renewing(ui: &Ui, reference: &str) -> Result<(String, Renewing), Halt> {
    let door = &ui.api.workers.door;
    let item = find(&ui.api, reference).await?;
    let case = case(&item)?.ok_or_else(|| Problem::unknown("exception"))?;
    let period = last_period(door, &case).await?;
    let limits = limits(door, &case).await?;
    let renewing = Renewing {
        reference: format!("{PREFIX}{}", item.row.number),
        number: case.renewal().saturating_add(1),
        most: limits.map(|it| it.renewals_max),
        needs_plan: limits.is_some_and(|it| it.needs_plan),
        last: Last::of(&period, &Moments::new(door.clock.now())),
        of: item,
    };
    Ok((format!("{FINDING}{}", renewing.of.finding_number), renewing))
}

impl Renewing {
    /// The numbers of the steps on the form.
    pub(super) fn steps(&self) -> Vec<String> {
        (1..=STEPS).map(|number| number.to_string()).collect()
    }

    /// What was typed beyond a first proposal.
    pub(super) fn anew(&self, posted: &Posted, moments: &Moments) -> Result<Anew, Problem> {
        let fields = &posted.fields;
        let mut plan = Vec::new();
        for number in 1..=STEPS {
            let (what, day) = (format!("plan_what-{number}"), format!("plan_by-{number}"));
            if fields.get(&what).is_empty() && fields.get(&day).is_empty() {
                continue;
            }
            let by = moments.end_of(fields.get(&day));
            let lacks = || Problem::malformed_at(Some(&day), "give the day, like 2027-03-31");
            plan.push(Step { what: fields.get(&what).to_owned(), by: by.ok_or_else(lacks)? });
        }
        Ok(Anew { used_for: fields.get("used_for").to_owned(), plan })
    }

    /// The same as somebody would say it, with words in place of theirs.
    pub(super) fn trial(until: Timestamp) -> Anew {
        let words = || "a look at what would be answered".to_owned();
        Anew { used_for: words(), plan: vec![Step { what: words(), by: until }] }
    }
}

impl Last {
    pub(super) fn of(period: &Period, moments: &Moments) -> Self {
        let since = match period.from {
            Some(from) => format!("Since {}", moments.at(from).words),
            None => "It was never in force".to_owned(),
        };
        let tests = period.controls.iter().map(|it| {
            let (passed, failed, unknown) = (it.passed, it.failed, it.unknown);
            format!(
                "Control {}: {passed} passed, {failed} failed, {unknown} could not be made",
                it.control
            )
        });
        let cut = period.partial.then(|| "There are more tests than were counted".to_owned());
        Self {
            since,
            tests: tests.chain(cut).collect(),
            used: match period.last_used {
                Some(at) => format!("{}, {}", moments.at(at).words, moments.ago(at)),
                None => "No source says when".to_owned(),
            },
            suspended: match period.suspended {
                0 => "Never".to_owned(),
                1 => "Once".to_owned(),
                many => format!("{many} times"),
            },
            would: match period.would.as_str() {
                "pass" => "The rule would pass now: the combination is gone".to_owned(),
                _ => "The rule would fail now: the combination is still there".to_owned(),
            },
        }
    }
}

impl Renewal {
    pub(super) fn of(it: &renewed::Renews, moments: &Moments) -> Self {
        let plan = it.plan.iter().map(|step| (moments.at(step.by), kept(step.what.as_ref())));
        Self {
            of: it.exception.clone(),
            number: it.renewal,
            used_for: kept(it.used_for.as_ref()),
            last: it.evidence.as_ref().map(|period| Last::of(period, moments)),
            plan: plan.collect(),
        }
    }
}
