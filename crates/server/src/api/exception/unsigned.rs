//! GET /api/v1/exceptions/{reference}/unsigned

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::List;
use crate::ask::unsigned::{Unsigned, of_exception};

/// The seats from which nobody could sign an exception that is in review, and who could be appointed;
/// empty where it can be signed, or is not in review.
#[utoipa::path(
    get,
    path = "/api/v1/exceptions/{reference}/unsigned",
    tag = "exceptions",
    params(("reference" = String, Path, description = "`EX-12`, or its id")),
    responses(
        (status = 200, body = List<Unsigned>),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn unsigned(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    Ok(reply::page(&asked, of_exception(&api.workers.door, &item).await?))
}
