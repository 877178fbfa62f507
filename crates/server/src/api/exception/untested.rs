//! GET /api/v1/exceptions/untested

use axum::Json;
use axum::extract::State;
use axum::response::IntoResponse;
use axum::response::Response;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::Problem;
use crate::ask::List;
use crate::ask::exception::{Untested, untested as ask};

/// Systems whose controls could not be tested last time: one notice a system, however many controls
/// and exceptions there are.
#[utoipa::path(
    get,
    path = "/api/v1/exceptions/untested",
    tag = "exceptions",
    responses(
        (status = 200, body = List<Untested>),
    )
)]
pub async fn untested(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    Ok(Json(ask(&api.workers.door).await?).into_response())
}
