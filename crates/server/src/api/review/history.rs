//! GET /api/v1/reviews/{reference}/history

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::{Path, Query};
use crate::api::reply::{self, Paging};
use crate::ask::List;
use crate::ask::finding::{Entry, history as ask};

/// What happened to a review, in order, with the texts that still exist: who planned and started it, who was
/// told no, and what an auditor said.
#[utoipa::path(
    get,
    path = "/api/v1/reviews/{reference}/history",
    tag = "reviews",
    params(("reference" = String, Path, description = "`RV-3`, or its id"), Paging),
    responses(
        (status = 200, body = List<Entry>),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn history(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Path(reference): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let after = paging.after()?;
    let list = ask(&api.workers.door, &item.row.id, after, paging.limit.0).await?;
    Ok(reply::page(&asked, list))
}
