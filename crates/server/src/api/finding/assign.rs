//! POST /api/v1/findings/{reference}/assign

use axum::extract::State;
use axum::response::Response;
use countersign_governance::finding::{Command, assign as decided};
use countersign_governance::id::PersonId;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::text::Text;

/// Who shall own it.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingAssign)]
pub struct Content {
    /// The id of an active person in the business seat.
    pub owner: Uuid,
}

/// Puts one named person behind a finding.
#[utoipa::path(
    post,
    path = "/api/v1/findings/{reference}/assign",
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
pub async fn assign(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    super::change(&api, &caller, &item, asked(&body.content), body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked(content: &Content) -> (Command, Vec<Text>) {
    let owner = PersonId(content.owner);
    (Command::Assign(decided::Assign { owner }), Vec::new())
}
