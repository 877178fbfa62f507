//! Who answers for what over HTTP: the map, the gaps, and what people say of single cells.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::accountability::{self, Cell, Plane};
use countersign_governance::id::PersonId;
use countersign_store::read::system::by_name;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

use super::Api;
use super::body::Body;
use super::caller::Caller;
use super::problem::{Problem, Wire};
use super::query::{Path, Query};
use super::reply::{self, Done, Paging};
use crate::act::{Asked, NotDone};
use crate::ask::List;
use crate::ask::accountability::{GapRow, Row, page};
use crate::ask::finding::bare;

/// Nothing more is needed.
#[derive(Debug, Deserialize, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountabilityNothing)]
pub struct Nothing {}

/// To whom it is handed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = AccountabilityHandOver)]
pub struct Content {
    /// The id of an active person, who has to take it over.
    pub to: Uuid,
}

/// Each control plane of each connected system, with who answers for it and what is the matter.
#[utoipa::path(get, path = "/api/v1/accountability", tag = "accountability", params(Paging), responses(
    (status = 200, body = List<Row>),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let (from, limit) = part(&paging)?;
    Ok(reply::page(&asked, page(&api.workers.door, from, limit).await?))
}

/// The gaps in who answers for what, worst first. Each is over when it is gone, and not before.
#[utoipa::path(get, path = "/api/v1/accountability/gaps", tag = "accountability", params(Paging),
    responses((status = 200, body = List<GapRow>))
)]
pub async fn gaps(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(paging): Query<Paging>,
) -> Result<Response, Problem> {
    let (from, limit) = part(&paging)?;
    let list = crate::ask::accountability::gaps(&api.workers.door, from, limit).await?;
    Ok(reply::page(&asked, list))
}

/// Says that one answers for a control plane of a system, as of today.
#[utoipa::path(post, path = "/api/v1/accountability/{plane}/{system}/attest", tag = "accountability",
    request_body = Nothing,
    params(
        ("plane" = String, Path, description = "The control plane",
            pattern = "^(credentials|approval|service_accounts|suppliers|detection)$"),
        ("system" = String, Path, description = "The system's configured name"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn attest(
    State(api): State<Api>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<Response, Problem> {
    change(&api, &caller, &place, (accountability::Command::Attest, "attest", body.digest())).await
}

/// Hands a control plane of a system to somebody, who has two weeks to take it over; until then nothing
/// changes.
#[utoipa::path(post, path = "/api/v1/accountability/{plane}/{system}/hand-over",
    tag = "accountability", request_body = Content,
    params(
        ("plane" = String, Path, description = "The control plane",
            pattern = "^(credentials|approval|service_accounts|suppliers|detection)$"),
        ("system" = String, Path, description = "The system's configured name"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn hand_over(
    State(api): State<Api>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let command = accountability::Command::HandOver(PersonId(body.content.to));
    change(&api, &caller, &place, (command, "hand-over", body.digest())).await
}

/// Takes over a control plane of a system that was handed to oneself.
#[utoipa::path(post, path = "/api/v1/accountability/{plane}/{system}/take-over",
    tag = "accountability", request_body = Nothing,
    params(
        ("plane" = String, Path, description = "The control plane",
            pattern = "^(credentials|approval|service_accounts|suppliers|detection)$"),
        ("system" = String, Path, description = "The system's configured name"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn take_over(
    State(api): State<Api>,
    caller: Caller,
    Path(place): Path<(String, String)>,
    body: Body<Nothing>,
) -> Result<Response, Problem> {
    let command = accountability::Command::TakeOver;
    change(&api, &caller, &place, (command, "take-over", body.digest())).await
}

async fn change(
    api: &Api,
    caller: &Caller,
    (plane, system): &(String, String),
    (command, verb, digest): (accountability::Command, &str, &str),
) -> Result<Response, Problem> {
    let cell = cell(api, plane, system).await?;
    let about = format!("accountability {cell} {verb}");
    let command = Command::Accountability(cell, command);
    let asked = Asked { once: caller.once(&about, digest), ..caller.asks(command) };
    reply::change(api, caller, asked).await
}

/// The cell that an address names.
pub(crate) async fn cell(api: &Api, plane: &str, system: &str) -> Result<Cell, Problem> {
    let plane = Plane::ALL.into_iter().find(|it| it.as_str() == plane);
    let plane = plane.ok_or_else(|| Problem::unknown("control plane"))?;
    let found = by_name(&api.workers.door.store, system).await.map_err(NotDone::Store)?;
    let id = found.and_then(|item| bare(&item.row.id).parse().ok());
    Ok(Cell { plane, system: id.ok_or_else(|| Problem::unknown("system"))? })
}

/// Where a page begins and how long it is. The cursor counts, because the map is made anew each time.
fn part(paging: &Paging) -> Result<(usize, usize), Problem> {
    let from = usize::try_from(paging.after()?).unwrap_or_default();
    Ok((from, usize::try_from(paging.limit.0).unwrap_or_default()))
}
