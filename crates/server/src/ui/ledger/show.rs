//! One entry of the ledger: what happened, the picture of the way from its bytes to the signed root,
//! what this server has just checked of it, and its exact bytes.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use countersign_ledger::tree::leaf_hash;
use countersign_store::read::leaf;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::picture::{Picture, picture};
use super::subject::{Subject, happened, named, people_of};
use crate::api::problem::Problem;
use crate::api::query::Path;
use crate::ask::ledger::{Proof, leads_to_root, prove};

#[derive(Debug, Template)]
#[template(path = "ledger/show.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    entry: Entry,
    picture: Option<Picture>,
    proof: Option<Proof>,
    is_leaf: bool,
    is_led: bool,
}

/// All that the page shows of an entry beside its proof.
#[derive(Debug, Clone)]
pub(in crate::ui) struct Entry {
    pub(in crate::ui) position: i64,
    pub(in crate::ui) what: String,
    pub(in crate::ui) who: String,
    pub(in crate::ui) at: At,
    pub(in crate::ui) subject: Subject,
    pub(in crate::ui) sequence: i64,
    pub(in crate::ui) hash: String,
    /// The exact bytes.
    pub(in crate::ui) bytes: String,
    /// The same, broken into lines.
    pub(in crate::ui) lines: String,
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
    let entry = Entry {
        position,
        what: happened(&leaf.name),
        who: people.actor(&leaf.actor),
        at: Moments::new(door.clock.now()).at(leaf.at),
        subject: named(door, &leaf.subject, &people).await?,
        sequence: leaf.sequence,
        hash: leaf.hash.to_hex(),
        bytes: String::from_utf8_lossy(&leaf.bytes).into_owned(),
        lines: lines(&leaf.bytes),
    };
    let proof = prove(door, position).await?;
    let frame = Frame::of(&ui, &visitor, Here::Ledger).await?;
    Ok(answer::page(StatusCode::OK, &Page::new(frame, entry, proof)))
}

impl Page {
    pub(in crate::ui) fn new(frame: Frame, entry: Entry, proof: Option<Proof>) -> Self {
        Self {
            frame,
            picture: proof.as_ref().map(picture),
            is_leaf: leaf_hash(entry.bytes.as_bytes()).to_hex() == entry.hash,
            is_led: proof.as_ref().is_some_and(leads_to_root),
            entry,
            proof,
        }
    }
}

/// The bytes of an entry broken into lines, for people; nothing where they are no JSON.
fn lines(bytes: &[u8]) -> String {
    let value: Option<serde_json::Value> = serde_json::from_slice(bytes).ok();
    value.and_then(|it| serde_json::to_string_pretty(&it).ok()).unwrap_or_default()
}
