//! POST /api/v1/exceptions/{reference}/take-over

use axum::extract::State;
use axum::response::Response;
use countersign_governance::exception::Command;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::text::Text;

/// Somebody takes an exception over that its owner handed to them, or whose owner left while they are
/// accountable: they carry the risk by name from then on.
#[utoipa::path(
    post,
    path = "/api/v1/exceptions/{reference}/take-over",
    tag = "exceptions",
    params(
        ("reference" = String, Path, description = "`EX-12`, or its id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = super::Nothing,
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn take_over(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<super::Nothing>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    super::change(&api, &caller, &item, asked(), body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked() -> (Command, Vec<Text>) {
    (Command::TakeOver, Vec::new())
}
