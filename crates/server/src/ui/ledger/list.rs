//! The entries of the ledger, the newest first, under the signed head, and how anybody verifies them
//! without this server.

use std::collections::BTreeMap;

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::subject::{Subject, happened, named, people_of};
use crate::api::query::Query;
use crate::ask::ledger::{Head, Row, behind, head, page};

/// Entries on a page.
const ROWS: i64 = 50;

/// Which page.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    cursor: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "ledger/list.html")]
pub(in crate::ui) struct Page {
    pub(in crate::ui) frame: Frame,
    pub(in crate::ui) head: Option<Head>,
    pub(in crate::ui) rows: Vec<Shown>,
    pub(in crate::ui) next: Option<String>,
    pub(in crate::ui) is_first: bool,
}

#[derive(Debug, Clone)]
pub(in crate::ui) struct Shown {
    pub(in crate::ui) position: i64,
    pub(in crate::ui) at: At,
    pub(in crate::ui) who: String,
    pub(in crate::ui) what: String,
    pub(in crate::ui) subject: Subject,
    pub(in crate::ui) hash: String,
}

/// The page.
pub(in crate::ui) async fn list(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let list = page(door, which.cursor.as_deref(), ROWS).await?;
    let ids = list.items.iter().flat_map(|row| people_of(&row.subject, &row.actor));
    let people = People::of(door, "", ids).await?;
    let mut subjects: BTreeMap<&str, Subject> = BTreeMap::new();
    for row in &list.items {
        if !subjects.contains_key(row.subject.as_str()) {
            subjects.insert(&row.subject, named(door, &row.subject, &people).await?);
        }
    }
    let moments = Moments::new(door.clock.now());
    let shown = |row: &Row| Shown {
        position: row.position,
        at: moments.at(row.at),
        who: people.actor(&row.actor),
        what: happened(&row.name),
        subject: subjects
            .get(row.subject.as_str())
            .cloned()
            .unwrap_or_else(|| Subject { name: row.subject.clone(), address: None }),
        hash: row.hash.chars().take(16).collect(),
    };
    let trouble = ui.api.workers.sealer.trouble().map(|it| it.words);
    let behind = behind(door, trouble).await?;
    let page = Page {
        rows: list.items.iter().map(shown).collect(),
        next: list.next.clone(),
        is_first: which.cursor.is_none(),
        head: head(door, behind).await?,
        frame: Frame::of(&ui, &visitor, Here::Ledger).await?,
    };
    Ok(answer::page(StatusCode::OK, &page))
}
