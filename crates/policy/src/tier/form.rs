//! The TOML form of `tiers.toml`, key by key. Only the shape: what the values mean is for `read`.

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`[policy]` and `[[tier]]`")]
pub(super) struct TiersForm {
    pub(super) policy: HeadForm,
    pub(super) tier: Vec<Spanned<TierForm>>,
    #[serde(default)]
    pub(super) baseline: Vec<Spanned<BaselineForm>>,
    #[serde(default)]
    pub(super) constraint: Vec<Spanned<ConstraintForm>>,
    #[serde(default)]
    pub(super) budget: Vec<Spanned<BudgetForm>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the table `[policy]`")]
pub(super) struct HeadForm {
    pub(super) id: Spanned<String>,
    pub(super) version: Spanned<String>,
    /// The tier of what changes our own administration: people, keys, connectors, policy.
    pub(super) administration: Spanned<String>,
    /// The criticality of a case whose process is not known.
    pub(super) unknown_process: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a tier")]
pub(super) struct TierForm {
    pub(super) id: Spanned<String>,
    pub(super) title: Spanned<String>,
    pub(super) when: Vec<Spanned<WhenForm>>,
    pub(super) seats: Option<Spanned<Vec<Spanned<String>>>>,
    #[serde(default)]
    pub(super) without_a_person: bool,
    pub(super) days_max: Spanned<u32>,
    pub(super) review_days_max: Spanned<u32>,
    pub(super) renewals_max: Spanned<u32>,
    pub(super) renewal_climb: Spanned<u32>,
    pub(super) renewal_days: Spanned<u32>,
    pub(super) takeover_days: Spanned<u32>,
    pub(super) at_expiry: Spanned<String>,
    pub(super) legal_signs: Spanned<bool>,
    pub(super) ticket_required: Spanned<bool>,
    pub(super) deputies_may_sign: Spanned<bool>,
    pub(super) data_age_hours_max: Spanned<u32>,
    pub(super) partial_reads_accepted: Spanned<bool>,
    pub(super) second_person: Spanned<bool>,
    pub(super) radius_max: Option<Spanned<u64>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`criticality` with `radius_from` and `radius_to`")]
pub(super) struct WhenForm {
    pub(super) criticality: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) radius_from: u64,
    pub(super) radius_to: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a baseline")]
pub(super) struct BaselineForm {
    pub(super) tier: Spanned<String>,
    pub(super) owner: Spanned<String>,
    #[serde(default)]
    pub(super) seats: Vec<Spanned<String>>,
    pub(super) days_max: Option<u32>,
    pub(super) review_days_max: Option<u32>,
    pub(super) renewals_max: Option<u32>,
    pub(super) renewal_days: Option<u32>,
    pub(super) takeover_days: Option<u32>,
    pub(super) legal_signs: Option<bool>,
    pub(super) ticket_required: Option<bool>,
    pub(super) deputies_may_sign: Option<bool>,
    pub(super) data_age_hours_max: Option<u32>,
    pub(super) partial_reads_accepted: Option<bool>,
    pub(super) second_person: Option<bool>,
    pub(super) radius_max: Option<u64>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a constraint of a workflow")]
pub(super) struct ConstraintForm {
    pub(super) tier: Spanned<String>,
    pub(super) process: Option<String>,
    pub(super) owner: Spanned<String>,
    pub(super) decide_hours_max: u32,
    pub(super) hours: Spanned<String>,
    pub(super) safe_failure: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a friction budget")]
pub(super) struct BudgetForm {
    pub(super) tier: Spanned<String>,
    pub(super) process: Option<String>,
    pub(super) owner: Spanned<String>,
    pub(super) hours_per_case: u32,
}
