//! GET /api/v1/exceptions/{reference}/last-period

use axum::extract::State;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::exception::whole::case;
use crate::renewal::{Period, last_period};

/// What the last period of an exception showed: tests of its controls, last use, and whether the
/// combination is still there. It stands beside the form of a renewal, which says nothing beforehand.
#[utoipa::path(
    get,
    path = "/api/v1/exceptions/{reference}/last-period",
    tag = "exceptions",
    params(("reference" = String, Path, description = "`EX-12`, or its id")),
    responses(
        (status = 200, body = Period),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn period(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let case = case(&item)?.ok_or_else(|| Problem::unknown("exception"))?;
    let period = last_period(&api.workers.door, &case).await?;
    Ok(reply::record(item.sequence, &period))
}
