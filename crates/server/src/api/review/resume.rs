//! POST /api/v1/reviews/{reference}/resume

use axum::extract::State;
use axum::response::Response;
use countersign_governance::review::Command;

use super::Nothing;
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;

/// Lets a review that rested go on: what was due is due later by as long as it rested.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{reference}/resume",
    tag = "reviews",
    params(
        ("reference" = String, Path, description = "`RV-3`, or its id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Nothing,
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn resume(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Nothing>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    super::change(&api, &caller, &item, (Command::Resume, Vec::new()), body.digest()).await
}
