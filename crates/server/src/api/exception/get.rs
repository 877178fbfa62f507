//! GET /api/v1/exceptions/{reference}

use axum::extract::State;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::exception::{Whole, whole};

/// One exception, whole, as it stands now: the four parts, what it covers, signatures, the pulse of
/// each control, what it waits for.
#[utoipa::path(
    get,
    path = "/api/v1/exceptions/{reference}",
    tag = "exceptions",
    params(("reference" = String, Path, description = "`EX-12`, or its id")),
    responses(
        (status = 200, body = Whole),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let whole = whole(&api.workers.door, &item).await?;
    let whole = whole.ok_or_else(|| Problem::unknown("exception"))?;
    Ok(reply::record(item.sequence, &whole))
}
