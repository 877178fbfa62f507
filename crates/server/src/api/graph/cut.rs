//! GET /api/v1/graph/cut

use axum::extract::State;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use super::{Listed, fingerprint as named, sent};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Cut, CutSet, Question, Reply};

/// Most edges that one answer names.
const TOP_MAX: usize = 1_000;

/// Edges that are named when nobody says how many.
const TOP: usize = 10;

/// Of one finding, or of all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The reference of a finding as `FN-26`, its fingerprint, or the beginning of that; without it, over all findings.
    #[param(min_length = 1)]
    pub fingerprint: Option<String>,
    /// Over all findings: how many edges are named, at most 1,000; 10 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1_000)]
    pub top: Option<usize>,
    /// Of one finding: the fewest edges that clear it together, in place of each that does by itself.
    pub set: Option<bool>,
}

/// What is answered, with `set` and without.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = GraphCuts)]
#[serde(untagged)]
pub enum Cuts {
    /// Each edge clears by itself.
    Each(Reply<Cut>),
    /// The edges clear together.
    Together(Reply<CutSet>),
}

/// Single edges that clear a finding, or most findings; with `set`, the fewest that do together.
#[utoipa::path(get, path = "/api/v1/graph/cut", tag = "graph", params(Which), responses(
    (status = 200, body = Cuts),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn cut(
    State(api): State<Api>,
    _caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let is_set = which.set.unwrap_or_default();
    let question = match (which.fingerprint, which.top) {
        (Some(fingerprint), None) if !fingerprint.is_empty() && is_set => {
            Question::CutSet(named(&api, fingerprint).await?)
        }
        (Some(fingerprint), None) if !fingerprint.is_empty() => {
            Question::Cut(named(&api, fingerprint).await?)
        }
        (Some(_), None) => {
            let detail =
                "this names no finding: give its reference or the beginning of its fingerprint";
            return Err(Problem::malformed_at(Some("fingerprint"), detail));
        }
        (Some(_), Some(_)) => {
            let detail = "one finding has all its edges named: leave `top` or `fingerprint` out";
            return Err(Problem::malformed_at(Some("top"), detail));
        }
        (None, _) if is_set => {
            let detail = "a set of edges clears one finding: give its `fingerprint` too";
            return Err(Problem::malformed_at(Some("set"), detail));
        }
        (None, top) => {
            let top = top.unwrap_or(TOP);
            if !(1..=TOP_MAX).contains(&top) {
                let detail = format!("`{top}` is not within 1 and {TOP_MAX}");
                return Err(Problem::malformed_at(Some("top"), &detail));
            }
            Question::CutAll(top)
        }
    };
    sent(&api, question, Listed::default()).await
}
