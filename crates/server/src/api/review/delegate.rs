//! POST /api/v1/reviews/{reference}/items/{number}/delegate

use axum::extract::State;
use axum::response::Response;
use countersign_governance::id::PersonId;
use countersign_governance::item::{Command, delegate as decided};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;

/// Before whom the item is put.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDelegate)]
pub struct Content {
    /// The id of an active person who has no part in the access.
    pub to: Uuid,
}

/// Puts an item before somebody else by name: whoever is asked about it does, or whoever started the
/// review.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{reference}/items/{number}/delegate",
    tag = "reviews",
    params(
        ("reference" = String, Path, description = "`RV-3`, or its id"),
        ("number" = i64, Path, description = "Its number in the review", minimum = 1),
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
pub async fn delegate(
    State(api): State<Api>,
    caller: Caller,
    Path((reference, number)): Path<(String, i64)>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let review = super::find(&api, &reference).await?;
    let verb = asked(PersonId(body.content.to));
    super::change_item(&api, &caller, (&review, number), (verb, Vec::new()), body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked(to: PersonId) -> Command {
    Command::Delegate(decided::Delegate { to })
}
