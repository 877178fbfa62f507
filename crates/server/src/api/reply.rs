//! What is sent back: pages with their `Link`, records with their `ETag`, and what came of a change.

use axum::Json;
use axum::http::{HeaderMap, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use countersign_store::PAGE_MAX;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::Api;
use super::caller::Caller;
use super::problem::Problem;
use crate::act::{Asked, Committed};
use crate::ask::List;
use crate::ask::finding::PREFIX;

/// Which page of a list.
#[derive(Debug, Clone, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Paging {
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200.
    #[param(minimum = 1, maximum = 200)]
    pub limit: Option<i64>,
}

/// What came of a change.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct Done {
    /// Version of this form.
    pub version: u32,
    /// The subject, as the ledger names it.
    pub subject: String,
    /// Its short reference, for findings.
    pub reference: Option<String>,
    /// Its sequence now: the ETag.
    pub sequence: i64,
    /// What happened; empty when nothing had to change.
    pub events: Vec<String>,
}

impl Paging {
    /// How many, within the limit.
    #[must_use]
    pub fn limit(&self) -> i64 {
        self.limit.unwrap_or(50).clamp(1, PAGE_MAX)
    }

    /// Where the page begins.
    #[must_use]
    pub fn cursor(&self) -> Option<&str> {
        self.cursor.as_deref()
    }
}

/// A page, with the address of the next one in `Link` (RFC 8288).
pub fn page<T: Serialize>(path: &str, list: List<T>) -> Response {
    let mut headers = HeaderMap::new();
    let next = list.next.as_ref().map(|next| format!("<{path}?cursor={next}>; rel=\"next\""));
    if let Some(next) = next.and_then(|next| HeaderValue::from_str(&next).ok()) {
        headers.insert(header::LINK, next);
    }
    (headers, Json(list)).into_response()
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
    let asked = Asked { seen: caller.seen, ..asked };
    let Committed { subject, number, sequence, events } = api.workers.door.act(asked).await?;
    let reference = number.map(|number| format!("{PREFIX}{number}"));
    let done = Done { version: 1, subject, reference, sequence, events };
    Ok((etag(sequence), Json(done)).into_response())
}

fn etag(sequence: i64) -> HeaderMap {
    let mut headers = HeaderMap::new();
    if let Ok(tag) = HeaderValue::from_str(&format!("\"{sequence}\"")) {
        headers.insert(header::ETAG, tag);
    }
    headers
}
