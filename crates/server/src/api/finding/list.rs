//! GET /api/v1/findings

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_access::rule::Severity;
use countersign_store::read::finding::Filter;
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
use crate::ask::finding::{Row, page};

/// Which findings.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Where they are in their life, or how they ended; `not_ended` for all that have not.
    #[param(schema_with = statuses)]
    pub status: Option<Status>,
    /// How bad.
    #[param(schema_with = severities)]
    pub severity: Option<Severity>,
    /// The id of their owner.
    pub owner: Option<Uuid>,
    /// The system of their root cause.
    pub system: Option<String>,
    /// The rule.
    pub rule: Option<String>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

/// Where a finding is in its life, or how it ended, as a question names it.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Status(String);

impl TryFrom<String> for Status {
    type Error = String;

    fn try_from(word: String) -> Result<Self, String> {
        if words().any(|known| known == word) {
            return Ok(Self(word));
        }
        let words: Vec<&str> = words().collect();
        Err(format!("`{word}` is none of: {}", words.join(", ")))
    }
}

/// Asks for all that have not ended, wherever they are in their life.
pub(crate) const NOT_ENDED: &str = "not_ended";

/// The words of `countersign_governance::finding::Finding::status`.
pub(crate) const STATUSES: [&str; 9] = [
    "open",
    "assigned",
    "chosen",
    "remediating",
    "fulfilled",
    "fixed",
    "gone",
    "rule_changed",
    "not_toxic",
];

fn words() -> impl Iterator<Item = &'static str> {
    STATUSES.into_iter().chain([NOT_ENDED])
}

fn statuses() -> RefOr<Schema> {
    one_of(words())
}

fn severities() -> RefOr<Schema> {
    one_of(["low", "medium", "high", "critical"])
}

/// Findings, the newest first.
#[utoipa::path(
    get,
    path = "/api/v1/findings",
    tag = "findings",
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
    let owner = which.owner.map(|owner| owner.to_string());
    let status = which.status.as_ref().map(|Status(status)| status.as_str());
    let filter = Filter {
        status: status.filter(|status| *status != NOT_ENDED),
        not_ended: status == Some(NOT_ENDED),
        severity: which.severity.map(Severity::as_str),
        owner: owner.as_deref(),
        system: which.system.as_deref(),
        rule: which.rule.as_deref(),
    };
    let list = page(&api.workers.door, &filter, which.cursor.as_deref(), which.limit.0).await?;
    Ok(reply::page(&asked, list))
}
