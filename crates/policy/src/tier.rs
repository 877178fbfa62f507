//! How grave a case is, computed from what depends on its process and how far the access reaches, and
//! what that asks for. Nobody types a tier in.

mod baseline;
mod cover;
mod form;
mod kind;
mod read;

use countersign_governance::finding::entrust::is_low_risk;
use countersign_governance::process::Criticality;

pub use kind::{
    Approval, AtExpiry, Baseline, Budget, CRITICALITIES, Constraint, Hours, PROCESS_OWNER, Quorum,
    Radius, Range, SafeFailure, Tier,
};
pub use read::TIERS_MAX;
pub(crate) use read::read;

/// All tiers, mildest first: every case is of exactly one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Tiers {
    /// The policy's short name.
    pub id: String,
    /// The policy's version, for people.
    pub version: String,
    /// The tier of changes to our own administration.
    pub(crate) administration: String,
    /// The criticality of a case whose process is not known.
    pub(crate) unknown_process: Criticality,
    /// The tiers, mildest first.
    pub tiers: Vec<Tier>,
    /// What security asks for at least.
    pub baselines: Vec<Baseline>,
    /// What operations asks for.
    pub constraints: Vec<Constraint>,
    /// What the business has agreed to.
    pub budgets: Vec<Budget>,
}

impl Tiers {
    /// The tier of a case. A reach that was not counted to its end is taken to have none, and a
    /// process that is not known to be as critical as the folder says. Nothing only for a folder
    /// without tiers, which cannot be loaded.
    #[must_use]
    pub fn of(&self, criticality: Option<Criticality>, radius: Radius) -> Option<&Tier> {
        let criticality = self.counts_as(criticality);
        let resources = if radius.complete { radius.resources } else { u64::MAX };
        self.tiers.iter().find(|tier| tier.when.iter().any(|it| it.holds(criticality, resources)))
    }

    /// What lets a case pass without a person, as `tier.ID.KEY`; nothing where its tier does not, or where the
    /// laws keep a person in it.
    #[must_use]
    pub fn without_a_person(
        &self,
        criticality: Option<Criticality>,
        radius: Radius,
    ) -> Option<String> {
        let tier = self.of(criticality, radius)?;
        let passes = tier.approval == Approval::Routine && is_low_risk(self.counts_as(criticality));
        passes.then(|| format!("tier.{}.without_a_person", tier.id))
    }

    /// How critical a process counts as, when that is not known.
    #[must_use]
    pub fn counts_as(&self, criticality: Option<Criticality>) -> Criticality {
        criticality.unwrap_or(self.unknown_process)
    }

    /// The tier of changes to people, processes, systems and policy.
    #[must_use]
    pub fn administration(&self) -> Option<&Tier> {
        self.named(&self.administration)
    }

    /// The tier with this short name.
    #[must_use]
    pub fn named(&self, id: &str) -> Option<&Tier> {
        self.tiers.iter().find(|tier| tier.id == id)
    }

    /// The tier that a case of this tier is of after so many renewals: each climbs, never beyond the
    /// gravest.
    #[must_use]
    pub fn renewed<'a>(&'a self, tier: &'a Tier, renewals: u32) -> &'a Tier {
        let climb = usize::try_from(tier.renewal_climb.saturating_mul(renewals));
        let rank = tier.rank.saturating_add(climb.unwrap_or(usize::MAX));
        self.tiers.get(rank).or_else(|| self.tiers.last()).unwrap_or(tier)
    }
}
