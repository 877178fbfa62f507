//! Reads of systems over HTTP: list, and release of one that was held.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{RunId, SystemId};
use countersign_governance::system;
use serde::Deserialize;
use utoipa::{IntoParams, ToSchema};
use uuid::Uuid;

use super::Api;
use super::body::Body;
use super::caller::Caller;
use super::problem::{Problem, Wire};
use super::query::{Path, Query};
use super::reply::{self, Done, Limit};
use crate::act::Asked;
use crate::ask::List;
use crate::ask::run::{Row, page};
use crate::ask::system::one;

/// Which runs.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The configured name of a system.
    pub system: Option<String>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = RunRelease)]
pub struct Content {}

/// Runs, the newest first: what each saw, what it could not see, and which waits for a person.
#[utoipa::path(get, path = "/api/v1/runs", tag = "runs", params(Which), responses(
    (status = 200, body = List<Row>),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let system = which.system.as_deref();
    let list = page(&api.workers.door, system, which.cursor.as_deref(), which.limit.0).await?;
    Ok(reply::page(&asked, list))
}

/// Believes a run that was held because a large share of what is known would vanish.
#[utoipa::path(post, path = "/api/v1/systems/{name}/runs/{run}/release", tag = "runs",
    request_body = Content,
    params(
        ("name" = String, Path, description = "The configured name of the system"),
        ("run" = Uuid, Path, description = "The run"),
        ("If-Match" = Option<String>, Header, description = "The ETag of the system you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn release(
    State(api): State<Api>,
    caller: Caller,
    Path((name, run)): Path<(String, Uuid)>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let system = one(&api.workers.door, &name).await?.ok_or_else(|| Problem::unknown("system"))?;
    let id: SystemId = system.id.parse().map_err(|_| Problem::unknown("system"))?;
    let command = Command::System(id, system::Command::ReleaseRun(RunId(run)));
    let asked = Asked {
        once: caller.once(&format!("run:{run} release"), body.digest()),
        ..caller.asks(command)
    };
    let answer = match reply::change(&api, &caller, asked).await {
        Err(problem) if problem.is_conflict() => {
            let now = one(&api.workers.door, &name).await?;
            Err(problem.with_state(serde_json::to_value(now).ok()))
        }
        other => other,
    };
    api.workers.accepted.notify_waiters();
    answer
}
