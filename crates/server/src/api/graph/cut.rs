//! GET /api/v1/graph/cut

use axum::extract::State;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;

use super::{Listed, sent};
use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::graph::{Cut, Question, Reply};

/// Most edges that one answer names.
const TOP_MAX: usize = 1_000;

/// Edges that are named when nobody says how many.
const TOP: usize = 10;

/// Of one finding, or of all.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// The fingerprint of a finding, or its beginning; without it, over all findings.
    #[param(min_length = 1)]
    pub fingerprint: Option<String>,
    /// Over all findings: how many edges are named, at most 1,000; 10 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 1_000)]
    pub top: Option<usize>,
}

/// The single edges whose removal clears a finding, or clears most findings.
#[utoipa::path(get, path = "/api/v1/graph/cut", tag = "graph", params(Which), responses(
    (status = 200, body = Reply<Cut>),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn cut(
    State(api): State<Api>,
    _caller: Caller,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let question = match (which.fingerprint, which.top) {
        (Some(fingerprint), None) if !fingerprint.is_empty() => Question::Cut(fingerprint),
        (Some(_), None) => {
            let detail = "this names no finding: give the beginning of a fingerprint";
            return Err(Problem::malformed_at(Some("fingerprint"), detail));
        }
        (Some(_), Some(_)) => {
            let detail = "one finding has all its edges named: leave `top` or `fingerprint` out";
            return Err(Problem::malformed_at(Some("top"), detail));
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
