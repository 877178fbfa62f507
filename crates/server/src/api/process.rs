//! Processes over HTTP: list, define.

use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{PersonId, ProcessId};
use countersign_governance::process::{self, Criticality, Definition};
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::Api;
use super::caller::{Body, Caller};
use super::problem::{Problem, Wire};
use super::query::Query;
use super::reply::{self, Done, Paging};
use crate::act::{Asked, NotDone};
use crate::ask::List;
use crate::ask::process::{Row, page};
use crate::text::Text;

/// A process and its owner.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ProcessDefine)]
pub struct Content {
    /// The key by which rules and nodes name it.
    #[schema(min_length = 1, max_length = 200)]
    pub key: String,
    /// The name people use.
    #[schema(min_length = 1, max_length = 400)]
    pub name: String,
    /// `low`, `medium`, `high` or `critical`.
    #[schema(value_type = String)]
    pub criticality: Criticality,
    /// The id of the one person who owns its risk, in the business seat.
    pub owner: Uuid,
}

/// Processes, with their owners.
#[utoipa::path(get, path = "/api/v1/processes", tag = "processes", params(Paging), responses(
    (status = 200, body = List<Row>),
    (status = 401, body = Wire, content_type = "application/problem+json"),
    (status = 422, body = Wire, content_type = "application/problem+json"),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let list = page(&api.workers.door, paging.cursor(), paging.limit()).await?;
    Ok(reply::page("/api/v1/processes", list))
}

/// Defines a process.
#[utoipa::path(post, path = "/api/v1/processes", tag = "processes", request_body = Content,
    params(("Idempotency-Key" = Option<String>, Header, description = "Carried out once")),
    responses(
        (status = 200, body = Done),
        (status = 401, body = Wire, content_type = "application/problem+json"),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
        (status = 415, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn define(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let Content { key, name, criticality, owner } = &body.content;
    if key.trim().is_empty() || name.trim().is_empty() {
        return Err(Problem::malformed("`key` and `name`: neither may be empty"));
    }
    let door = &api.workers.door;
    let id = ProcessId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    let name = Text::new(&door.chance, name.trim()).map_err(NotDone::Chance)?;
    let definition = Definition {
        key: key.trim().to_owned(),
        name: name.digest().clone(),
        criticality: *criticality,
        owner: PersonId(*owner),
    };
    let command = Command::Process(id, process::Command::Define(definition));
    let asked = Asked {
        once: caller.once("processes define", body.digest()),
        ..Asked::new(caller.actor(), command).with_texts(vec![name])
    };
    reply::change(&api, &caller, asked).await
}
