//! GET /api/v1/graph/who-can

use axum::extract::State;
use axum::response::Response;
use countersign_access::engine::Ask;
use countersign_access::glob::Glob;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{DEPTH_MAX, Follow, Listed, UpTo, edge_kinds, node_id, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Along, List, Question, Reply};

/// To what: a node by its `id`, or a permission by `action` and `resource`.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct To {
    /// The id of a node, as its system has it; without it, `action` and `resource`.
    #[param(min_length = 1)]
    pub id: Option<String>,
    /// What is to be done; `*` stands for any run of characters.
    pub action: Option<String>,
    /// On what.
    pub resource: Option<String>,
    /// Only in this namespace; with `action` and `resource`.
    pub namespace: Option<String>,
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

/// Who reaches a node, or who can do something on something.
#[utoipa::path(get, path = "/api/v1/graph/who-can", tag = "graph", params(To), responses(
    (status = 200, body = Reply<List>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn who_can(
    State(api): State<Api>,
    _caller: Caller,
    Query(to): Query<To>,
) -> Result<Response, Problem> {
    let To { id, action, resource, namespace, edge, depth, limit, at } = to;
    let along = Along { follow: edge.0, depth: depth.map(|it| it.0) };
    let question = match (id, action, resource) {
        (Some(id), None, None) if namespace.is_none() => {
            Question::WhoReaches(node_id("id", &id)?, along)
        }
        (None, Some(action), Some(resource)) => {
            let ask = Ask { action: Glob::new(&action), resource: Glob::new(&resource), namespace };
            Question::WhoCan(ask, along)
        }
        _ => {
            let detail = "name a node by `id`, or a permission by `action` and `resource`";
            return Err(Problem::malformed(detail));
        }
    };
    sent_at(&api, at, question, limit).await
}
