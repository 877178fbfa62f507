//! GET /api/v1/graph/ways

use axum::extract::State;
use axum::response::Response;
use countersign_access::engine::{WAY_EDGES_MAX, WAYS_MAX};
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Listed, UpTo, fingerprint as named, node_id, sent_at};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{FindingWays, Most, Question, Reply};

/// Of which finding, from where, and how many.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The reference of a finding as `FN-26`, its fingerprint, or the beginning of that.
    #[param(min_length = 1)]
    pub fingerprint: String,
    /// The id of the node at which they begin; the finding's root cause when left out.
    #[param(min_length = 1)]
    pub from: Option<String>,
    /// How many ways are listed to each thing that must be reached, at most 1,000; 100 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1_000)]
    pub limit: Option<UpTo<WAYS_MAX>>,
    /// Most edges of a way, at most 256; 32 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 256)]
    pub depth: Option<UpTo<WAY_EDGES_MAX>>,
    /// The graph as it was known then; as it is now when left out.
    #[param(value_type = Option<String>, format = DateTime)]
    pub at: Option<Timestamp>,
}

/// All ways of a finding to each thing that its rule asks for: without a repeated node, shortest first.
#[utoipa::path(get, path = "/api/v1/graph/ways", tag = "graph", params(Which), responses(
    (status = 200, body = Reply<FindingWays>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn ways(
    State(api): State<Api>,
    _caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let Which { fingerprint, from, limit, depth, at } = which;
    if fingerprint.is_empty() {
        let detail =
            "this names no finding: give its reference or the beginning of its fingerprint";
        return Err(Problem::malformed_at(Some("fingerprint"), detail));
    }
    let finding = named(&api, fingerprint).await?;
    let from = from.map(|from| node_id("from", &from)).transpose()?;
    let question = Question::WaysOf { finding, from, most: most(limit, depth) };
    sent_at(&api, at, question, Listed::default()).await
}

/// What was named, and what holds where nothing was.
pub(super) fn most(limit: Option<UpTo<WAYS_MAX>>, depth: Option<UpTo<WAY_EDGES_MAX>>) -> Most {
    let Most { ways, edges } = Most::default();
    Most { ways: limit.map_or(ways, |it| it.0), edges: depth.map_or(edges, |it| it.0) }
}
