//! The TOML form of `raci.toml`, key by key. Only the shape.

use std::collections::BTreeMap;

use serde::Deserialize;
use toml::Spanned;

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "`[raci]`, `[[plane]]` and `[[row]]`")]
pub(super) struct RaciForm {
    pub(super) raci: HeadForm,
    pub(super) plane: Vec<PlaneForm>,
    #[serde(default)]
    pub(super) people: BTreeMap<String, Spanned<String>>,
    #[serde(default)]
    pub(super) row: Vec<Spanned<RowForm>>,
    #[serde(default)]
    pub(super) deputy: Vec<Spanned<DeputyForm>>,
    #[serde(default)]
    pub(super) conflict: Vec<ConflictForm>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "the table `[raci]`")]
pub(super) struct HeadForm {
    pub(super) attest_days_max: Spanned<u32>,
    pub(super) rows_each_max: Spanned<u32>,
    pub(super) resolve: Spanned<Vec<Spanned<String>>>,
    pub(super) fallback: Option<Spanned<String>>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a control plane")]
pub(super) struct PlaneForm {
    pub(super) id: Spanned<String>,
    pub(super) measure: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(
    deny_unknown_fields,
    expecting = "a row: who is accountable for a control plane of a system"
)]
pub(super) struct RowForm {
    pub(super) plane: Spanned<String>,
    pub(super) system: Spanned<String>,
    pub(super) accountable: Spanned<String>,
    #[serde(default)]
    pub(super) responsible: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) consulted: Vec<Spanned<String>>,
    #[serde(default)]
    pub(super) informed: Vec<Spanned<String>>,
    pub(super) attested: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "a deputy")]
pub(super) struct DeputyForm {
    pub(super) r#for: Spanned<String>,
    pub(super) by: Spanned<String>,
    pub(super) planes: Vec<Spanned<String>>,
    pub(super) systems: Vec<Spanned<String>>,
    pub(super) from: Spanned<String>,
    pub(super) until: Spanned<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, expecting = "two seats that one person may not hold")]
pub(super) struct ConflictForm {
    pub(super) seats: Spanned<Vec<Spanned<String>>>,
}
