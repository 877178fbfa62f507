//! POST /api/v1/policy/countersign

use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command as Any;
use countersign_governance::policy::Command;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change;
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::reply::Done;

/// Length of a digest as it is written.
const DIGEST_CHARS: usize = 64;

/// Which proposal.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyCountersign)]
pub struct Content {
    /// Digest of the policy that is proposed, whole: nobody signs for another one than they looked at.
    #[schema(min_length = 64, max_length = 64)]
    pub digest: String,
}

/// Countersigns the proposed policy, which puts it in force: by another person than who proposed it, in the
/// security or the legal seat, neither of whom stands in for the other. What it changes for open cases says
/// `/api/v1/policy/consequences`.
#[utoipa::path(
    post,
    path = "/api/v1/policy/countersign",
    tag = "policy",
    request_body = Content,
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn countersign(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let digest = body.digest().to_owned();
    let proposed = body.content.digest;
    if proposed.chars().count() != DIGEST_CHARS {
        let detail = format!("a digest has {DIGEST_CHARS} characters: write it whole");
        return Err(Problem::malformed_at(Some("digest"), &detail));
    }
    let asked = caller.asks(Any::Policy(Command::Countersign(proposed)));
    change(&api, &caller, ("countersign", &digest), asked).await
}
