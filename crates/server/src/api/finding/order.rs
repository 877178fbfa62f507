//! POST /api/v1/findings/{reference}/order

use axum::extract::State;
use axum::response::Response;
use countersign_governance::finding::{Command, order as decided};
use countersign_governance::id::OrderId;
use serde::Deserialize;
use utoipa::ToSchema;

use crate::act::NotDone;
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::text::Text;

/// Nothing more is needed: what is ordered is what the owner chose.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingOrder)]
pub struct Content {}

/// Orders the chosen remedy in the system; only the control seat does.
#[utoipa::path(
    post,
    path = "/api/v1/findings/{reference}/order",
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
pub async fn order(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let asked = asked(&api)?;
    super::change(&api, &caller, &item, asked, body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked(api: &Api) -> Result<(Command, Vec<Text>), Problem> {
    let door = &api.workers.door;
    let order = OrderId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    Ok((Command::Order(decided::Order { order }), Vec::new()))
}
