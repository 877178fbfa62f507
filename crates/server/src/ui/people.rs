//! Everybody who is appointed: where they sit, to whom they report, and who is here from outside for one
//! case. Appoints nobody.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::frame::{Frame, Here};
use super::halt::Halt;
use super::moment::{At, Moments};
use super::person::{People, initials, seats};
use super::visitor::Visitor;
use super::{Ui, answer};
use crate::api::query::Query;
use crate::ask::person::{Row, page};

/// People on a page.
const ROWS: i64 = 100;

/// Which page.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    cursor: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "people.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    rows: Vec<Shown>,
    next: Option<String>,
}

#[derive(Debug, Clone)]
struct Shown {
    name: String,
    initials: String,
    seats: String,
    /// The case of somebody from outside, and until when.
    only: Option<(String, At)>,
    above: String,
    is_active: bool,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let list = page(door, which.cursor.as_deref(), ROWS).await?;
    let above = list.items.iter().filter_map(|row| row.manager.clone());
    let people = People::of(door, &visitor.person.to_string(), above).await?;
    let frame = Frame::of(&ui, &visitor, Here::Accountability).await?;
    let moments = Moments::new(door.clock.now());
    let page = Page::new(frame, (&list.items, list.next), &people, &moments);
    Ok(answer::page(StatusCode::OK, &page))
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (rows, next): (&[Row], Option<String>),
        people: &People,
        moments: &Moments,
    ) -> Self {
        let shown = |row: &Row| Shown {
            name: row.name.clone(),
            initials: initials(&row.name),
            seats: match &row.only {
                Some(only) => format!("{} seat, from outside", only.seat),
                None => seats(&row.seats),
            },
            only: row.only.as_ref().map(|only| (address(&only.case), moments.at(only.until))),
            above: row.manager.as_ref().map(|id| people.name(id)).unwrap_or_default(),
            is_active: row.active,
        };
        Self { frame, rows: rows.iter().map(shown).collect(), next }
    }
}

/// Where the one case of somebody is shown: its pages are found by their id too.
fn address(case: &str) -> String {
    match case.split_once(':') {
        Some(("finding", id)) => format!("/findings/{id}"),
        Some((_, id)) => format!("/exceptions/{id}"),
        None => "/".to_owned(),
    }
}
