//! GET and POST /api/v1/policy/consequences

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_policy::folder::Folder;
use serde::Deserialize;
use utoipa::ToSchema;

use super::file::{File, loaded};
use super::{Both, not_compared};
use crate::adoption::FILES_BYTES_MAX;
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::{Asker, Caller};
use crate::api::problem::{Problem, Wire};
use crate::api::query::Query;
use crate::ask::policy::{Consequences, between, consequences};

/// Largest body: two policies as JSON, in bytes.
const BODY_MAX: usize = 4 * FILES_BYTES_MAX;

/// Which open cases, signatures and standing decisions would come out otherwise between two policies that
/// are kept, such as the one in force and the one that is proposed.
#[utoipa::path(get, path = "/api/v1/policy/consequences", tag = "policy", params(Both), responses(
    (status = 200, body = Consequences),
    (status = 404, body = Wire, content_type = "application/problem+json"),
))]
pub async fn of_kept(
    State(api): State<Api>,
    _caller: Caller,
    Query(both): Query<Both>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let to = both.to.unwrap_or_else(|| door.policy.digest.clone());
    let told = between(door, &both.from, &to).await.map_err(not_compared)?;
    Ok(Json(told).into_response())
}

/// Two policies that are compared.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = PolicyPair)]
pub struct Pair {
    /// The files of the one; the policy by which this server decides when left out.
    #[schema(max_items = 1024)]
    pub from: Option<Vec<File>>,
    /// The files of the other; the policy by which this server decides when left out.
    #[schema(max_items = 1024)]
    pub to: Option<Vec<File>>,
}

/// Which open cases, signatures and standing decisions would come out otherwise between two policies that
/// are sent along. Nothing is kept of them and nothing is changed, so a token for questions is enough.
#[utoipa::path(post, path = "/api/v1/policy/consequences", tag = "policy", request_body = Pair,
    responses(
        (status = 200, body = Consequences),
        (status = 403, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn of_sent(
    State(api): State<Api>,
    _asker: Asker,
    body: Body<Pair, BODY_MAX>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let Pair { from, to } = body.content;
    let (old, new) = (one(&api, "from", from).await?, one(&api, "to", to).await?);
    Ok(Json(consequences(door, &old, &new).await?).into_response())
}

async fn one(api: &Api, field: &str, files: Option<Vec<File>>) -> Result<Arc<Folder>, Problem> {
    match files {
        Some(files) => Ok(Arc::new(loaded(field, files).await?)),
        None => Ok(Arc::clone(&api.workers.door.policy)),
    }
}
