//! People over HTTP: list, get, appoint, deactivate.

pub mod appoint_for_case;

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_access::node::NodeId;
use countersign_governance::Command;
use countersign_governance::id::PersonId;
use countersign_governance::person::{self, Appointment, Away, StandIn};
use countersign_governance::seat::SeatName;
use countersign_store::provider::is_linked;
use jiff::Timestamp;
use jiff::civil::Date;
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{ArrayBuilder, RefOr, Schema};
use uuid::Uuid;

use super::Api;
use super::body::Body;
use super::caller::Caller;
use super::document::one_of;
use super::problem::{Problem, Wire};
use super::query::{Path, Query};
use super::reply::{self, Done, Paging};
use crate::act::{Asked, NotDone};
use crate::ask::List;
use crate::ask::person::{Row, one, page};
use crate::text::Text;

/// Whom to appoint to what.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonAppoint)]
pub struct Content {
    /// Their name.
    #[schema(min_length = 1, max_length = 400)]
    pub name: String,
    /// Their seats, at least one.
    #[schema(schema_with = seats)]
    pub seats: Vec<SeatName>,
    /// The identities in the graph that are theirs.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub identities: Vec<NodeId>,
    /// For whom they stand in.
    #[serde(default)]
    pub stands_in: Vec<For>,
    /// When they are away.
    #[serde(default)]
    pub away: Option<Absence>,
    /// The id of the person to whom they report: nobody signs for what somebody above them holds or asked
    /// for.
    #[serde(default)]
    pub manager: Option<Uuid>,
}

/// An absence, in whole days.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonAway)]
pub struct Absence {
    /// The first day.
    #[schema(value_type = String, format = Date)]
    pub from: Date,
    /// The last day, not before the first.
    #[schema(value_type = String, format = Date)]
    pub until: Date,
}

fn seats() -> RefOr<Schema> {
    let seat = one_of(SeatName::ALL.map(SeatName::as_str));
    RefOr::T(ArrayBuilder::new().items(seat).min_items(Some(1)).into())
}

/// Standing in for somebody, until a time.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonStandsInFor)]
pub struct For {
    /// The id of the person.
    pub person: Uuid,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// Nothing more is needed.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonDeactivate)]
pub struct Nothing {}

/// People, with their seats.
#[utoipa::path(get, path = "/api/v1/people", tag = "people", params(Paging), responses(
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

/// One person.
#[utoipa::path(get, path = "/api/v1/people/{id}", tag = "people",
    params(("id" = Uuid, Path, description = "Their id")),
    responses(
        (status = 200, body = Row),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn get(
    State(api): State<Api>,
    _caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let person = one(&api.workers.door, &id.to_string()).await?;
    let person = person.ok_or_else(|| Problem::unknown("person"))?;
    Ok(reply::record(person.sequence, &person))
}

/// Appoints somebody new.
#[utoipa::path(post, path = "/api/v1/people", tag = "people", request_body = Content,
    params(("Idempotency-Key" = Option<String>, Header, description = "Carried out once")),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn appoint(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let id = PersonId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    change(&api, &caller, (id, "people appoint"), &body).await
}

/// Appoints somebody to other seats, instead of those they have.
#[utoipa::path(post, path = "/api/v1/people/{id}/appoint", tag = "people", request_body = Content,
    params(
        ("id" = Uuid, Path, description = "Their id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn reappoint(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let known = one(&api.workers.door, &id.to_string()).await?;
    known.ok_or_else(|| Problem::unknown("person"))?;
    change(&api, &caller, (PersonId(id), &format!("person:{id} appoint")), &body).await
}

/// Ends a person's appointments at once.
#[utoipa::path(post, path = "/api/v1/people/{id}/deactivate", tag = "people", request_body = Nothing,
    params(
        ("id" = Uuid, Path, description = "Their id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn deactivate(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    body: Body<Nothing>,
) -> Result<Response, Problem> {
    let command = Command::Person(PersonId(id), person::Command::Deactivate);
    let asked = Asked {
        once: caller.once(&format!("person:{id} deactivate"), body.digest()),
        ..caller.asks(command)
    };
    give(&api, &caller, id, asked).await
}

/// Takes away who a person is at the provider of sign-ins; their sessions by it are over.
#[utoipa::path(delete, path = "/api/v1/people/{id}/link", tag = "people",
    params(
        ("id" = Uuid, Path, description = "Their id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn unlink(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
) -> Result<Response, Problem> {
    let command = Command::Person(PersonId(id), person::Command::Unlink);
    let once = caller.once(&format!("person:{id} unlink"), "");
    let asked = Asked { once, ..caller.asks(command) };
    let door = &api.workers.door;
    let is_linked = is_linked(&door.store, &id.to_string()).await.map_err(NotDone::Store)?;
    let known = one(door, &id.to_string()).await?.ok_or_else(|| Problem::unknown("person"))?;
    if !is_linked && door.would(vec![asked.clone()]).await?.iter().all(Result::is_ok) {
        return Ok(reply::unchanged(format!("person:{id}"), known.sequence));
    }
    give(&api, &caller, id, asked).await
}

async fn change(
    api: &Api,
    caller: &Caller,
    (id, about): (PersonId, &str),
    body: &Body<Content>,
) -> Result<Response, Problem> {
    let Content { name, seats, identities, stands_in, away, manager } = &body.content;
    let chance = &api.workers.door.chance;
    let name = Text::new(chance, reply::name(name)?).map_err(NotDone::Chance)?;
    let theirs = Text::json(chance, identities).map_err(NotDone::Chance)?;
    let stands_in =
        stands_in.iter().map(|it| StandIn { person: PersonId(it.person), until: it.until });
    let appointment = Appointment {
        name: name.digest().clone(),
        seats: seats.iter().copied().collect(),
        identities: theirs.digest().clone(),
        stands_in: stands_in.collect(),
        away: away.as_ref().map(|it| Away { from: it.from, until: it.until }),
        manager: manager.map(PersonId),
    };
    let command = Command::Person(id, person::Command::Appoint(appointment));
    let asked = Asked {
        once: caller.once(about, body.digest()),
        ..caller.asks(command).with_texts(vec![name, theirs])
    };
    give(api, caller, id.0, asked).await
}

/// Gives a command to the door. Where somebody else was first the answer shows the person as they are.
pub(super) async fn give(
    api: &Api,
    caller: &Caller,
    id: Uuid,
    asked: Asked,
) -> Result<Response, Problem> {
    match reply::change(api, caller, asked).await {
        Err(problem) if problem.is_conflict() => {
            let now = one(&api.workers.door, &id.to_string()).await?;
            Err(problem.with_state(serde_json::to_value(now).ok()))
        }
        other => other,
    }
}
