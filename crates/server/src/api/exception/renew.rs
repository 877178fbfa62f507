//! POST /api/v1/exceptions/{reference}/renew

use axum::extract::State;
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::exception::{Command as Verb, Use, renew as decided};
use countersign_governance::id::ExceptionId;
use countersign_store::read::exception::Item;
use jiff::Timestamp;
use serde::Deserialize;
use utoipa::ToSchema;
use uuid::Uuid;

use super::propose::{self, Controlled, Proposed, whole_micros};
use crate::api::Api;
use crate::api::body::Body;
use crate::api::caller::Caller;
use crate::api::problem::{Problem, Wire};
use crate::api::query::Path;
use crate::api::reply;
use crate::ask::finding::bare;
use crate::door::{Asked, NotDone};
use crate::shape;
use crate::text::Text;

/// A renewal: all that a first exception says, said anew, what the access was used for in the last
/// period, and at the cap by what steps it goes. The evidence of that period is counted, not sent.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionRenew)]
pub struct Content {
    /// The id of the one person who shall carry the risk.
    pub owner: Uuid,
    /// What the access was used for in the last period, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub used_for: String,
    /// What the access is needed for now, in a sentence that is not the one of before.
    #[schema(min_length = 10, max_length = 8192)]
    pub need: String,
    /// Why it still cannot be removed, in a sentence that is not the one of before.
    #[schema(min_length = 10, max_length = 8192)]
    pub not_removable: String,
    /// What would change that, in a sentence that is not the one of before.
    #[schema(min_length = 10, max_length = 8192)]
    pub would_change: String,
    /// How the access is used: at any time, or within a weekly window.
    #[schema(schema_with = shape::used)]
    pub used: Use,
    /// The compensating controls, at least one.
    #[schema(min_items = 1, max_items = 20)]
    pub controls: Vec<Controlled>,
    /// When it ends, exclusive.
    #[schema(value_type = String, format = DateTime)]
    pub until: Timestamp,
    /// Days between two reviews by the owner.
    #[schema(minimum = 1, maximum = 365)]
    pub review_days: u16,
    /// The ids of those who asked for the access: they sign nothing here.
    #[serde(default)]
    #[schema(max_items = 50)]
    pub requested_by: Vec<Uuid>,
    /// The ticket that belongs to it; some tiers require one.
    #[serde(default)]
    #[schema(min_length = 1, max_length = 200)]
    pub ticket: Option<String>,
    /// By what steps the access goes, in the order of their dates. The last renewal that the tier allows
    /// needs at least one.
    #[serde(default)]
    #[schema(max_items = 20)]
    pub plan: Vec<Step>,
}

/// A step by which an access goes.
#[derive(Debug, Clone, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = ExceptionRenewStep)]
pub struct Step {
    /// What is done, in a sentence.
    #[schema(min_length = 10, max_length = 8192)]
    pub what: String,
    /// By when: after now, and not after the end.
    #[schema(value_type = String, format = DateTime)]
    pub by: Timestamp,
}

/// What a renewal says beyond a first proposal.
#[derive(Debug, Clone, Default)]
pub(crate) struct Anew {
    pub(crate) used_for: String,
    pub(crate) plan: Vec<Step>,
}

/// Puts an exception that has been in force forward once more: a new one, which everybody signs anew. It
/// climbs a tier with each renewal.
#[utoipa::path(
    post,
    path = "/api/v1/exceptions/{reference}/renew",
    tag = "exceptions",
    params(
        ("reference" = String, Path, description = "`EX-12`, or its id: the one that is renewed"),
        ("Idempotency-Key" = Option<String>, Header, description = "Carried out once, kept 24 hours"),
    ),
    request_body = Content,
    responses(
        (status = 200, body = Proposed),
        (status = 403, body = Wire, content_type = "application/problem+json"),
        (status = 404, body = Wire, content_type = "application/problem+json"),
        (status = 409, body = Wire, content_type = "application/problem+json"),
        (status = 412, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn renew(
    State(api): State<Api>,
    caller: Caller,
    Path(reference): Path<String>,
    body: Body<Content>,
) -> Result<Response, Problem> {
    let item = super::find(&api, &reference).await?;
    let digest = body.digest().to_owned();
    let (proposal, anew) = body.content.parts(&item);
    let (command, texts) = asked(&api, &item, &proposal, &anew).await?;
    let asked = Asked {
        once: caller.once(&format!("{} renew", item.row.id), &digest),
        ..caller.asks(command).with_texts(texts)
    };
    let done = reply::done(&api, &caller, asked).await?;
    propose::shown(&api, done).await
}

impl Content {
    fn parts(self, of: &Item) -> (propose::Content, Anew) {
        let proposal = propose::Content {
            finding: of.row.finding.clone(),
            owner: self.owner,
            need: self.need,
            not_removable: self.not_removable,
            would_change: self.would_change,
            used: self.used,
            controls: self.controls,
            until: self.until,
            review_days: self.review_days,
            requested_by: self.requested_by,
            ticket: self.ticket,
        };
        (proposal, Anew { used_for: self.used_for, plan: self.plan })
    }
}

/// What is asked of the door: a new exception that renews this one.
pub(crate) async fn asked(
    api: &Api,
    of: &Item,
    proposal: &propose::Content,
    anew: &Anew,
) -> Result<(Command, Vec<Text>), Problem> {
    let door = &api.workers.door;
    let unknown = || Problem::unknown("exception");
    let before: ExceptionId = bare(&of.row.id).parse().map_err(|_| unknown())?;
    let (propose, mut texts) = propose::read(api, proposal).await?;
    let (used_for, text) = super::reason(api, "used_for", &anew.used_for)?;
    texts.push(text);
    let mut plan = Vec::new();
    for (index, step) in anew.plan.iter().enumerate() {
        let (what, text) = super::reason(api, &format!("plan[{index}].what"), &step.what)?;
        texts.push(text);
        plan.push(decided::Planned { what, by: whole_micros(step.by) });
    }
    let renew = decided::Renew { of: before, propose, used_for, plan };
    let id = ExceptionId(door.chance.id(door.clock.now()).map_err(NotDone::Chance)?);
    Ok((Command::Exception(id, Verb::Renew(Box::new(renew))), texts))
}
