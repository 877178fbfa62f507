//! POST /api/v1/reviews, and POST /api/v1/reviews/preview

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::ReviewId;
use countersign_governance::review::{Command as Verb, stage as decided};
use serde::Deserialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::{Asker, Caller};
use crate::api::problem::{Problem, Wire};
use crate::api::reply::{self, Done};
use crate::ask::review::preview::{Preview, preview as previewed};
use crate::door::{Asked, NotDone};
use crate::review::proposal::Proposal;
use crate::review::scope::Scope;
use crate::text::Text;

/// Plans a review. Nobody is asked anything before it is started. An empty scope, a stage that asks nobody,
/// and silence that keeps access are refused.
#[utoipa::path(
    post,
    path = "/api/v1/reviews",
    tag = "reviews",
    params(
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Proposal,
    responses(
        (status = 200, body = Done),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn stage(
    State(api): State<Api>,
    caller: Caller,
    body: Body<Proposal>,
) -> Result<Response, Problem> {
    let (verb, texts) = asked(&api, &body.content)?;
    let id = new(&api)?;
    let asked = Asked {
        once: caller.once("review.stage", body.digest()),
        ..caller.asks(Command::Review(id, verb)).with_texts(texts)
    };
    reply::change(&api, &caller, asked).await
}

/// The id of a review that is planned now.
pub(crate) fn new(api: &Api) -> Result<ReviewId, Problem> {
    let door = &api.workers.door;
    Ok(ReviewId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?))
}

/// What is asked of the door.
pub(crate) fn asked(api: &Api, proposal: &Proposal) -> Result<(Verb, Vec<Text>), Problem> {
    check(&proposal.scope)?;
    let title = proposal.title.trim();
    if title.is_empty() || title.chars().count() > TITLE_CHARS_MAX {
        let detail = format!("a title has 1 to {TITLE_CHARS_MAX} characters");
        return Err(Problem::malformed_at(Some("title"), &detail));
    }
    let (plan, texts) = proposal.plan(&api.workers.door.chance).map_err(NotDone::Chance)?;
    Ok((Verb::Stage(Box::new(decided::Stage { plan })), texts))
}

/// Longest title, in characters.
const TITLE_CHARS_MAX: usize = 400;

pub(crate) fn check(scope: &Scope) -> Result<(), Problem> {
    scope.check().map_err(|no| Problem::malformed_at(Some(&format!("scope.{}", no.field)), &no.why))
}

/// A scope that is looked at.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewPreviewOf)]
pub struct Content {
    /// Which access.
    #[serde(default)]
    pub scope: Scope,
    /// Whether what was kept before and has not changed since is left out.
    #[serde(default)]
    pub changed_only: bool,
}

/// What a scope has now, counted, before anybody is asked anything. Nothing is kept of it.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/preview",
    tag = "reviews",
    request_body = Content,
    responses(
        (status = 200, body = Preview),
        (status = 403, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    State(api): State<Api>,
    _asker: Asker,
    body: Body<Content>,
) -> Result<Json<Preview>, Problem> {
    check(&body.content.scope)?;
    let Content { scope, changed_only } = &body.content;
    Ok(Json(previewed(&api.workers.door, scope, *changed_only).await?))
}
