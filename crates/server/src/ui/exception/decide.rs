//! The one page on which a business owner decides about a risk, in words that need no schooling: what it
//! is, whom it concerns, what keeps it safe, until when, and what happens if they do nothing.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_governance::refusal::Wait;
use countersign_governance::seat::SeatName;

use super::super::asset::Links;
use super::super::form::{Fields, Form, Posted};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::refusal::{Refused, sentence};
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::act::{give, offered, resumed, trouble};
use super::heading::title;
use super::matter::{kept, name, plain_kind};
use super::show::{Known, is_over, known};
use super::told::{Line, listed, told};
use super::trouble::Trouble;
use super::verb::Verb;
use crate::api::exception::find;
use crate::api::problem::Problem;
use crate::ask::exception::PREFIX;

/// Most identities that are named.
const NAMED_MAX: usize = 12;

#[derive(Debug, Template)]
#[template(path = "exception/decide.html")]
pub(in crate::ui) struct Page {
    links: Links,
    reference: String,
    heading: String,
    until: String,
    title: String,
    /// What can come of it.
    danger: String,
    if_nothing: String,
    concerns: Vec<(String, &'static str)>,
    more: usize,
    /// Whom else it concerns and this does not cover, in words; empty when nobody.
    others: String,
    why: [(&'static str, String); 3],
    keeps: Vec<(String, Chip)>,
    who: String,
    can_accept: bool,
    can_reject: bool,
    /// What security objects, while it waits for this person's answer.
    objection: Option<String>,
    /// Why the one who looks cannot decide.
    no: Option<Refused>,
    next: Vec<String>,
    said: String,
    form: Form,
    refused: Option<Refused>,
    /// What others did while it was read.
    meanwhile: Vec<Line>,
    is_stale: bool,
    /// What was typed, where there is no form for it any more.
    kept: String,
    bad: Option<(Verb, String)>,
    typed: Option<(Verb, String)>,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    let known = known(&ui, &visitor, &item, None).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(known, &visitor.name, &moments)))
}

/// What was decided.
pub(in crate::ui) async fn decide(
    State(ui): State<Ui>,
    Path(reference): Path<String>,
    posted: Posted,
) -> Result<Response, Halt> {
    let item = find(&ui.api, &reference).await?;
    let verb = answered(&posted.fields)?;
    let Err(problem) = give(&ui, &posted, &item, verb).await else {
        return Ok(answer::see(&format!("/exceptions/{PREFIX}{}/decide", item.row.number)));
    };
    let trouble = trouble(&posted, verb, &problem);
    if let Some(offered) = offered(&ui, &posted, &trouble, &problem).await? {
        return Ok(offered);
    }
    let now = find(&ui.api, &item.row.id).await?;
    let known = known(&ui, &posted.visitor, &now, Some(trouble)).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(problem.status(), &Page::new(known, &posted.visitor.name, &moments)))
}

/// Which of the answers of the form it is.
fn answered(fields: &Fields) -> Result<Verb, Problem> {
    match fields.get("answer") {
        "accept" => Ok(Verb::Accept),
        "reject" => Ok(Verb::Reject),
        "answer" => Ok(Verb::Answer),
        _ => Err(Problem::malformed("the form does not say what was decided")),
    }
}

/// The page with what was kept, filled in again.
pub(in crate::ui) async fn again(
    ui: &Ui,
    visitor: &Visitor,
    reference: &str,
    fields: Fields,
) -> Result<Response, Halt> {
    let item = find(&ui.api, reference).await?;
    let trouble = resumed(answered(&fields)?, fields, item.sequence);
    let known = known(ui, visitor, &item, Some(trouble)).await?;
    let moments = Moments::new(ui.api.workers.door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(known, &visitor.name, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(known: Known, who: &str, moments: &Moments) -> Self {
        let row = &known.whole.row;
        let can = |wanted: Verb| {
            let mut answers = known.verbs.iter().zip(&known.answers);
            answers.any(|(verb, no)| *verb == wanted && no.is_none())
        };
        let until = moments.last_day(row.until);
        let veto = known.whole.veto.as_ref().filter(|veto| veto.binds && can(Verb::Answer));
        let nodes =
            known.whole.covers.as_ref().map(|it| it.identities.as_slice()).unwrap_or_default();
        let concerns =
            nodes.iter().take(NAMED_MAX).map(|it| (name(it).to_owned(), plain_kind(it.kind)));
        let trouble = known.trouble.as_ref();
        let seen = trouble.and_then(|it| it.stale);
        let since = known.entries.iter().filter(|it| seen.is_some_and(|seen| it.sequence > seen));
        let meanwhile = listed(since).into_iter().map(|it| told(it, &known.people, moments));
        let has_form = |verb: Verb| match verb {
            Verb::Answer => veto.is_some(),
            other => can(other),
        };
        Self {
            meanwhile: meanwhile.collect(),
            kept: match trouble {
                Some(it) if !has_form(it.verb) => it.words().to_owned(),
                Some(_) | None => String::new(),
            },
            links: Links::new(),
            reference: row.reference.clone(),
            heading: heading(&known, can(Verb::Accept), &until),
            title: title(&known).to_owned(),
            danger: known.explanation.clone(),
            if_nothing: if_nothing(&known, &until, moments),
            concerns: concerns.collect(),
            more: nodes.len().saturating_sub(NAMED_MAX),
            others: others(&known),
            why: why(&known),
            keeps: keeps(&known, moments),
            who: who.to_owned(),
            can_accept: can(Verb::Accept),
            can_reject: can(Verb::Reject),
            objection: veto.map(|veto| kept(veto.reason.as_ref())),
            no: not_yours(&known),
            next: next(&known),
            said: said(&known, moments),
            form: known.form.clone(),
            refused: trouble.map(|it| known.people.told(&it.refused)),
            is_stale: trouble.is_some_and(|it| it.stale.is_some()),
            bad: trouble.and_then(bad),
            typed: trouble.map(|it| (it.verb, it.words().to_owned())),
            until,
        }
    }

    /// What was typed into the form of a verb.
    fn typed_for(&self, verb: &str) -> &str {
        let typed = self.typed.as_ref().filter(|(of, _)| of.name() == verb);
        typed.map_or("", |(_, words)| words.as_str())
    }

    fn bad(&self, verb: &str) -> Option<&str> {
        self.bad.as_ref().filter(|(of, _)| of.name() == verb).map(|(_, words)| words.as_str())
    }
}

fn bad(trouble: &Trouble) -> Option<(Verb, String)> {
    trouble.refused.field.as_ref()?;
    Some((trouble.verb, trouble.refused.why.clone()))
}

fn heading(known: &Known, can_accept: bool, until: &str) -> String {
    match known.whole.row.status.as_str() {
        "in_review" if can_accept => format!("Do you accept this risk until {until}?"),
        "in_review" => format!("A risk that somebody may accept until {until}"),
        "active" => format!("This risk is accepted until {until}"),
        "suspended" => "This acceptance does not count at the moment".to_owned(),
        "rejected" => "This risk was not accepted".to_owned(),
        _ => "There is nothing to decide here any more".to_owned(),
    }
}

fn if_nothing(known: &Known, until: &str, moments: &Moments) -> String {
    let row = &known.whole.row;
    let due = row.finding_due_at.map(|at| moments.at(at).words);
    match (row.status.as_str(), due) {
        ("in_review", Some(due)) => format!(
            "the risk is not accepted. It must be removed by {due}; after that it counts as late. Nothing is switched off by itself. The request lapses after {until}."
        ),
        ("in_review", None) => {
            format!("the risk is not accepted and stays open. The request lapses after {until}.")
        }
        ("active", _) => format!(
            "it ends by itself after {until}, and the risk is open again. If a check fails before that, it ends at once and you hear of it here."
        ),
        ("suspended", _) => "it stays out of force, and the risk counts as open.".to_owned(),
        (_, _) => String::new(),
    }
}

/// Whom else it concerns and this does not cover.
fn others(known: &Known) -> String {
    let whole = &known.whole;
    let least = if whole.not_covered_exact { "" } else { "At least " };
    match whole.not_covered_total {
        0 => String::new(),
        1 => format!("{least}1 more has the same access. That is not part of this decision."),
        many => {
            format!("{least}{many} more have the same access. They are not part of this decision.")
        }
    }
}

fn why(known: &Known) -> [(&'static str, String); 3] {
    let why = &known.whole.why;
    [
        ("What it is needed for", kept(why.need.as_ref())),
        ("Why it is not removed now", kept(why.not_removable.as_ref())),
        ("What would change that", kept(why.would_change.as_ref())),
    ]
}

fn keeps(known: &Known, moments: &Moments) -> Vec<(String, Chip)> {
    let keeps = known.whole.controls.iter().map(|control| {
        let at = control.tested_at.map(|at| moments.at(at).words).unwrap_or_default();
        let chip = match control.verdict.as_deref() {
            None => Chip::new("wait", "wait", "Not checked yet; before that nothing counts"),
            Some("passed") => Chip::new("ok", "ok", &format!("Checked {at}: it works")),
            Some("failed") => Chip::new("bad", "stop", &format!("Checked {at}: it does not work")),
            Some(_) => Chip::new("wait", "unk", &format!("Tried {at}: it could not be checked")),
        };
        (kept(control.what.as_ref()), chip)
    });
    keeps.collect()
}

/// Why the one who looks cannot decide what others could.
fn not_yours(known: &Known) -> Option<Refused> {
    let mut answers = known.verbs.iter().zip(&known.answers);
    let no = answers.find(|(verb, _)| **verb == Verb::Accept).and_then(|(_, no)| no.as_ref());
    no.map(|no| known.people.told(no))
}

/// What has been decided already.
fn said(known: &Known, moments: &Moments) -> String {
    let row = &known.whole.row;
    let signed = known.whole.signatures.iter().find(|it| it.seat == "business");
    match (signed, row.status.as_str()) {
        (_, "rejected") => {
            "It was not accepted. Nothing is excepted, and the risk must be removed.".to_owned()
        }
        (Some(it), _) => {
            let At { words, .. } = moments.at(it.at);
            format!("{} accepted it on {words}.", sentence(&known.people.name(&it.person)))
        }
        (None, _) => String::new(),
    }
}

/// What happens next, in plain words.
fn next(known: &Known) -> Vec<String> {
    let row = &known.whole.row;
    if is_over(&row.status) {
        return Vec::new();
    }
    let is_owner = row.owner == known.you;
    let waits = known.whole.waits.iter();
    let mut next: Vec<String> = waits.map(|wait| plain(wait, is_owner)).collect();
    if row.status == "active" {
        next.push("The protections above are checked again and again; if one fails, it is suspended at once.".to_owned());
        next.push(format!("You look at it again every {} days.", known.whole.review_days));
    } else if next.is_empty() && row.status == "suspended" {
        next.push("The team that runs the system must put it back in force.".to_owned());
    } else {
        next.push("When all of this is there it counts, by itself, until its end.".to_owned());
    }
    next
}

fn plain(wait: &Wait, is_owner: bool) -> String {
    match wait {
        Wait::Seat(SeatName::Business) if is_owner => "You decide, above.".to_owned(),
        Wait::Answer if is_owner => "You answer what security objects, above.".to_owned(),
        Wait::Seat(SeatName::Business) => "The owner decides.".to_owned(),
        Wait::Seat(SeatName::Control) => {
            "The team that runs the system confirms that the protections are in place.".to_owned()
        }
        Wait::Seat(SeatName::Legal) => {
            "The legal department signs, as the kind of work or the weight of the risk asks for it."
                .to_owned()
        }
        Wait::Seat(seat) => format!("The {seat} seat signs."),
        Wait::Answer => "The owner answers what security objects.".to_owned(),
        Wait::Owner => {
            "Whoever was to carry the risk is not there any more: security ends it.".to_owned()
        }
        Wait::Rules => {
            "Another server must be asked: this one cannot tell whether the legal department signs."
                .to_owned()
        }
        Wait::Control(number) => format!("Protection {number} is checked and found to work."),
    }
}
