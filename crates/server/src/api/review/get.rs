//! GET /api/v1/reviews/{reference}

use axum::extract::State;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::review::{Whole, whole};

/// A review, with how far each stage is, who is silent, and how people decide.
#[utoipa::path(get, path = "/api/v1/reviews/{reference}", tag = "reviews",
    params(("reference" = String, Path, description = "`RV-3`, or its id")),
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
    Ok(reply::record(item.sequence, &whole(&api.workers.door, &item).await?))
}
