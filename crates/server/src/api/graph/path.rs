//! GET /api/v1/graph/path

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Follow, Listed, edge_kinds, node_id, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Question, Reply, Ways};

/// From where to where, and along what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Between {
    /// The id of the node to begin at.
    #[param(min_length = 1)]
    pub from: String,
    /// The id of the node to end at.
    #[param(min_length = 1)]
    pub to: String,
    /// Only along edges of these kinds.
    #[param(schema_with = edge_kinds, required = false)]
    #[serde(default)]
    pub edge: Follow,
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// The shortest ways from one node to another. No way is an answer: `found` is false.
#[utoipa::path(get, path = "/api/v1/graph/path", tag = "graph", params(Between), responses(
    (status = 200, body = Reply<Ways>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn path(
    State(api): State<Api>,
    _caller: Caller,
    Query(between): Query<Between>,
) -> Result<Response, Problem> {
    let (from, to) = (node_id("from", &between.from)?, node_id("to", &between.to)?);
    sent_at(&api, between.at, Question::Path(from, to, between.edge.0), Listed::default()).await
}
