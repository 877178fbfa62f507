//! POST /api/v1/findings/{reference}/withdraw-order

use axum::extract::State;
use axum::response::Response;
use countersign_governance::finding::{Command, withdraw_order as decided};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;

/// Why it is taken back.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingWithdrawOrder)]
pub struct Content {
    /// In a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: String,
}

/// Takes an order back that nobody ran on a read-only system; only the control seat does.
#[utoipa::path(
    post,
    path = "/api/v1/findings/{reference}/withdraw-order",
    tag = "findings",
    params(
        ("reference" = String, Path, description = "`FN-12`, or its id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Content,
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn withdraw_order(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let (reason, text) = super::reason(&api, &body.content.reason)?;
    let (verb, texts) = (Command::WithdrawOrder(decided::WithdrawOrder { reason }), vec![text]);
    super::change(&api, &caller, &item, (verb, texts), body.digest()).await
}
