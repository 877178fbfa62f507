//! POST /api/v1/people/appoint-for-case, and the same for somebody who was called in before.

use axum::extract::State;
use axum::response::Response;
use countersign_access::node::NodeId;
use countersign_governance::Command;
use countersign_governance::id::PersonId;
use countersign_governance::person::{self, ForCase, OneCase};
use countersign_governance::seat::SeatName;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::give;
use crate::act::{Asked, NotDone};
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::{self, Done};
use crate::ask::exception::PREFIX;
use crate::ask::finding::bare;
use crate::ask::person::one;
use crate::door::Door;
use crate::text::Text;

/// Who from outside is given which seat for which case.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PersonAppointForCase)]
pub struct Content {
    /// Their name.
    #[schema(min_length = 1, max_length = 400)]
    pub name: String,
    /// The identities in the graph that are theirs: nobody signs for what they hold themselves.
    #[serde(default)]
    #[schema(value_type = Vec<String>)]
    pub identities: Vec<NodeId>,
    /// The case: `EX-3` or `FN-12`.
    #[schema(min_length = 1, max_length = 200)]
    pub case: String,
    /// The seat: `control`, `legal` or `security` for an exception, `control` or `security` for a finding.
    #[schema(value_type = String)]
    pub seat: SeatName,
    /// Until when.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
}

/// Gives somebody from outside one seat for one case: they sign that case from that seat, until then, and
/// nothing else.
#[utoipa::path(post, path = "/api/v1/people/appoint-for-case", tag = "people", request_body = Content,
    params(("Idempotency-Key" = Option<String>, Header, description = "Carried out once")),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn appoint_for_case(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let id = PersonId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    change(&api, &caller, (id, "people appoint-for-case"), &body).await
}

/// Gives somebody from outside who was called in before one seat for another case, or for the same again.
/// What they were given before is over.
#[utoipa::path(post, path = "/api/v1/people/{id}/appoint-for-case", tag = "people",
    request_body = Content,
    params(
        ("id" = Uuid, Path, description = "Their id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once"),
    ),
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn reappoint_for_case(
    State(api): State<Api>,
    caller: Caller,
    Path(id): Path<Uuid>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let known = one(&api.workers.door, &id.to_string()).await?;
    known.ok_or_else(|| Problem::unknown("person"))?;
    let about = format!("person:{id} appoint-for-case");
    change(&api, &caller, (PersonId(id), &about), &body).await
}

async fn change(
    api: &Api,
    caller: &Caller,
    (id, about): (PersonId, &str),
    body: &Body<Content>,
) -> Result<Response, Problem> {
    let (command, texts) = asked(api, &body.content).await?;
    let asked = Asked {
        once: caller.once(about, body.digest()),
        ..caller.asks(Command::Person(id, command)).with_texts(texts)
    };
    give(api, caller, id.0, asked).await
}

/// The command of what was asked, with the texts to which it refers; pages use it too.
pub(crate) async fn asked(
    api: &Api,
    content: &Content,
) -> Result<(person::Command, Vec<Text>), Problem> {
    let Door { chance, .. } = &api.workers.door;
    let name = Text::new(chance, reply::name(&content.name)?).map_err(NotDone::Chance)?;
    let theirs = Text::json(chance, &content.identities).map_err(NotDone::Chance)?;
    let it = ForCase {
        name: name.digest().clone(),
        identities: theirs.digest().clone(),
        case: case(api, &content.case).await?,
        seat: content.seat,
        until: content.until,
    };
    Ok((person::Command::AppointForCase(it), vec![name, theirs]))
}

/// The case of a reference.
async fn case(api: &Api, reference: &str) -> Result<OneCase, Problem> {
    if reference.to_ascii_uppercase().starts_with(PREFIX) {
        let item = crate::api::exception::find(api, reference).await?;
        let id = bare(&item.row.id).parse().map_err(|_| Problem::unknown("exception"))?;
        return Ok(OneCase::Exception(id));
    }
    let item = crate::api::finding::find(api, reference).await?;
    let id = bare(&item.row.id).parse().map_err(|_| Problem::unknown("finding"))?;
    Ok(OneCase::Finding(id))
}
