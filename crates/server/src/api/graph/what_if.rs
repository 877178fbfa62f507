//! POST /api/v1/graph/what-if

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::ToSchema;

use super::{Listed, sent};
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Asker;
use crate::api::problem::{Problem, Wire};
use crate::ask::graph::{Question, Reply, WhatIf};

/// Edges, each as `SOURCE,KIND,TARGET`; at least one of them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = GraphEdit)]
pub struct Edit {
    /// To take away, at most 100; each must be there.
    #[schema(max_items = 100)]
    #[serde(default)]
    pub remove: Vec<String>,
    /// To add, at most 100; both ends must be there.
    #[schema(max_items = 100)]
    #[serde(default)]
    pub add: Vec<String>,
}

/// What findings would end and open if edges were other: whether a grant would create a toxic
/// combination before anybody has it. Changes nothing, so a token for questions is enough.
#[utoipa::path(post, path = "/api/v1/graph/what-if", tag = "graph", request_body = Edit, responses(
    (status = 200, body = Reply<WhatIf>),
    (status = 403, body = Wire, content_type = "application/problem+json"),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn what_if(
    State(api): State<Api>,
    _asker: Asker,
    body: Body<Edit>,
) -> Result<Response, Problem> {
    let Edit { remove, add } = body.content;
    sent(&api, Question::WhatIf { remove, add }, Listed::default()).await
}
