//! GET /api/v1/graph/access

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Listed, node_id, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Access, Question, Reply};

/// Of which node.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Of {
    /// The id of a node, as its system has it.
    #[param(min_length = 1)]
    pub id: String,
    /// How many entitlements are listed, at most 100,000; 1,000 when left out. `total` counts all.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100_000)]
    #[serde(default)]
    pub limit: Listed,
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// The entitlements that a node has in the end, each with whoever has it directly.
#[utoipa::path(get, path = "/api/v1/graph/access", tag = "graph", params(Of), responses(
    (status = 200, body = Reply<Access>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn access(
    State(api): State<Api>,
    _caller: Caller,
    Query(of): Query<Of>,
) -> Result<Response, Problem> {
    let question = Question::Access(node_id("id", &of.id)?);
    sent_at(&api, of.at, question, of.limit).await
}
