//! GET /api/v1/reviews: the list, by where they stand. Counts nothing of their items.

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::{RefOr, Schema};

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::document::one_of;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::reply::{self, Limit};
use crate::ask::List;
use crate::ask::review::{Row, page};

/// The words of `countersign_governance::review::Review::status`.
pub(crate) const STATUSES: [&str; 9] = [
    "staged",
    "opening",
    "active",
    "paused",
    "remediating",
    "proven",
    "accepted",
    "rejected",
    "cancelled",
];

/// Which reviews.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Where they stand.
    #[param(schema_with = statuses)]
    pub status: Option<Status>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

/// Where a review stands, as a question names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Status(pub(crate) String);

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if STATUSES.contains(&word.as_str()) {
            return Ok(Self(word));
        }
        Err(format!("`{word}` is none of: {}", STATUSES.join(", ")))
    }
}

fn statuses() -> RefOr<Schema> {
    one_of(STATUSES)
}

/// Reviews of access, the newest first.
#[utoipa::path(get, path = "/api/v1/reviews", tag = "reviews", params(Which), responses(
    (status = 200, body = List<Row>),
))]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let status = which.status.as_ref().map(|Status(status)| status.as_str());
    let door = &api.workers.door;
    Ok(reply::page(&asked, page(door, status, which.cursor.as_deref(), which.limit.0).await?))
}
