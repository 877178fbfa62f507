//! One review: how far it is by stage, who is silent, how people decide, and the forms of what can be done
//! with it as it stands.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::{People, Who};
use super::super::refusal::Refused;
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{count, status};
use crate::api::query::Path;
use crate::ask::review::{Quality, Whole, whole};

/// A verb that a form of this page sends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::ui) struct Deed {
    /// As its address ends.
    pub(in crate::ui) verb: &'static str,
    /// What the button says.
    pub(in crate::ui) says: &'static str,
    /// What follows from it.
    pub(in crate::ui) then: &'static str,
    /// Whether it takes a reason.
    pub(in crate::ui) reasoned: bool,
}

#[derive(Debug, Template)]
#[template(path = "review/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    refused: Option<Refused>,
    reference: String,
    title: String,
    chip: Chip,
    lead: String,
    reason: String,
    sum: String,
    /// Shares of 100 that are kept, changed with proof, to change.
    bars: [i64; 3],
    stages: Vec<Stage>,
    silent: Vec<Silent>,
    quality: Vec<(String, String)>,
    reviewers: Vec<Reviewer>,
    deeds: Vec<Deed>,
    mine: i64,
    form: Form,
    typed: String,
}

#[derive(Debug, Clone)]
struct Stage {
    name: String,
    open: i64,
    decided: i64,
    due: Option<At>,
}

#[derive(Debug, Clone)]
struct Silent {
    who: Who,
    stage: i64,
    items: i64,
}

#[derive(Debug, Clone)]
struct Reviewer {
    who: Who,
    decisions: i64,
    in_bulk: i64,
    seconds: String,
    with_use: i64,
    against_use: i64,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) whole: Whole,
    pub(in crate::ui) people: People,
    pub(in crate::ui) you: String,
    pub(in crate::ui) silence: String,
    pub(in crate::ui) form: Form,
    pub(in crate::ui) refused: Option<Refused>,
    /// What was typed and not taken.
    pub(in crate::ui) typed: String,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    render(&ui, &visitor, &reference, (StatusCode::OK, None, String::new())).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    reference: &str,
    (code, refused, typed): (StatusCode, Option<Refused>, String),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let item = crate::api::review::find(&ui.api, reference).await?;
    let whole = whole(door, &item).await?;
    let case = crate::ask::review::case(&item)?;
    let silence = case.map_or("", |case| case.plan.no_answer.as_str()).to_owned();
    let you = visitor.person.to_string();
    let by = whole.quality.by.iter().map(|it| it.person.clone());
    let ids: Vec<String> = whole.silent.iter().map(|it| it.person.clone()).chain(by).collect();
    let form = Form::new(ui, visitor, whole.row.sequence)?;
    let people = People::of(door, &you, ids).await?;
    let known = Known { whole, people, you, silence, form, refused, typed };
    let frame = Frame::of(ui, visitor, Here::Reviews).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(code, &Page::new(frame, known, &moments)))
}

/// What can be done with a review that stands so.
fn deeds(status: &str) -> Vec<Deed> {
    let deed = |verb, says, then, reasoned| Deed { verb, says, then, reasoned };
    let cancel = deed(
        "cancel",
        "End it before it is through",
        "What was decided stays decided; findings that it opened go on to their proof.",
        true,
    );
    match status {
        "staged" => vec![
            deed(
                "start",
                "Start it",
                "Its items are frozen as the graph shows them now and put before those who are asked.",
                false,
            ),
            cancel,
        ],
        "opening" => vec![cancel],
        "active" => vec![
            deed(
                "pause",
                "Let it rest",
                "Nobody decides meanwhile, and what is due is due so much later.",
                true,
            ),
            cancel,
        ],
        "paused" => vec![
            deed(
                "resume",
                "Let it go on",
                "What was due is due later by as long as it rested.",
                false,
            ),
            cancel,
        ],
        "proven" => vec![
            deed(
                "accept",
                "Accept it",
                "You say as an auditor that it holds. Whoever took part in it does not.",
                true,
            ),
            deed(
                "reject",
                "Reject it",
                "You say as an auditor that it does not hold; it is planned anew.",
                true,
            ),
        ],
        _ => Vec::new(),
    }
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, moments: &Moments) -> Self {
        let Known { whole, people, .. } = known;
        let progress = whole.progress;
        let decided = progress.items.saturating_sub(progress.open);
        let share = |part: i64| part.saturating_mul(100).checked_div(progress.items).unwrap_or(0);
        let stage = |it: &crate::ask::review::Stage| Stage {
            name: format!("Stage {}", it.number),
            open: it.open,
            decided: it.decided,
            due: it.due_at.map(|at| moments.at(at)),
        };
        let silent = |it: &crate::ask::review::Silent| Silent {
            who: people.who(&it.person),
            stage: it.stage,
            items: it.items,
        };
        let mine = whole.silent.iter().filter(|it| it.person == known.you).map(|it| it.items).sum();
        Self {
            frame,
            reference: whole.row.reference.clone(),
            title: whole.row.title.clone(),
            chip: status(&whole.row.status),
            lead: lead(&whole, &known.silence),
            reason: whole.reason.clone().unwrap_or_default(),
            sum: format!("{decided} of {} decided", progress.items),
            bars: [share(progress.kept), share(progress.proven), share(progress.changing)],
            stages: whole.stages.iter().map(stage).collect(),
            silent: whole.silent.iter().map(silent).collect(),
            quality: quality(&whole.quality),
            reviewers: whole.quality.by.iter().map(|it| reviewer(it, &people)).collect(),
            deeds: deeds(&whole.row.status),
            mine,
            form: known.form,
            refused: known.refused.map(|no| people.told(&no)),
            typed: known.typed,
        }
    }
}

fn lead(whole: &Whole, silence: &str) -> String {
    let progress = &whole.progress;
    match whole.row.status.as_str() {
        "staged" => format!(
            "{} would be asked about. Nobody was asked anything yet.",
            count(whole.row.items, "item", "items")
        ),
        "opening" => format!(
            "{} of {} are before people so far; the first stage begins when all are.",
            progress.items, whole.row.items
        ),
        "active" | "paused" => format!(
            "{} to decide. {}",
            count(progress.open, "item is left", "items are left"),
            match silence {
                "escalate" => "No answer in time asks somebody else once, and then means revoke.",
                _ => "No answer in time means revoke.",
            }
        ),
        "remediating" => format!(
            "Everything is decided. {} not proven yet: a review is over when the systems show each of them.",
            count(progress.changing, "change is", "changes are")
        ),
        "proven" => format!(
            "{} kept, {} proven by what the systems showed afterwards. An auditor accepts or rejects it.",
            progress.kept,
            count(progress.proven, "change", "changes")
        ),
        _ => format!("{} kept, {} changed with proof.", progress.kept, progress.proven),
    }
}

fn quality(it: &Quality) -> Vec<(String, String)> {
    if it.decisions == 0 {
        return Vec::new();
    }
    let seconds = it.median_seconds.map_or_else(|| "not known".to_owned(), |it| format!("{it} s"));
    vec![
        ("Median between two decisions".to_owned(), seconds),
        ("Decided in bulk".to_owned(), format!("{} of {}", it.in_bulk, it.decisions)),
        ("With the last use".to_owned(), it.with_use.to_string()),
        ("Against the last use".to_owned(), it.against_use.to_string()),
    ]
}

fn reviewer(it: &crate::ask::review::Reviewer, people: &People) -> Reviewer {
    Reviewer {
        who: people.who(&it.person),
        decisions: it.decisions,
        in_bulk: it.in_bulk,
        seconds: it.median_seconds.map_or_else(String::new, |it| format!("{it} s")),
        with_use: it.with_use,
        against_use: it.against_use,
    }
}
