//! POST /api/v1/findings/{reference}/choose

use axum::extract::State;
use axum::response::Response;
use countersign_access::change::Change;
use countersign_access::fact::SourceId;
use countersign_governance::finding::{Command, Remedy, choose as decided};
use serde::Deserialize;
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::document::one_of;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::door::NotDone;
use crate::shape;
use crate::text::Text;

/// One of the finding's remedies, as /remedies lists them.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = FindingChoose)]
pub struct Content {
    /// `revoke`, `reduce` or `disable`.
    #[schema(schema_with = remedies)]
    pub remedy: Remedy,
    /// The system that changes.
    pub system: String,
    /// The change.
    #[schema(schema_with = shape::change)]
    pub change: Change,
}

fn remedies() -> RefOr<Schema> {
    one_of(["revoke", "reduce", "disable"])
}

/// Chooses the remedy; only the owner does, and nothing is run by it.
#[utoipa::path(
    post,
    path = "/api/v1/findings/{reference}/choose",
    tag = "findings",
    params(
        ("reference" = String, Path, description = "`FN-12`, or its id"),
        ("If-Match" = Option<String>, Header, description = "The ETag you have seen"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Content,
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn choose(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let asked = asked(&api, &body.content)?;
    super::change(&api, &caller, &item, asked, body.digest()).await
}

/// What is asked of the door.
pub(crate) fn asked(api: &Api, content: &Content) -> Result<(Command, Vec<Text>), Problem> {
    let Content { remedy, system, change } = content;
    // The name goes into the ledger, where no free text may stand.
    if !api.workers.targets.contains_key(&SourceId::new(system)) {
        let detail = "no such system is connected: /systems lists those that are";
        return Err(Problem::malformed_at(Some("system"), detail));
    }
    let text = Text::json(&api.workers.door.chance, change).map_err(NotDone::Chance)?;
    let (remedy, system, change) = (*remedy, system.clone(), text.digest().clone());
    let verb = Command::Choose(decided::Choose { remedy, change, system });
    Ok((verb, vec![text]))
}
