//! POST /api/v1/policy/withdraw

use axum::extract::State;
use axum::response::Response;
use countersign_governance::actor::Actor;
use serde::Deserialize;
use utoipa::ToSchema;

use super::change;
use super::propose::not_put_forward;
use crate::adoption;
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::reply::Done;
use crate::door::Asked;

/// Why it ends.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyWithdraw)]
pub struct Content {
    /// Why, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: String,
}

/// Ends the proposal of a policy: who proposed it takes it back, anybody else in the security or the legal
/// seat rejects it. The policy in force stays.
#[utoipa::path(
    post,
    path = "/api/v1/policy/withdraw",
    tag = "policy",
    request_body = Content,
    params(
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let asked = asked(&api, Actor::Person(caller.person), &body.content.reason)?;
    change(&api, &caller, ("withdraw", body.digest()), asked).await
}

/// What is asked of the door, whoever sends it.
///
/// # Errors
/// When the reason is none.
pub(crate) fn asked(api: &Api, actor: Actor, reason: &str) -> Result<Asked, Problem> {
    adoption::withdraw(&api.workers.door.chance, actor, reason).map_err(not_put_forward)
}
