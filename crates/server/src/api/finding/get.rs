//! GET /api/v1/findings/{reference}

use axum::extract::State;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::finding::{Whole, whole};

/// One finding, whole: paths, affected identities, owner, what was chosen, ordered and proven.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{reference}",
    tag = "findings",
    params(("reference" = String, Path, description = "`FN-12`, or its id")),
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
    Ok(reply::record(item.sequence, &whole))
}
