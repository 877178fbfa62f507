//! GET /api/v1/graph/reach and /api/v1/graph/blast: from one node on.

use axum::extract::State;
use axum::response::Response;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{DEPTH_MAX, Follow, Listed, UpTo, edge_kinds, node_id, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Along, Blast, List, Question, Reply};

/// From which node, and along what.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct From {
    /// The id of a node, as its system has it.
    #[param(min_length = 1)]
    pub id: String,
    /// Only along edges of these kinds.
    #[param(schema_with = edge_kinds, required = false)]
    #[serde(default)]
    pub edge: Follow,
    /// Only what is at most so many edges away, at most 10,000; however many when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 10_000)]
    pub depth: Option<UpTo<DEPTH_MAX>>,
    /// How many nodes are listed, at most 100,000; 1,000 when left out. `total` counts all.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 100_000)]
    #[serde(default)]
    pub limit: Listed,
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

impl From {
    fn along(&self) -> Along {
        Along { follow: self.edge.0.clone(), depth: self.depth.map(|it| it.0) }
    }
}

/// Everything that a node reaches, itself not counted.
#[utoipa::path(get, path = "/api/v1/graph/reach", tag = "graph", params(From), responses(
    (status = 200, body = Reply<List>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn reach(
    State(api): State<Api>,
    _caller: Caller,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let question = Question::Reach(node_id("id", &from.id)?, from.along());
    sent_at(&api, from.at, question, from.limit).await
}

/// The distinct resources that a node reaches.
#[utoipa::path(get, path = "/api/v1/graph/blast", tag = "graph", params(From), responses(
    (status = 200, body = Reply<Blast>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn blast(
    State(api): State<Api>,
    _caller: Caller,
    Query(from): Query<From>,
) -> Result<Response, Problem> {
    let question = Question::Blast(node_id("id", &from.id)?, from.along());
    sent_at(&api, from.at, question, from.limit).await
}
