//! GET /api/v1/findings

use axum::extract::State;
use axum::response::Response;
use countersign_store::read::finding::Filter;
use serde::Deserialize;
use utoipa::IntoParams;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::api::reply::{self, Paging};
use crate::ask::List;
use crate::ask::finding::{Row, page};

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Where they are in their life, or how they ended.
    pub status: Option<String>,
    /// How bad.
    pub severity: Option<String>,
    /// The id of their owner.
    pub owner: Option<String>,
    /// The system of their root cause.
    pub system: Option<String>,
    /// The rule.
    pub rule: Option<String>,
}

/// Findings, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/findings",
    tag = "findings",
    params(Which, Paging),
    responses(
        (status = 200, body = List<Row>),
        (status = 401, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    Query(which): Query<Which>,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let filter = Filter {
        status: which.status.as_deref(),
        severity: which.severity.as_deref(),
        owner: which.owner.as_deref(),
        system: which.system.as_deref(),
        rule: which.rule.as_deref(),
    };
    let list = page(&api.workers.door, &filter, paging.cursor(), paging.limit()).await?;
    Ok(reply::page("/api/v1/findings", list))
}
