//! POST /api/v1/reviews/{reference}/pause

use axum::extract::State;
use axum::response::Response;
use countersign_governance::review::{Command, pause as decided};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::text::Text;

/// Why it rests.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewPause)]
pub struct Content {
    /// In a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: String,
}

/// Lets a review rest: nobody decides in it, and nothing is due meanwhile.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{reference}/pause",
    tag = "reviews",
    params(
        ("reference" = String, Path, description = "`RV-3`, or its id"),
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
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn pause(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let asked = asked(&api, &body.content)?;
    super::change(&api, &caller, &item, asked, body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked(api: &Api, content: &Content) -> Result<(Command, Vec<Text>), Problem> {
    let (reason, text) = super::reason(api, "reason", &content.reason)?;
    Ok((Command::Pause(decided::Pause { reason }), vec![text]))
}
