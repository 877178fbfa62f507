//! Questions to the access graph. A node's id stands in the query (`?id=`), never in the path: ids of
//! real systems hold `/` and `:`, and what stands between here and a client may read an encoded `/` in a
//! path as a plain one.

pub mod access;
pub mod cut;
pub mod difference;
pub mod path;
pub mod reach;
pub mod ways;
pub mod what_if;
pub mod who_can;
pub mod whole;

use std::sync::Arc;
use std::time::Instant;

use axum::Json;
use axum::response::{IntoResponse, Response};
use countersign_access::edge::EdgeKind;
use countersign_access::engine::{ANSWERS_MAX, EdgeFilter};
use countersign_access::node::NodeId;
use countersign_store::reached::judged_position;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::openapi::RefOr;
use utoipa::openapi::schema::{ArrayBuilder, Schema};

use super::Api;
use super::document::one_of;
use super::finding::find;
use super::problem::Problem;
use super::problem::code::Code;
use crate::ask::finding::PREFIX;
use crate::ask::graph::past::{self, NotKnown};
use crate::ask::graph::{Body, NoAnswer, Question, Reply};
use crate::door::{Door, NotDone};
use crate::graph::{NotAnswered, SAY_LESS_AFTER, Shown};
use countersign_store::stage::facts::NotReadBack;

/// Nodes that are listed when nobody says how many.
const LISTED: usize = 1_000;

/// How many nodes are listed, from 1 to [`ANSWERS_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "usize")]
pub struct Listed(usize);

impl Default for Listed {
    fn default() -> Self {
        Self(LISTED)
    }
}

impl TryFrom<usize> for Listed {
    type Error = String;

    fn try_from(limit: usize) -> Result<Self, String> {
        if (1..=ANSWERS_MAX).contains(&limit) {
            Ok(Self(limit))
        } else {
            Err(format!("`{limit}` is not within 1 and {ANSWERS_MAX}"))
        }
    }
}

/// A bound on edges, from 1 to `MOST`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "usize")]
pub struct UpTo<const MOST: usize>(usize);

impl<const MOST: usize> TryFrom<usize> for UpTo<MOST> {
    type Error = String;

    fn try_from(bound: usize) -> Result<Self, String> {
        if (1..=MOST).contains(&bound) {
            Ok(Self(bound))
        } else {
            Err(format!("`{bound}` is not within 1 and {MOST}"))
        }
    }
}

/// Most edges from where a question begins that may be named.
pub const DEPTH_MAX: usize = 10_000;

/// Kinds of edge, with commas between them; all when none is named.
#[derive(Debug, Clone, Default, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Follow(EdgeFilter);

impl TryFrom<String> for Follow {
    type Error = String;

    fn try_from(words: String) -> Result<Self, String> {
        let kind = |word: &str| {
            EdgeKind::parse(word).ok_or_else(|| {
                let kinds = EdgeKind::ALL.map(EdgeKind::as_str).join(", ");
                format!("`{word}` is none of: {kinds}")
            })
        };
        let kinds: Vec<EdgeKind> = words.split(',').map(kind).collect::<Result<_, _>>()?;
        Ok(Self(EdgeFilter::only(kinds)))
    }
}

/// What [`Follow`] looks like in the document.
fn edge_kinds() -> RefOr<Schema> {
    let kinds = one_of(EdgeKind::ALL.map(EdgeKind::as_str));
    let kinds = ArrayBuilder::new().items(kinds).min_items(Some(1));
    RefOr::T(Schema::Array(kinds.description(Some("Only along edges of these kinds")).build()))
}

/// An id out of the query.
fn node_id(field: &str, text: &str) -> Result<NodeId, Problem> {
    NodeId::new(text).map_err(|bad| Problem::malformed_at(Some(field), &bad.to_string()))
}

/// Asks the graph as it is now, or as it was known at an instant, within the limits of time and of
/// questions at once.
///
/// # Errors
/// The problem, in words.
pub(crate) async fn asked_at(
    door: &Door,
    at: Option<Timestamp>,
    question: Question,
) -> Result<Reply<Body>, Problem> {
    let shown = as_of(door, "at", at).await?;
    let asked = Instant::now();
    let should_stop = move || asked.elapsed() >= SAY_LESS_AFTER;
    let answer = move |shown: &Shown| question.answer_until(&shown.engine, &should_stop);
    let answer = door.graph.ask_of(shown, answer).await?;
    answer.map_err(not_answered)
}

/// Why a question has no answer.
pub(crate) fn not_answered(none: NoAnswer) -> Problem {
    match none {
        NoAnswer::Unknown(words) => unknown(&words),
        NoAnswer::NoFinding(words) => no_finding(&words),
        NoAnswer::Malformed(words) => Problem::malformed(&words),
        NoAnswer::CalledOff => NotAnswered::TooLong.into(),
    }
}

/// Something that is not in the graph, by name.
pub(crate) fn unknown(words: &str) -> Problem {
    let next = "search for it by name: the page /graph does, too";
    Problem::unknown("node").because(words).then(next)
}

/// A finding that is not in the graph.
pub(crate) fn no_finding(words: &str) -> Problem {
    let next = "`countersign finding list` names those there are, and so does the page /findings";
    Problem::unknown("finding").because(words).then(next)
}

/// The fingerprint of the finding that somebody names by its reference. What is no reference is the
/// beginning of a fingerprint, and stays as it is.
async fn fingerprint(api: &Api, named: String) -> Result<String, Problem> {
    let is_reference = named.get(..PREFIX.len()).is_some_and(|it| it.eq_ignore_ascii_case(PREFIX));
    if !is_reference {
        return Ok(named);
    }
    let item = find(api, &named).await?;
    Ok(item.row.fingerprint)
}

/// Right after a start the graph is not there yet, and nothing may pass for unknown because of that.
pub(crate) async fn is_there(door: &Door) -> Result<(), NotDone> {
    if door.graph.read().position == 0 && judged_position(&door.store).await? > 0 {
        return Err(NotDone::NoGraph(door.graph.loading().not_there().unwrap_or_default()));
    }
    Ok(())
}

/// The same, sent with at most so many nodes.
async fn sent(api: &Api, question: Question, listed: Listed) -> Result<Response, Problem> {
    sent_at(api, None, question, listed).await
}

/// The same of the graph as it was known at an instant.
async fn sent_at(
    api: &Api,
    at: Option<Timestamp>,
    question: Question,
    listed: Listed,
) -> Result<Response, Problem> {
    let reply = asked_at(&api.workers.door, at, question).await?.cut_to(listed.0);
    Ok(Json(reply).into_response())
}

/// The graph as it was known at an instant that a field names, or as it is now.
///
/// # Errors
/// When there is none.
pub(crate) async fn as_of(
    door: &Door,
    field: &str,
    at: Option<Timestamp>,
) -> Result<Arc<Shown>, Problem> {
    let Some(at) = at else {
        is_there(door).await?;
        return Ok(door.graph.read());
    };
    past::at(door, at).await.map_err(|why| not_known(field, why))
}

/// Why there is no graph of a past time; `field` says it.
pub(crate) fn not_known(field: &str, why: NotKnown) -> Problem {
    let words = why.to_string();
    match why {
        NotKnown::Ahead(_) => Problem::malformed_at(Some(field), &words),
        NotKnown::Nothing { .. } => Problem::of(Code::GraphNothingRead).because(&words),
        NotKnown::NotYet => {
            Problem::of(Code::GraphTooLong).because(&words).then("ask again in a moment")
        }
        NotKnown::NotReadBack(NotReadBack::Torn(_) | NotReadBack::Damaged { .. }) => {
            Problem::of(Code::GraphNothingRead).because(&words)
        }
        NotKnown::NotReadBack(NotReadBack::Store(fault)) | NotKnown::Store(fault) => {
            NotDone::Store(fault).into()
        }
        NotKnown::Unfinished(why) => NotDone::Unfinished(why).into(),
    }
}

impl From<NotAnswered> for Problem {
    fn from(why: NotAnswered) -> Self {
        match why {
            NotAnswered::Busy => Self::of(Code::FaultBusy).because(&why.to_string()),
            NotAnswered::TooLong => Self::of(Code::GraphTooLong).because(&why.to_string()),
            NotAnswered::Unfinished(unfinished) => NotDone::Unfinished(unfinished).into(),
        }
    }
}
