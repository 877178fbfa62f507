//! Before a fix is ordered: exactly what would run in the system, how it is taken back, and what stands
//! in the way. Where a system is only read, the same page is the script for a person.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;

use super::super::form::Form;
use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::deed::{Verb, answers};
use super::read::titles;
use super::show::case_word;
use crate::api::finding::{find, preview};
use crate::ask::finding::whole;

#[derive(Debug, Template)]
#[template(path = "finding/order.html")]
pub(in crate::ui) struct Page {
    pub(in crate::ui) frame: Frame,
    pub(in crate::ui) reference: String,
    pub(in crate::ui) title: String,
    pub(in crate::ui) system: String,
    pub(in crate::ui) read_only: bool,
    pub(in crate::ui) script: Vec<String>,
    pub(in crate::ui) undo: Vec<String>,
    pub(in crate::ui) obstacles: Vec<String>,
    /// Why there is no preview.
    pub(in crate::ui) fault: Option<Refused>,
    /// Whether it waits to be ordered.
    pub(in crate::ui) is_chosen: bool,
    pub(in crate::ui) no: Option<Refused>,
    pub(in crate::ui) form: Form,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(reference): Path<String>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let item = find(&ui.api, &reference).await?;
    let whole = whole(door, &item).await?;
    let no = answers(&ui, &visitor, (&whole, &[]), &[Verb::Order]).await?;
    let shown = preview::shown(&ui.api, &item).await;
    let (shown, fault) = match shown {
        Ok(shown) => (Some(shown), None),
        Err(problem) => (None, Some(Refused::of("", &problem))),
    };
    let (system, read_only) = shown
        .as_ref()
        .map_or_else(Default::default, |shown| (shown.system.clone(), shown.read_only));
    let preview = shown.map(|shown| shown.preview);
    let (script, undo, obstacles) =
        preview.map_or_else(Default::default, |it| (it.script, it.undo, it.obstacles));
    let page = Page {
        frame: Frame::of(&ui, &visitor, Here::Findings).await?,
        reference: whole.row.reference.clone(),
        title: titles(door)(&whole.row.rule),
        system,
        read_only,
        script,
        undo,
        obstacles,
        fault,
        is_chosen: case_word(&whole, "/stage/stage") == Some("chosen"),
        no: no.into_iter().next().flatten(),
        form: Form::new(&ui, &visitor, whole.row.sequence)?,
    };
    Ok(answer::page(StatusCode::OK, &page))
}
