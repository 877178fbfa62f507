//! GET /api/v1/graph/difference

use std::time::Instant;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Listed, as_of, not_answered};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{self, Difference, Reply};
use crate::graph::{SAY_LESS_AFTER, Shown};

/// Between which times.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Times {
    /// The earlier time.
    #[param(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// The later time; now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// How many of each are listed, at most 100,000; 1,000 when left out. The totals count all.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100_000)]
    #[serde(default)]
    pub limit: Listed,
}

/// What came, went and is otherwise between two times: nodes, edges, and findings by the rules of now.
#[utoipa::path(get, path = "/api/v1/graph/difference", tag = "graph", params(Times), responses(
    (status = 200, body = Reply<Difference>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn difference(
    State(api): State<Api>,
    _caller: Caller,
    Query(times): Query<Times>,
) -> Result<Response, Problem> {
    let Times { since, until, limit } = times;
    if until.is_some_and(|until| until < since) {
        let detail = "this is before `since`: name the earlier time there";
        return Err(Problem::malformed_at(Some("until"), detail));
    }
    let door = &api.workers.door;
    let later = as_of(door, "until", until).await?;
    let earlier = as_of(door, "since", Some(since)).await?;
    let asked = Instant::now();
    let should_stop = move || asked.elapsed() >= SAY_LESS_AFTER;
    let difference =
        move |later: &Shown| graph::difference(&earlier.engine, &later.engine, &should_stop);
    let reply = door.graph.ask_of(later, difference).await?.map_err(not_answered)?;
    Ok(Json(reply.cut_to(limit.0)).into_response())
}
