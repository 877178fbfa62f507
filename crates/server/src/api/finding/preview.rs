//! GET /api/v1/findings/{reference}/preview

use axum::Json;
use axum::extract::State;
use axum::response::{IntoResponse, Response};
use countersign_access::change::{Change, Order, Preview};
use countersign_access::fact::SourceId;
use countersign_governance::finding::{Chosen, Finding, Stage};
use countersign_governance::refusal::Refusal;
use countersign_store::read::finding::Item;
use serde::Serialize;
use utoipa::ToSchema;

use crate::api::Api;
use crate::api::caller::Caller;
use crate::api::problem::code::Code;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::ask::finding as ask;
use crate::kept;

/// What the chosen change would run in the system.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Preview)]
pub struct Shown {
    /// Version of this form.
    pub version: u32,
    /// The system that would change.
    pub system: String,
    /// Whether we only print scripts for it.
    pub read_only: bool,
    /// Statements, their undo, and why they could not be run.
    #[schema(value_type = Object)]
    #[serde(flatten)]
    pub preview: Preview,
}

/// The exact statements of the chosen change, their undo, and what stands in the way. Nothing is run.
#[utoipa::path(
    get,
    path = "/api/v1/findings/{reference}/preview",
    tag = "findings",
    params(("reference" = String, Path, description = "`FN-12`, or its id")),
    responses(
        (status = 200, body = Shown),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 503, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn preview(
    State(api): State<Api>,
    _caller: Caller,
    Path(reference): Path<String>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    Ok(Json(shown(&api, &item).await?).into_response())
}

/// What the chosen change of a finding would run.
pub(crate) async fn shown(api: &Api, item: &Item) -> Result<Shown, Problem> {
    let case = ask::case(item)?.ok_or_else(|| Problem::unknown("finding"))?;
    let chosen = chosen(&case).ok_or_else(|| not_chosen(&case))?;
    let words = kept::read_words(&api.workers.door.store, &chosen.change).await?;
    let change: Option<Change> = words.and_then(|words| serde_json::from_str(&words).ok());
    let system = SourceId::new(&chosen.system);
    let target = api.workers.targets.get(&system).ok_or_else(|| Problem::unknown("system"))?;
    let change = change.ok_or_else(|| not_chosen(&case))?;
    let order = Order { key: "preview".to_owned(), system, change };
    let preview = target
        .connector
        .preview(&order)
        .await
        .map_err(|fault| Problem::of(Code::SystemFault).because(&fault.to_string()))?;
    let system = chosen.system.clone();
    Ok(Shown { version: 1, system, read_only: target.read_only, preview })
}

fn chosen(case: &Finding) -> Option<&Chosen> {
    match &case.stage {
        Stage::Chosen { chosen, .. } => Some(chosen),
        Stage::Remediating { ordered, .. } | Stage::Fulfilled { ordered, .. } => {
            Some(&ordered.chosen)
        }
        Stage::Open | Stage::Assigned { .. } | Stage::Ended { .. } => None,
    }
}

fn not_chosen(case: &Finding) -> Problem {
    let (noun, is) = ("finding", case.status());
    let refusal = Refusal::WrongStage { noun, is, verb: "previewed", wanted: "chosen" };
    let detail = "no remedy is chosen for this finding";
    let next = "its owner chooses one; /remedies lists those that would help";
    Problem::refused(&refusal).because(detail).then(next)
}
