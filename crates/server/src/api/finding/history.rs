//! GET /api/v1/findings/{reference}/history

use axum::extract::State;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::{Path, Query};
use crate::api::reply::{self, Paging};
use crate::ask::List;
use crate::ask::finding::{Entry, history as ask};

/// What happened to a finding, in order, with the texts that still exist: who decided, who was told
/// no, what the system answered, what was read back.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{reference}/history",
    tag = "findings",
    params(("reference" = String, Path, description = "`FN-12`, or its id"), Paging),
    responses(
        (status = 200, body = List<Entry>),
        (status = 401, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn history(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let after = match paging.cursor() {
        None => 0,
        Some(cursor) => {
            cursor.parse().map_err(|_| Problem::malformed("`cursor`: of another list"))?
        }
    };
    let list = ask(&api.workers.door, &item.row.id, after).await?;
    Ok(reply::page(&format!("/api/v1/findings/{reference}/history"), list))
}
