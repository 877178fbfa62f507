//! GET /api/v1/graph/stats and /api/v1/graph/verify: about the graph as a whole.

use axum::extract::State;
use axum::response::Response;

use super::{Listed, sent};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::ask::graph::{Question, Reply, Stats, Verified};

/// The graph in figures.
#[utoipa::path(get, path = "/api/v1/graph/stats", tag = "graph", responses(
    (status = 200, body = Reply<Stats>),
))]
pub async fn stats(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    sent(&api, Question::Stats, Listed::default()).await
}

/// Whether what is kept is what a full evaluation gives.
#[utoipa::path(get, path = "/api/v1/graph/verify", tag = "graph", responses(
    (status = 200, body = Reply<Verified>),
))]
pub async fn verify(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    sent(&api, Question::Verify, Listed::default()).await
}
