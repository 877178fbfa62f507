//! What an exception renews and by which new facts, and by which one it was renewed.

use countersign_governance::Subject;
use countersign_governance::exception::Exception as Case;
use countersign_store::read::exception::get;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::PREFIX;
use super::whole::case;
use crate::door::{Door, NotDone};
use crate::kept;
use crate::oversight::Reading;
use crate::renewal::{Period, kept_period};

/// Most exceptions about one finding that are looked through.
const LOOKED_MAX: i64 = 200;

/// What a renewal renews, and by which facts.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionRenews)]
pub struct Renews {
    /// The short reference of the exception before it.
    pub exception: String,
    /// Which renewal of the first one it is.
    pub renewal: u32,
    /// What the access was used for in the last period, as its proposer said; null where erased.
    pub used_for: Option<String>,
    /// What the last period showed, as counted when it was put forward; null where erased.
    pub evidence: Option<Period>,
    /// By what steps the access goes.
    pub plan: Vec<Step>,
}

/// A step by which an access goes.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ExceptionRenewsStep)]
pub struct Step {
    /// What is done; null where erased.
    pub what: Option<String>,
    /// By when.
    #[schema(value_type = String, format = DateTime)]
    pub by: Timestamp,
}

pub(super) async fn renews(door: &Door, case: &Case) -> Result<Option<Renews>, NotDone> {
    let Some(renews) = &case.renews else { return Ok(None) };
    let before = Subject::Exception(renews.exception).to_string();
    let before = get(&door.store, &before, door.clock.now()).await?;
    let mut plan = Vec::new();
    for step in &renews.plan {
        let what = kept::read_words(&door.store, &step.what).await?;
        plan.push(Step { what, by: step.by });
    }
    Ok(Some(Renews {
        exception: before.map(|it| format!("{PREFIX}{}", it.row.number)).unwrap_or_default(),
        renewal: renews.renewal,
        used_for: kept::read_words(&door.store, &renews.used_for).await?,
        evidence: kept_period(door, &renews.evidence).await?,
        plan,
    }))
}

pub(super) async fn renewed_by(
    door: &Door,
    of: &Case,
    now: Timestamp,
) -> Result<Option<String>, NotDone> {
    let finding = Subject::Finding(of.pin.finding).to_string();
    let items = Reading::Store(&door.store).exceptions(&finding, (now, LOOKED_MAX)).await?;
    for item in items {
        let renews = case(&item)?.and_then(|it| it.renews);
        if renews.is_some_and(|renews| renews.exception == of.id) {
            return Ok(Some(format!("{PREFIX}{}", item.row.number)));
        }
    }
    Ok(None)
}
