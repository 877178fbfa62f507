//! GET /api/v1/graph/path

use axum::extract::State;
use axum::response::Response;
use countersign_access::engine::{WAY_EDGES_MAX, WAYS_MAX};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::ways::most;
use super::{Follow, Listed, UpTo, edge_kinds, node_id, sent_at};
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
    /// All ways without a repeated node, shortest first, and not the shortest ones alone.
    pub all: Option<bool>,
    /// How many ways are listed, with `all`, at most 1,000; 100 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1_000)]
    pub limit: Option<UpTo<WAYS_MAX>>,
    /// Most edges of a way, with `all`, at most 256; 32 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 256)]
    pub depth: Option<UpTo<WAY_EDGES_MAX>>,
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// The shortest ways from one node to another, or all within bounds. No way is an answer: `found` is false.
#[utoipa::path(get, path = "/api/v1/graph/path", tag = "graph", params(Between), responses(
    (status = 200, body = Reply<Ways>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn path(
    State(api): State<Api>,
    _caller: Caller,
    Query(between): Query<Between>,
) -> Result<Response, Problem> {
    let Between { from, to, edge, all, limit, depth, at } = between;
    let (from, to) = (node_id("from", &from)?, node_id("to", &to)?);
    let question = if all.unwrap_or_default() {
        Question::Paths(from, to, edge.0, most(limit, depth))
    } else if limit.is_some() || depth.is_some() {
        let field = if limit.is_some() { "limit" } else { "depth" };
        let detail = "this bounds all ways: give `all` too, or leave it out";
        return Err(Problem::malformed_at(Some(field), detail));
    } else {
        Question::Path(from, to, edge.0)
    };
    sent_at(&api, at, question, Listed::default()).await
}
