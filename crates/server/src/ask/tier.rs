//! How grave a case is, and what that asks for: computed from its process and from how far the access
//! reaches, as a decision computes it.

use countersign_governance::id::FindingId;
use countersign_policy::tier;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::beforehand::grave_of;
use crate::door::{Door, NotDone};
use crate::oversight::{Oversight, Reading};
use crate::stake::Stake;

/// The tier of a case, and from what it was computed.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Tier)]
pub struct Tier {
    /// Its short name.
    pub id: String,
    /// Its name for people.
    pub title: String,
    /// How critical the process counts as.
    pub criticality: String,
    /// The key of the process; null where the rule names none that is known, which counts as the policy
    /// says.
    pub process: Option<String>,
    /// Resources within reach of the root cause.
    pub radius: u64,
    /// Whether they were all counted; if not, the radius counts as having no end.
    pub radius_complete: bool,
    /// When the reads began on which a decision rests: the oldest of them; null where a system on its
    /// paths was never read.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub read_at: Option<Timestamp>,
    /// Whether those reads saw everything.
    pub read_complete: bool,
    /// Most hours since then.
    pub data_age_hours_max: i64,
    /// Whether a decision may rest on a read that did not see everything.
    pub partial_reads_accepted: bool,
    /// Most days until the end of an exception.
    pub days_max: i64,
    /// Most days between two reviews of an exception.
    pub review_days_max: i64,
    /// Whether an exception needs a ticket.
    pub ticket_required: bool,
    /// Whether legal or compliance signs even where the process is not regulated.
    pub legal_signs: bool,
    /// Whether a deputy may sign for the owner.
    pub deputies_may_sign: bool,
    /// Most resources within reach for which an exception can be had; null for no limit.
    pub radius_max: Option<u64>,
}

/// The tier of a finding after so many renewals of its exception, as things stand now. Nothing where another policy is in force than the one of
/// this server, which therefore cannot tell.
///
/// # Errors
/// When the store cannot answer.
pub async fn of(
    door: &Door,
    (finding, renewals): (FindingId, u32),
) -> Result<Option<Tier>, NotDone> {
    let oversight = Oversight::read(door, Reading::Store(&door.store)).await?;
    if !oversight.is_known() {
        return Ok(None);
    }
    let grave = grave_of(door, finding).await?;
    let stake = Stake::of(&oversight, &grave).renewed(renewals);
    let tier = stake.tier(&door.policy);
    Ok(tier.map(|tier| told(door, tier, stake)))
}

fn told(door: &Door, tier: &tier::Tier, stake: Stake<'_>) -> Tier {
    let criticality = door.policy.tiers.counts_as(stake.criticality());
    Tier {
        id: tier.id.clone(),
        title: tier.title.clone(),
        criticality: criticality.as_str().to_owned(),
        process: stake.process.map(|process| process.key.clone()),
        radius: stake.grave.radius.resources,
        radius_complete: stake.grave.radius.complete,
        read_at: stake.grave.read.map(|(at, _)| at),
        read_complete: stake.grave.read.is_some_and(|(_, complete)| complete),
        data_age_hours_max: tier.data_age_hours_max,
        partial_reads_accepted: tier.partial_reads_accepted,
        days_max: tier.days_max,
        review_days_max: tier.review_days_max,
        ticket_required: tier.ticket_required,
        legal_signs: tier.legal_signs,
        deputies_may_sign: tier.deputies_may_sign,
        radius_max: tier.radius_max,
    }
}
