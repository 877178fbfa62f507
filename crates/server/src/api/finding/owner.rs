//! GET /api/v1/findings/{reference}/owner

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_governance::actor::Actor;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::ask::owner::{Proposed, proposed};

/// Who should own a finding, and why it is them. Nobody is assigned by that.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{reference}/owner",
    tag = "findings",
    params(("reference" = String, Path, description = "`FN-12`, or its id")),
    responses(
        (status = 200, body = Proposed),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn owner(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let proposed = proposed(&api.workers.door, Actor::Person(caller.person), &item).await?;
    Ok(Json(proposed).into_response())
}
