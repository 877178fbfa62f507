//! The ledger over HTTP: entries, the newest checkpoint, proofs.

use axum::Json;
use axum::extract::State;
use axum::http::Uri;
use axum::response::{IntoResponse, Response};

use super::Api;
use super::caller::Caller;
use super::problem::code::Code;
use super::problem::{Problem, Wire};
use super::query::{Path, Query};
use super::reply::{self, Paging};
use crate::ask::List;
use crate::ask::ledger::{Head, Proof, Row, behind, head, page, prove};

/// Entries, the newest first.
#[utoipa::path(get, path = "/api/v1/ledger/entries", tag = "ledger", params(Paging), responses(
    (status = 200, body = List<Row>),
))]
pub async fn entries(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let list = page(&api.workers.door, paging.cursor.as_deref(), paging.limit.0).await?;
    Ok(reply::page(&asked, list))
}

/// The newest signed head of the ledger (C2SP tlog-checkpoint).
#[utoipa::path(get, path = "/api/v1/ledger/checkpoint", tag = "ledger", responses(
    (status = 200, body = Head),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn checkpoint(State(api): State<Api>, _caller: Caller) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let trouble = api.workers.sealer.trouble().map(|it| it.words);
    let behind = behind(door, trouble).await?;
    let why = behind.as_ref().map(|it| it.why.clone());
    match (head(door, behind).await?, why) {
        (Some(head), _) => Ok(Json(head).into_response()),
        (None, Some(why)) => Err(Problem::of(Code::FaultNoCheckpoint).because(&why)),
        (None, None) => Err(Problem::unknown("checkpoint")),
    }
}

/// A proof that an entry is under the newest signed head (RFC 6962 section 2.1.1).
#[utoipa::path(get, path = "/api/v1/ledger/entries/{position}/proof", tag = "ledger",
    params(("position" = i64, Path, description = "The entry's position, from 0")),
    responses(
        (status = 200, body = Proof),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn proof(
    State(api): State<Api>,
    _caller: Caller,
    Path(position): Path<i64>,
) -> Result<Response, Problem> {
    let proof = prove(&api.workers.door, position).await?;
    let proof = proof.ok_or_else(|| Problem::unknown("entry under the newest checkpoint"))?;
    Ok(Json(proof).into_response())
}
