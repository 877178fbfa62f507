//! What is sent back: pages with their `Link`, records with their `ETag`, and what came of a change.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, Uri, header};
use axum::response::{IntoResponse, Response};
use countersign_store::PAGE_MAX;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::caller::Caller;
use super::problem::Problem;
use crate::act::{Asked, Committed};
use crate::ask::{List, exception, finding, review};

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

impl Paging {
    /// The sequence after which a history goes on.
    ///
    /// # Errors
    /// When the cursor is none of a history.
    pub fn after(&self) -> Result<i64, Problem> {
        let detail = "this is of another list: take it from the `next` of a page";
        let wrong = |_| Problem::malformed_at(Some("cursor"), detail);
        self.cursor.as_deref().map_or(Ok(0), |cursor| cursor.parse().map_err(wrong))
    }
}

/// How many items of a list, from 1 to [`PAGE_MAX`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(try_from = "i64")]
pub struct Limit(pub i64);

impl Default for Limit {
    fn default() -> Self {
        Self(50)
    }
}

impl TryFrom<i64> for Limit {
    type Error = String;

    fn try_from(limit: i64) -> Result<Self, String> {
        let fits = (1..=PAGE_MAX).contains(&limit);
        if fits {
            Ok(Self(limit))
        } else {
            Err(format!("`{limit}` is not within 1 and {PAGE_MAX}"))
        }
    }
}

/// What came of a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// Version of this form.
    pub version: u32,
    /// The subject, as the ledger names it.
    pub subject: String,
    /// Its short reference, for findings, exceptions and reviews.
    pub reference: Option<String>,
    /// Its sequence now: the ETag.
    pub sequence: i64,
    /// What happened; empty when nothing had to change.
    pub events: Vec<String>,
}

/// Longest name that people use for something, in characters.
const NAME_CHARS_MAX: usize = 400;

/// A name that people use, without space around it.
///
/// # Errors
/// When nothing is left, or too much.
pub fn name(given: &str) -> Result<&str, Problem> {
    let name = given.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let detail = format!("a name has 1 to {NAME_CHARS_MAX} characters");
        return Err(Problem::malformed_at(Some("name"), &detail));
    }
    Ok(name)
}

/// A page, with the address of the next one in `Link` (RFC 8288): the same question, another cursor.
pub fn page<T: Serialize>(asked: &Uri, list: List<T>) -> Response {
    let mut headers = HeaderMap::new();
    let next = list.next.as_ref().map(|next| format!("<{}>; rel=\"next\"", at(asked, next)));
    if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(header::LINK, next);
    }
    (headers, Json(list)).into_response()
}

fn at(asked: &Uri, cursor: &str) -> String {
    let query = asked.query().unwrap_or_default().split('&');
    let kept = query.filter(|pair| !pair.is_empty() && !pair.starts_with("cursor="));
    let cursor = format!("cursor={cursor}");
    let query: Vec<&str> = kept.chain([cursor.as_str()]).collect();
    format!("{}?{}", asked.path(), query.join("&"))
}

/// A record with its ETag.
pub fn record<T: Serialize>(sequence: i64, record: &T) -> Response {
    (etag(sequence), Json(record)).into_response()
}

/// Gives a command to the door and sends what came of it.
///
/// # Errors
/// The problem, in words.
pub async fn change(api: &Api, caller: &Caller, asked: Asked) -> Result<Response, Problem> {
    let done = done(api, caller, asked).await?;
    Ok(record(done.sequence, &done))
}

/// What came of a change that was not needed: it was so already.
pub fn unchanged(subject: String, sequence: i64) -> Response {
    let done = Done { version: 1, subject, reference: None, sequence, events: Vec::new() };
    record(sequence, &done)
}

/// Gives a command to the door and answers what came of it.
///
/// # Errors
/// The problem, in words.
pub async fn done(api: &Api, caller: &Caller, asked: Asked) -> Result<Done, Problem> {
    let asked = Asked { seen: caller.seen, ..asked };
    let Committed { subject, number, sequence, events } = api.workers.door.act(asked).await?;
    let prefix = match subject.split_once(':').map(|(kind, _)| kind) {
        Some("exception") => exception::PREFIX,
        Some("review") => review::PREFIX,
        _ => finding::PREFIX,
    };
    let reference = number.map(|number| format!("{prefix}{number}"));
    Ok(Done { version: 1, subject, reference, sequence, events })
}

fn etag(sequence: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{sequence}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers
}
