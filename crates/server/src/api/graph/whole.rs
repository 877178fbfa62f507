//! GET /api/v1/graph/stats and /api/v1/graph/verify: about the graph as a whole.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Listed, sent, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Question, Reply, Stats, Verified};

/// Of which time.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct When {
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// The graph in figures.
#[utoipa::path(get, path = "/api/v1/graph/stats", tag = "graph", params(When), responses(
    (status = 200, body = Reply<Stats>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn stats(
    State(api): State<Api>,
    _caller: Caller,
    Query(when): Query<When>,
) -> Result<Response, Problem> {
    sent_at(&api, when.at, Question::Stats, Listed::default()).await
}

/// Whether what is kept is what a full evaluation gives.
#[utoipa::path(get, path = "/api/v1/graph/verify", tag = "graph", responses(
    (status = 200, body = Reply<Verified>),
))]
pub async fn verify(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    sent(&api, Question::Verify, Listed::default()).await
}
