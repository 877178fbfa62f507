//! The list of reviews.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::state::Chip;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::words::{count, status};
use crate::api::query::Query;
use crate::ask::review::{Row, page};

/// Reviews on a page.
const ROWS: i64 = 50;

/// Where the page begins.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    cursor: String,
}

#[derive(Debug, Template)]
#[template(path = "review/list.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    lead: String,
    rows: Vec<Shown>,
    next: Option<String>,
    is_first: bool,
}

#[derive(Debug, Clone)]
struct Shown {
    reference: String,
    title: String,
    chip: Chip,
    items: String,
    since: At,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let cursor = Some(which.cursor.as_str()).filter(|cursor| !cursor.is_empty());
    let list = page(door, None, cursor, ROWS).await?;
    let frame = Frame::of(&ui, &visitor, Here::Reviews).await?;
    let moments = Moments::new(door.clock.now());
    let known = (list.items, list.next, cursor.is_none());
    Ok(answer::page(StatusCode::OK, &Page::new(frame, known, &moments)))
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (rows, next, is_first): (Vec<Row>, Option<String>, bool),
        moments: &Moments,
    ) -> Self {
        let under_way = rows.iter().filter(|row| row.ended_at.is_none()).count();
        let lead = match under_way {
            0 => "Nobody is asked about any access now.".to_owned(),
            some => format!(
                "{} under way. Each ends when every change is read back, and an auditor has said so.",
                count(i64::try_from(some).unwrap_or(i64::MAX), "review is", "reviews are")
            ),
        };
        let shown = |row: &Row| Shown {
            reference: row.reference.clone(),
            title: row.title.clone(),
            chip: status(&row.status),
            items: count(row.items, "item", "items"),
            since: moments.at(row.began_at.unwrap_or(row.staged_at)),
        };
        Self {
            frame,
            lead,
            rows: rows.iter().map(shown).collect(),
            next: next.map(|cursor| format!("/reviews?cursor={cursor}")),
            is_first,
        }
    }
}
