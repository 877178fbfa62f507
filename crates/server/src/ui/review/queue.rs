//! What waits for the one who looks in one review: a list in which nothing is chosen beforehand, and one
//! form for a decision about those that they choose, with one reason. Decided by one, it is gone from the
//! queues of all.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::item::Filter;
use serde::Deserialize;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::refusal::Refused;
use super::super::state::{Chip, Level};
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{decision, kind, standing};
use crate::api::query::{Path, Query};
use crate::api::review::decide::DECISIONS;
use crate::ask::review::item::{ItemRow, items};

/// Items on a page: as many as one form can carry.
pub(in crate::ui) const ROWS: i64 = 40;

/// Which items.
#[derive(Debug, Clone, Default, Deserialize)]
pub(in crate::ui) struct Which {
    /// `mine`, which is what an empty field means; `all`, `decided`, `unused` or `grave`.
    #[serde(default)]
    pub(in crate::ui) of: String,
    #[serde(default)]
    pub(in crate::ui) cursor: String,
}

/// A tab: name, word, and whether it is shown.
#[derive(Debug, Clone)]
struct Tab {
    address: String,
    words: &'static str,
    is_here: bool,
}

#[derive(Debug, Template)]
#[template(path = "review/queue.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    refused: Vec<(String, Refused)>,
    reference: String,
    title: String,
    tabs: Vec<Tab>,
    rows: Vec<Shown>,
    next: Option<String>,
    /// Whether those that are shown wait for the one who looks.
    is_mine: bool,
    decisions: Vec<(&'static str, &'static str)>,
    form: Form,
    reason: String,
    is_running: bool,
}

#[derive(Debug, Clone)]
struct Shown {
    number: i64,
    identity: String,
    kind: String,
    entitlement: String,
    system: String,
    used: Option<At>,
    peers: String,
    level: Option<Level>,
    chip: Chip,
}

/// All that the page is made of.
pub(in crate::ui) struct Known {
    pub(in crate::ui) reference: String,
    pub(in crate::ui) title: String,
    pub(in crate::ui) status: String,
    pub(in crate::ui) rows: Vec<ItemRow>,
    pub(in crate::ui) next: Option<String>,
    pub(in crate::ui) form: Form,
    /// What was not done about which item.
    pub(in crate::ui) refused: Vec<(String, Refused)>,
    /// What was typed.
    pub(in crate::ui) reason: String,
}

/// The page.
pub(in crate::ui) async fn queue(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    render(&ui, &visitor, (&reference, which), (StatusCode::OK, Vec::new(), String::new())).await
}

/// The page, after something that did not work.
pub(super) async fn render(
    ui: &Ui,
    visitor: &Visitor,
    (reference, which): (&str, Which),
    (code, refused, reason): (StatusCode, Vec<(String, Refused)>, String),
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let review = crate::api::review::find(&ui.api, reference).await?;
    let you = visitor.person.to_string();
    let filter = match which.of.as_str() {
        "all" => Filter::default(),
        "decided" => Filter { standing: Some("kept"), ..Filter::default() },
        "changing" => Filter { standing: Some("changing"), ..Filter::default() },
        "unused" => Filter { reviewer: Some(&you), never_used: true, ..Filter::default() },
        "grave" => Filter { reviewer: Some(&you), severity: 3, ..Filter::default() },
        _ => Filter { reviewer: Some(&you), ..Filter::default() },
    };
    let cursor = Some(which.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let list = items(door, &review.row.id, &filter, (cursor, ROWS)).await?;
    let known = Known {
        reference: format!("{}{}", crate::ask::review::PREFIX, review.row.number),
        title: review.row.title.clone(),
        status: review.row.status.clone(),
        rows: list.items,
        next: list.next,
        form: Form::new(ui, visitor, review.sequence)?,
        refused,
        reason,
    };
    let frame = Frame::of(ui, visitor, Here::Reviews).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(code, &Page::new(frame, known, &which, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, known: Known, which: &Which, moments: &Moments) -> Self {
        let at = format!("/reviews/{}/queue", known.reference);
        let tab = |of: &str, words| Tab {
            address: if of.is_empty() { at.clone() } else { format!("{at}?of={of}") },
            words,
            is_here: which.of == of || (of.is_empty() && which.of == "mine"),
        };
        let tabs = vec![
            tab("", "Waits for you"),
            tab("unused", "Use not known"),
            tab("grave", "Takes part in a grave finding"),
            tab("changing", "To change"),
            tab("decided", "Kept"),
            tab("all", "All"),
        ];
        let is_mine = matches!(which.of.as_str(), "" | "mine" | "unused" | "grave");
        let of = if which.of.is_empty() { "mine" } else { which.of.as_str() };
        Self {
            rows: known.rows.iter().map(|row| shown(row, moments)).collect(),
            next: known.next.map(|cursor| format!("{at}?of={of}&cursor={cursor}")),
            decisions: DECISIONS.iter().map(|name| (*name, decision(name))).collect(),
            is_running: known.status == "active",
            refused: known.refused,
            reference: known.reference,
            title: known.title,
            form: known.form,
            reason: known.reason,
            is_mine,
            tabs,
            frame,
        }
    }
}

fn shown(row: &ItemRow, moments: &Moments) -> Shown {
    let erased = || "erased".to_owned();
    let peers = row.peers_have.zip(row.peers_of);
    Shown {
        number: row.number,
        identity: row.identity.clone().unwrap_or_else(erased),
        kind: kind(row.identity_kind.as_deref()),
        entitlement: row.entitlement.clone().unwrap_or_else(erased),
        system: row.system.clone(),
        used: row.last_used.map(|at| moments.at(at)),
        peers: peers.map(|(have, of)| format!("{have} of {of}")).unwrap_or_default(),
        level: row.severity.as_deref().map(Level::of),
        chip: standing(&row.standing, row.wish.as_deref()),
    }
}
