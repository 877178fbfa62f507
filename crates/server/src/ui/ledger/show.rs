//! One entry of the ledger: its exact bytes, and the way from them to the signed head.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_store::read::leaf;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::subject::{Subject, happened, named, people_of};
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::ask::ledger::{Proof, prove};

#[derive(Debug, Template)]
#[template(path = "ledger/show.html")]
pub(in crate::ui) struct Page {
    pub(in crate::ui) frame: Frame,
    pub(in crate::ui) position: i64,
    pub(in crate::ui) what: String,
    pub(in crate::ui) who: String,
    pub(in crate::ui) at: At,
    pub(in crate::ui) subject: Subject,
    pub(in crate::ui) sequence: i64,
    pub(in crate::ui) hash: String,
    /// The exact bytes.
    pub(in crate::ui) bytes: String,
    pub(in crate::ui) proof: Option<Proof>,
}

/// The page.
pub(in crate::ui) async fn show(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(position): Path<i64>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let leaf = leaf::at(&door.store, position).await?;
    let leaf = leaf.ok_or_else(|| Problem::unknown("entry of the ledger"))?;
    let people = People::of(door, "", people_of(&leaf.subject, &leaf.actor)).await?;
    let page = Page {
        position,
        what: happened(&leaf.name),
        who: people.actor(&leaf.actor),
        at: Moments::new(door.clock.now()).at(leaf.at),
        subject: named(door, &leaf.subject, &people).await?,
        sequence: leaf.sequence,
        hash: leaf.hash.to_hex(),
        bytes: String::from_utf8_lossy(&leaf.bytes).into_owned(),
        proof: prove(door, position).await?,
        frame: Frame::of(&ui, &visitor, Here::Ledger).await?,
    };
    Ok(answer::page(StatusCode::OK, &page))
}
