//! Connected systems over HTTP: list, get, read now.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};
use countersign_access::fact::{SourceId, Unreadable};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::body::Body;
use super::caller::Caller;
use super::problem::code::Code;
use super::problem::{Problem, Wire};
use super::query::{Path, Query};
use super::reply::{self, Paging};
use crate::ask::List;
use crate::ask::system::{Row, one, page};
use crate::worker::sync;

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SystemSync)]
pub struct Content {}

/// What a read saw.
#[derive(Debug, Serialize, ToSchema)]
pub struct Synced {
    /// Version of this form.
    pub version: u32,
    /// The run.
    pub run: String,
    /// When the read began.
    #[schema(value_type = String, format = DateTime)]
    pub read_at: Timestamp,
    /// Its position among the accepted runs; null while it is held.
    pub position: Option<i64>,
    /// How many facts it holds.
    pub facts: u64,
    /// What could not be read; empty means complete.
    #[schema(value_type = Vec<Object>)]
    pub unreadable: Vec<Unreadable>,
}

/// Connected systems, with their last reads.
#[utoipa::path(get, path = "/api/v1/systems", tag = "systems", params(Paging), responses(
    (status = 200, body = List<Row>),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let list = page(&api.workers.door, paging.cursor.as_deref(), paging.limit.0).await?;
    Ok(reply::page(&asked, list))
}

/// One system.
#[utoipa::path(get, path = "/api/v1/systems/{name}", tag = "systems",
    params(("name" = String, Path, description = "Its configured name")),
    responses(
        (status = 200, body = Row),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(api): State<Api>,
    _caller: Caller,
    Path(name): Path<String>,
) -> Result<Response, Problem> {
    let system = one(&api.workers.door, &name).await?.ok_or_else(|| Problem::unknown("system"))?;
    Ok(reply::record(system.sequence, &system))
}

/// Reads a system now, and answers when the read is over. What it shows is judged right after.
#[utoipa::path(post, path = "/api/v1/systems/{name}/sync", tag = "systems", request_body = Content,
    params(("name" = String, Path, description = "Its configured name")),
    responses(
        (status = 200, body = Synced),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 503, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn sync(
    State(api): State<Api>,
    _caller: Caller,
    Path(name): Path<String>,
    _body: Body<Content>,
) -> Result<Response, Problem> {
    let target = api.workers.targets.get(&SourceId::new(&name)).cloned();
    let target = target.ok_or_else(|| Problem::unknown("system"))?;
    let workers = api.workers.clone();
    // A caller who hangs up does not leave a read half done.
    let read = tokio::spawn(async move { sync::sync(&workers, &target).await });
    let synced = match read.await {
        Ok(Ok(synced)) => synced,
        Ok(Err(problem)) => return Err(unread(&problem.to_string())),
        Err(_) => return Err(unread("the read broke off")),
    };
    let sync::Synced { run, read_at, position, facts, unreadable } = synced;
    let run = run.to_string();
    Ok(Json(Synced { version: 1, run, read_at, position, facts, unreadable }).into_response())
}

fn unread(why: &str) -> Problem {
    let next = "mend the connection to the system; what was known before is still there";
    Problem::of(Code::SystemFault).because(why).then(next)
}
