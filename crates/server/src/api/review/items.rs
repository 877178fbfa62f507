//! GET /api/v1/reviews/{reference}/items, and one of them

use axum::extract::State;
use axum::http::Uri;
use axum::response::Response;
use countersign_store::read::item::Filter;
use serde::Deserialize;
use utoipa::IntoParams;
use utoipa::openapi::{RefOr, Schema};
use uuid::Uuid;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::document::one_of;
use crate::api::problem::{Problem, Wire};
use crate::api::query::{Path, Query};
use crate::api::reply::{self, Limit};
use crate::ask::List;
use crate::ask::review::item::{ItemRow, ItemWhole, item_whole, items as page};

/// The words of `countersign_governance::item::Item::status`.
pub(crate) const STANDINGS: [&str; 4] = ["open", "kept", "changing", "proven"];

/// Which items.
#[derive(Debug, Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Which {
    /// Where they stand.
    #[param(schema_with = standings)]
    pub standing: Option<Standing>,
    /// The id of somebody before whom they are.
    pub reviewer: Option<Uuid>,
    /// Only those of whose use nothing is known.
    #[serde(default)]
    pub never_used: bool,
    /// Only those that take part in a finding at least as bad.
    #[param(schema_with = severities)]
    pub severity: Option<Severity>,
    /// Where the page begins: `next` of the page before.
    pub cursor: Option<String>,
    /// How many, at most 200; 50 when left out.
    #[param(value_type = Option<i64>, minimum = 1, maximum = 200)]
    #[serde(default)]
    pub limit: Limit,
}

macro_rules! word {
    ($(#[doc = $doc:literal] $name:ident of $words:expr;)+) => { $(
        #[doc = $doc]
        #[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
        #[serde(try_from = "String")]
        pub struct $name(pub(crate) String);

        impl TryFrom<String> for $name {
            type Error = String;

            fn try_from(word: String) -> Result<Self, String> {
                if $words.contains(&word.as_str()) {
                    return Ok(Self(word));
                }
                Err(format!("`{word}` is none of: {}", $words.join(", ")))
            }
        }
    )+ };
}

word! {
    /// Where an item stands, as a question names it.
    Standing of STANDINGS;
    /// How bad, as a question names it.
    Severity of SEVERITIES;
}

/// From the least to the worst, as the store counts them from one.
pub(crate) const SEVERITIES: [&str; 4] = ["low", "medium", "high", "critical"];

fn standings() -> RefOr<Schema> {
    one_of(STANDINGS)
}

fn severities() -> RefOr<Schema> {
    one_of(SEVERITIES)
}

/// The place of a severity, from one; zero for none.
pub(crate) fn rank(severity: Option<&str>) -> i64 {
    let place = severity.and_then(|it| SEVERITIES.iter().position(|known| *known == it));
    place.and_then(|place| i64::try_from(place).ok()).map_or(0, |place| place.saturating_add(1))
}

/// The items of a review, in order of their numbers. Those before somebody are theirs to decide; what one
/// of several decided is before nobody any more.
#[utoipa::path(get, path = "/api/v1/reviews/{reference}/items", tag = "reviews",
    params(("reference" = String, Path, description = "`RV-3`, or its id"), Which),
    responses(
        (status = 200, body = List<ItemRow>),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn items(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
    asked: Uri,
    Query(which): Query<Which>,
) -> Result<Response, Problem> {
    let review = super::find(&api, &reference).await?;
    let reviewer = which.reviewer.map(|reviewer| reviewer.to_string());
    let filter = Filter {
        standing: which.standing.as_ref().map(|Standing(word)| word.as_str()),
        reviewer: reviewer.as_deref(),
        never_used: which.never_used,
        severity: rank(which.severity.as_ref().map(|Severity(word)| word.as_str())),
    };
    let cut = (which.cursor.as_deref(), which.limit.0);
    Ok(reply::page(&asked, page(&api.workers.door, &review.row.id, &filter, cut).await?))
}

/// One item of a review, with what stands beside a decision: last use, peers, direct sources and who gave
/// them, and the findings that it takes part in.
#[utoipa::path(get, path = "/api/v1/reviews/{reference}/items/{number}", tag = "reviews",
    params(
        ("reference" = String, Path, description = "`RV-3`, or its id"),
        ("number" = i64, Path, description = "Its number in the review", minimum = 1),
    ),
    responses(
        (status = 200, body = ItemWhole),
        (status = 404, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn item(
    State(api): State<Api>,
    _caller: Caller,
    Path((reference, number)): Path<(String, i64)>,
) -> Result<Response, Problem> {
    let review = super::find(&api, &reference).await?;
    let item = super::find_item(&api, &review, number).await?;
    Ok(reply::record(item.sequence, &item_whole(&api.workers.door, &review, &item).await?))
}
