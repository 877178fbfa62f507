//! POST /api/v1/reviews/{reference}/items/{number}/decide, and about many items at once

use axum::Json;
use axum::extract::State;
use axum::response::Response;
use countersign_governance::item::decide::{Decide, Decision};
use countersign_governance::item::{Command, Wish};
use countersign_store::read::review::Item as Review;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use utoipa::openapi::{RefOr, Schema};

use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::document::one_of;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply::Done;
use crate::text::Text;

/// Most items about which is decided at once.
pub(crate) const AT_ONCE_MAX: usize = 100;

/// The names of decisions.
pub(crate) const DECISIONS: [&str; 8] =
    ["keep", "revoke", "reduce", "rescope", "short_lived", "just_in_time", "exception", "not_mine"];

/// What somebody decides. Nothing is suggested and nothing is chosen beforehand.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDecide)]
pub struct Content {
    /// `keep` until a day; `revoke`, `reduce`, `rescope`, `short_lived` or `just_in_time` how it is to
    /// change; `exception` where it cannot be changed now; `not_mine` where somebody else is to be asked.
    #[schema(schema_with = decisions)]
    pub decision: String,
    /// Until when it is kept, exclusive.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// Why, in a sentence: needed where access is kept that takes part in a finding of high severity, and
    /// where several items are decided at once.
    #[schema(min_length = 10, max_length = 8192)]
    pub reason: Option<String>,
}

fn decisions() -> RefOr<Schema> {
    one_of(DECISIONS)
}

/// Decides about one item.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{reference}/items/{number}/decide",
    tag = "reviews",
    params(
        ("reference" = String, Path, description = "`RV-3`, or its id"),
        ("number" = i64, Path, description = "Its number in the review", minimum = 1),
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
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn decide(
    State(api): State<Api>,
    caller: Caller,
    Path((reference, number)): Path<(String, i64)>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let review = super::find(&api, &reference).await?;
    let asked = asked(&api, &body.content, 1)?;
    super::change_item(&api, &caller, (&review, number), asked, body.digest()).await
}

/// The same decision about several items, with one reason.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ReviewDecideMany)]
pub struct Many {
    /// The numbers of the items, each named: there is no "all".
    #[schema(min_items = 1, max_items = 100)]
    pub items: Vec<i64>,
    /// What is decided about each of them.
    pub decision: Content,
}

/// What came of a decision about several items.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewDecided)]
pub struct Came {
    /// Version of this form.
    pub version: u32,
    /// The numbers of those that are decided now.
    pub done: Vec<i64>,
    /// Those that are not, and why.
    pub refused: Vec<No>,
}

/// Why an item is not decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewNotDecided)]
pub struct No {
    /// Its number.
    pub item: i64,
    /// Stable code for programs.
    pub code: String,
    /// What is wrong and why.
    pub detail: String,
    /// What to do next.
    pub next: String,
}

/// Decides about several items at once, each for itself: what is refused for one is told of that one. That
/// it was done in bulk is part of each decision and shown where reviewers are measured.
#[utoipa::path(
    post,
    path = "/api/v1/reviews/{reference}/decide",
    tag = "reviews",
    params(("reference" = String, Path, description = "`RV-3`, or its id")),
    request_body = Many,
    responses(
        (status = 200, body = Came),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 422, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn decide_many(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Many>,
) -> Result<Json<Came>, Problem> {
    let review = super::find(&api, &reference).await?;
    let Many { items, decision } = &body.content;
    Ok(Json(many(&api, &caller, (&review, items), decision).await?))
}

async fn many(
    api: &Api,
    caller: &Caller,
    (review, items): (&Review, &[i64]),
    decision: &Content,
) -> Result<Came, Problem> {
    let at_once = at_once(items.len())?;
    let mut came = Came { version: 1, ..Came::default() };
    for number in items {
        let asked = asked(api, decision, at_once)?;
        let item = match super::find_item(api, review, *number).await {
            Ok(item) => item,
            Err(problem) => {
                came.refused.push(No::of(*number, &problem));
                continue;
            }
        };
        let asked = caller.asks(super::command(&item, asked.0)?).with_texts(asked.1);
        match api.workers.door.act(asked).await.map_err(Problem::from) {
            Ok(_) => came.done.push(*number),
            Err(problem) => came.refused.push(No::of(*number, &problem)),
        }
    }
    Ok(came)
}

/// How many items a decision is about, within its limit.
pub(crate) fn at_once(items: usize) -> Result<u32, Problem> {
    if items == 0 || items > AT_ONCE_MAX {
        let detail = format!("name 1 to {AT_ONCE_MAX} items: there is no decision about all");
        return Err(Problem::malformed_at(Some("items"), &detail));
    }
    Ok(u32::try_from(items).unwrap_or(u32::MAX))
}

impl No {
    pub(crate) fn of(item: i64, problem: &Problem) -> Self {
        let wire = problem.wire();
        Self { item, code: wire.code.clone(), detail: wire.detail.clone(), next: wire.next.clone() }
    }
}

/// What is asked of the door.
pub(crate) fn asked(
    api: &Api,
    content: &Content,
    at_once: u32,
) -> Result<(Command, Vec<Text>), Problem> {
    let decision = match (content.decision.as_str(), content.until) {
        ("keep", Some(until)) => Decision::Keep { until },
        ("keep", None) => {
            let detail = "access is kept until a day: say which";
            return Err(Problem::malformed_at(Some("until"), detail));
        }
        ("not_mine", _) => Decision::NotMine,
        (word, _) => {
            let wish = Wish::ALL.into_iter().find(|wish| wish.as_str() == word);
            let none = format!("`{word}` is none of: {}", DECISIONS.join(", "));
            Decision::Change(wish.ok_or_else(|| Problem::malformed_at(Some("decision"), &none))?)
        }
    };
    let words = content.reason.as_deref().map(str::trim).filter(|words| !words.is_empty());
    let (reason, texts) = match words {
        Some(words) => {
            let (reason, text) = super::reason(api, "reason", words)?;
            (Some(reason), vec![text])
        }
        None => (None, Vec::new()),
    };
    Ok((Command::Decide(Decide { decision, reason, at_once }), texts))
}
