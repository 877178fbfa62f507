//! POST /api/v1/exceptions/{reference}/hand-over

use axum::extract::State;
use axum::response::Response;
use countersign_governance::exception::{Command, hand_over as decided};
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

/// To whom the owner hands it, and why.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionHandOver)]
pub struct Content {
    /// The id of the person who shall carry the risk: active, in the business seat, with no part in the
    /// access.
    pub to: Uuid,
    /// Why, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: String,
}

/// The owner hands an exception to somebody, who takes it over or does not: until then it stays where it
/// is.
#[utoipa::path(
    post,
    path = "/api/v1/exceptions/{reference}/hand-over",
    tag = "exceptions",
    params(
        ("reference" = String, Path, description = "`EX-12`, or its id"),
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
pub async fn hand_over(
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
    let command = decided::HandOver { to: PersonId(content.to), reason };
    Ok((Command::HandOver(command), vec![text]))
}
