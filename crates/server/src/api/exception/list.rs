//! GET /api/v1/exceptions

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_store::read::exception::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::document::one_of;
use crate::api::problem::Problem;
use crate::api::query::Query;
use crate::api::reply::{self, Limit};
use crate::ask::List;
use crate::ask::exception::{Row, page};

/// Which exceptions.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Where they stand now, or how they ended.
    #[param(schema_with = statuses)]
    pub status: Option<Status>,
    /// The id of their owner.
    pub owner: Option<Uuid>,
    /// The finding: `FN-12`, or its id.
    pub finding: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

/// Where an exception stands, as a question names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Status(String);

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if STATUSES.contains(&word.as_str()) {
            return Ok(Self(word));
        }
        Err(format!("`{word}` is none of: {}", STATUSES.join(", ")))
    }
}

/// The words of `countersign_governance::exception::Exception::status`.
pub(crate) const STATUSES: [&str; 9] = [
    "in_review",
    "active",
    "suspended",
    "expired",
    "moot",
    "revoked",
    "withdrawn",
    "rejected",
    "vetoed",
];

fn statuses() -> RefOr<Schema> {
    one_of(STATUSES)
}

/// Exceptions as they stand now, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/exceptions",
    tag = "exceptions",
    params(Which),
    responses(
        (status = 200, body = List<Row>),
    )
)]
pub async fn list(
    State(api): State<Api>,
    _caller: Caller,
    asked: Uri,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let door = &api.workers.door;
    let owner = which.owner.map(|owner| owner.to_string());
    let finding = match &which.finding {
        // A finding that is not there has no exceptions.
        Some(reference) => Some(
            crate::ask::finding::find(door, reference)
                .await?
                .map_or_else(|| reference.clone(), |item| item.row.id),
        ),
        None => None,
    };
    let filter = Filter {
        status: which.status.as_ref().map(|Status(status)| status.as_str()),
        owner: owner.as_deref(),
        finding: finding.as_deref(),
        rule: which.rule.as_deref(),
    };
    let list = page(door, &filter, which.cursor.as_deref(), which.limit.0).await?;
    Ok(reply::page(&asked, list))
}
