//! GET /api/v1/findings/{reference}/remedies

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::List;
use crate::ask::finding::{Offer, remedies as ask};

/// The changes that would break one of a finding's paths.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{reference}/remedies",
    tag = "findings",
    params(("reference" = String, Path, description = "`FN-12`, or its id")),
    responses(
        (status = 200, body = List<Offer>),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn remedies(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let list = ask(&api.workers.door, &item).await?;
    Ok(reply::page(&asked, list))
}
