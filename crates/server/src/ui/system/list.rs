//! The connected systems, and how far their reads can be relied on.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::{Frame, Here, matter};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use crate::api::query::Query;
use crate::ask::system::{Row, page};

/// Systems on a page.
const ROWS: i64 = 50;

/// Which page.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    cursor: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "system/list.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    rows: Vec<Shown>,
    next: Option<String>,
    /// How many have something the matter.
    bad: usize,
}

#[derive(Debug, Clone)]
struct Shown {
    name: String,
    kind: String,
    chip: Chip,
    read: Option<At>,
    ago: String,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let list = page(door, which.cursor.as_deref(), ROWS).await?;
    let frame = Frame::of(&ui, &visitor, Here::Systems).await?;
    let moments = Moments::new(door.clock.now());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, &list.items, list.next, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        rows: &[Row],
        next: Option<String>,
        moments: &Moments,
    ) -> Self {
        let bad = rows.iter().filter(|row| matter(row, moments).is_some()).count();
        Self { frame, rows: rows.iter().map(|row| shown(row, moments)).collect(), next, bad }
    }
}

fn shown(row: &Row, moments: &Moments) -> Shown {
    Shown {
        name: row.name.clone(),
        kind: row.kind.clone(),
        chip: chip(row, moments),
        read: row.last_read_at.map(|at| moments.at(at)),
        ago: row.last_read_at.map(|at| moments.ago(at)).unwrap_or_default(),
    }
}

/// How far the reads of a system can be relied on.
pub(super) fn chip(row: &Row, moments: &Moments) -> Chip {
    let word = matter(row, moments).map(|it| super::super::refusal::sentence(&it));
    match (word, row.held_run.is_some()) {
        (None, _) => Chip::new("ok", "ok", "Read whole"),
        (Some(word), true) => Chip::new("bad", "stop", &word),
        (Some(word), false) => Chip::new("wait", "part", &word),
    }
}
