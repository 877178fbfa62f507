//! Processes over HTTP: list, define.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::{PersonId, ProcessId};
use countersign_governance::process::{self, Criticality, Definition};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

use super::Api;
use super::body::Body;
use super::caller::Caller;
use super::document::one_of;
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
    #[schema(max_length = 80, pattern = "^[a-z0-9][a-z0-9 ._-]*$")]
    pub key: String,
    /// The name people use.
    #[schema(min_length = 1, max_length = 400)]
    pub name: String,
    /// `low`, `medium`, `high` or `critical`.
    #[schema(schema_with = criticalities)]
    pub criticality: Criticality,
    /// The id of the one person who owns its risk, in the business seat.
    pub owner: Uuid,
    /// Whether the law or a supervisor has a say, so that the legal seat signs exceptions too.
    #[serde(default)]
    pub regulated: bool,
}

fn criticalities() -> RefOr<Schema> {
    one_of(["low", "medium", "high", "critical"])
}

/// Longest key, in characters.
const KEY_CHARS_MAX: usize = 80;

/// Keys stand in the ledger, where no free text may: they are words of rules, not sentences.
fn is_key(key: &str) -> bool {
    let in_word = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    key.len() <= KEY_CHARS_MAX
        && key.starts_with(in_word)
        && key.chars().all(|c| in_word(c) || " ._-".contains(c))
}

/// Processes, with their owners.
#[utoipa::path(get, path = "/api/v1/processes", tag = "processes", params(Paging), responses(
    (status = 200, body = List<Row>),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let list = page(&api.workers.door, paging.cursor.as_deref(), paging.limit.0).await?;
    Ok(reply::page(&asked, list))
}

/// Defines a process.
#[utoipa::path(post, path = "/api/v1/processes", tag = "processes", request_body = Content,
    params(("Idempotency-Key" = Option<String>, Header, description = "Carried out once")),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn define(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let Content { key, name, criticality, owner, regulated } = &body.content;
    if !is_key(key) {
        let detail = format!(
            "a key has 1 to {KEY_CHARS_MAX} small letters, digits, spaces, `.`, `_` and `-`, and \
             begins with a letter or digit"
        );
        return Err(Problem::malformed_at(Some("key"), &detail));
    }
    let door = &api.workers.door;
    let id = ProcessId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    let name = Text::new(&door.chance, reply::name(name)?).map_err(NotDone::Chance)?;
    let definition = Definition {
        key: key.clone(),
        name: name.digest().clone(),
        criticality: *criticality,
        owner: PersonId(*owner),
        regulated: *regulated,
    };
    let command = Command::Process(id, process::Command::Define(definition));
    let asked = Asked {
        once: caller.once("processes define", body.digest()),
        ..caller.asks(command).with_texts(vec![name])
    };
    reply::change(&api, &caller, asked).await
}
