//! One item of a review with what stands beside a decision: last use, peers, direct sources and who gave
//! them, and the findings that it takes part in. Each decision is a button with a key of its own.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::finding::by_fingerprint;
use countersign_store::read::item::Filter;
use jiff::SignedDuration;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::{Halt, encoded};
use super::super::moment::{At, Dial, Moments};
use super::super::person::{People, Who, active};
use super::super::refusal::{Refused, sentence};
use super::super::state::{Chip, Level};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{decision, kind, standing};
use crate::api::query::Path;
use crate::ask::finding::PREFIX as FINDING;
use crate::ask::review::item::{ItemWhole, item_whole, items};
use crate::door::NotDone;

/// The decisions that are buttons, each with its key.
const BUTTONS: [(&str, &str, &str); 8] = [
    ("keep", "k", "K"),
    ("revoke", "r", "R"),
    ("reduce", "d", "D"),
    ("rescope", "w", "W"),
    ("short_lived", "l", "L"),
    ("just_in_time", "j", "J"),
    ("exception", "e", "E"),
    ("not_mine", "n", "N"),
];

/// For how long a day is written into the field at first, where the plan lets it.
const UNTIL_DAYS: i64 = 90;

#[derive(Debug, Template)]
#[template(path = "review/item.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    refused: Option<Refused>,
    reference: String,
    number: i64,
    title: String,
    chip: Chip,
    clock: Option<Dial>,
    kind: String,
    system: String,
    identity: Option<String>,
    used: Option<At>,
    peers: String,
    sources: Vec<Source>,
    more_sources: usize,
    conflicts: Vec<Conflict>,
    decisions: Vec<Decided>,
    finding: Option<(String, String)>,
    reviewers: Vec<Who>,
    /// Whether the one who looks is asked.
    is_asked: bool,
    can_delegate: bool,
    buttons: Vec<(&'static str, &'static str, &'static str, &'static str)>,
    until: String,
    until_max: String,
    reason: String,
    choices: Vec<Who>,
    next: Option<i64>,
    form: Form,
}

#[derive(Debug, Clone)]
struct Source {
    name: String,
    how: String,
    by: String,
    since: Option<At>,
    place: String,
}

#[derive(Debug, Clone)]
struct Conflict {
    title: String,
    level: Level,
    /// The finding, where it is recorded.
    reference: Option<String>,
}

#[derive(Debug, Clone)]
struct Decided {
    words: String,
    at: At,
    reason: String,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) reference: String,
    pub(in crate::ui) whole: ItemWhole,
    /// Days for which access can be kept.
    pub(in crate::ui) days_max: i64,
    pub(in crate::ui) is_running: bool,
    pub(in crate::ui) started_by: String,
    pub(in crate::ui) people: People,
    pub(in crate::ui) you: String,
    /// The references of the findings that it takes part in, by fingerprint.
    pub(in crate::ui) findings: Vec<Option<String>>,
    pub(in crate::ui) choices: Vec<Who>,
    pub(in crate::ui) next: Option<i64>,
    pub(in crate::ui) form: Form,
    pub(in crate::ui) refused: Option<Refused>,
    pub(in crate::ui) reason: String,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path((reference, number)): Path<(String, i64)>,
) -> Result<Response, Halt> {
    render(&ui, &visitor, (&reference, number), (StatusCode::OK, None, String::new())).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (reference, number): (&str, i64),
    (code, refused, reason): (StatusCode, Option<Refused>, String),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let review = crate::api::review::find(&ui.api, reference).await?;
    let item = crate::api::review::find_item(&ui.api, &review, number).await?;
    let whole = item_whole(door, &review, &item).await?;
    let case = crate::ask::review::case(&review)?;
    let you = visitor.person.to_string();
    let mut findings = Vec::new();
    for part in whole.access.iter().flat_map(|access| &access.findings) {
        let found = by_fingerprint(&door.store, &part.fingerprint).await.map_err(NotDone::Store)?;
        findings.push(found.map(|it| format!("{FINDING}{}", it.row.number)));
    }
    let ids = whole.decisions.iter().flat_map(|it| [Some(it.by.clone()), it.in_place_of.clone()]);
    let ids: Vec<String> = ids.flatten().chain(whole.row.reviewers.clone()).collect();
    let filter = Filter { reviewer: Some(&you), ..Filter::default() };
    let after = items(door, &review.row.id, &filter, (None, super::queue::ROWS)).await?.items;
    let numbers: Vec<i64> = after.iter().map(|it| it.number).filter(|it| *it != number).collect();
    let next = numbers.iter().find(|it| **it > number).or(numbers.first()).copied();
    let known = Known {
        reference: format!("{}{}", crate::ask::review::PREFIX, review.row.number),
        days_max: case.as_ref().map_or(0, |case| i64::from(case.plan.keep_days_max)),
        is_running: review.row.status == "active",
        started_by: case
            .and_then(|case| case.started_by)
            .map_or_else(String::new, |id| id.to_string()),
        people: People::of(door, &you, ids).await?,
        choices: active(door, &you).await?.into_iter().filter(|who| !who.is_you).collect(),
        form: Form::new(ui, visitor, item.sequence)?,
        whole,
        you,
        findings,
        next,
        refused,
        reason,
    };
    let frame = Frame::of(ui, visitor, Here::Reviews).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(code, &Page::new(frame, known, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { whole, people, .. } = known;
        let row = &whole.row;
        let erased = || "erased".to_owned();
        let who = row.identity.clone().unwrap_or_else(erased);
        let what = row.entitlement.clone().unwrap_or_else(erased);
        let is_open = row.standing == "open" && known.is_running;
        let is_asked = is_open && row.reviewers.contains(&known.you);
        let days = |days: i64| {
            let end = moments.now.checked_add(SignedDuration::from_hours(24 * days));
            moments.day_before(end.unwrap_or(moments.now))
        };
        let began = whole.decisions.last().map_or(moments.now, |it| it.at);
        let access = whole.access.as_ref();
        let sources = access.iter().flat_map(|it| &it.sources);
        let parts = access.iter().flat_map(|it| &it.findings).zip(known.findings);
        let conflict = |(part, reference): (&crate::review::frozen::Part, _)| Conflict {
            title: part.title.clone(),
            level: Level::of(part.severity.as_str()),
            reference,
        };
        Self {
            frame,
            refused: known.refused.map(|no| people.told(&no)),
            number: row.number,
            title: format!("{who} has {what}"),
            chip: standing(&row.standing, row.wish.as_deref()),
            clock: whole.due_at.map(|due| moments.dial(began.min(due), due, due <= moments.now)),
            kind: kind(row.identity_kind.as_deref()),
            system: row.system.clone(),
            identity: row.identity_id.as_deref().map(encoded),
            used: row.last_used.map(|at| moments.at(at)),
            peers: row
                .peers_have
                .zip(row.peers_of)
                .map_or_else(|| "not known".to_owned(), |(have, of)| format!("{have} of {of}")),
            more_sources: access.map_or(0, |it| it.sources_total.saturating_sub(it.sources.len())),
            sources: sources.map(|it| source(it, moments)).collect(),
            conflicts: parts.map(conflict).collect(),
            decisions: whole.decisions.iter().map(|it| decided(it, &people, moments)).collect(),
            finding: whole.finding.clone().zip(whole.finding_status.as_deref().map(finding_words)),
            reviewers: row.reviewers.iter().map(|id| people.who(id)).collect(),
            can_delegate: is_asked || (is_open && known.started_by == known.you),
            is_asked,
            buttons: BUTTONS
                .iter()
                .map(|(name, key, shown)| (*name, decision(name), *key, *shown))
                .collect(),
            until: days(known.days_max.min(UNTIL_DAYS)),
            until_max: days(known.days_max),
            reason: known.reason,
            choices: known.choices,
            next: known.next,
            reference: known.reference,
            form: known.form,
        }
    }
}

fn finding_words(status: &str) -> String {
    super::super::state::status_words(status).to_lowercase()
}

fn source(it: &crate::review::frozen::Source, moments: &Moments) -> Source {
    Source {
        name: it.node.name.clone(),
        how: it.edge.as_str().replace('_', " "),
        by: it.grantor.clone().unwrap_or_default(),
        since: it.granted_at.map(|at| moments.at(at)),
        place: format!("{}: {}", it.because.source, it.because.locator),
    }
}

fn decided(it: &crate::ask::review::item::Decision, people: &People, moments: &Moments) -> Decided {
    let by = sentence(&people.name(&it.by));
    let of = it.in_place_of.as_ref().map(|other| format!(" for {}", people.name(other)));
    let until = it.until.map(|at| format!(" until {}", moments.last_day(at)));
    let bulk =
        if it.at_once > 1 { format!(", with {} at once", it.at_once) } else { String::new() };
    Decided {
        words: format!(
            "{by}{} in stage {}: {}{}{bulk}",
            of.unwrap_or_default(),
            it.stage,
            decision(&it.verdict).to_lowercase(),
            until.unwrap_or_default()
        ),
        at: moments.at(it.at),
        reason: it.reason.clone().unwrap_or_default(),
    }
}
