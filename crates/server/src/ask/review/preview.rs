//! How much is in a scope, before anybody is asked anything.

use std::collections::{BTreeMap, BTreeSet};

use serde::Serialize;
use utoipa::ToSchema;

use crate::door::{Door, NotDone};
use crate::graph::aside;
use crate::review::kept_shapes;
use crate::review::scope::{Scope, select};

/// How much is in a scope, before anybody is asked anything.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewPreview)]
pub struct Preview {
    /// Version of this form.
    pub version: u32,
    /// How many items it would be.
    pub items: u64,
    /// How many are left out, because they were kept before and have not changed since.
    pub unchanged: u64,
    /// Whether the graph could be asked for all of it.
    pub whole: bool,
    /// The items by system.
    pub by_system: BTreeMap<String, u64>,
    /// The items by kind of identity.
    pub by_kind: BTreeMap<String, u64>,
    /// The items that take part in a finding, by the severity of the worst.
    pub by_severity: BTreeMap<String, u64>,
    /// How many identities.
    pub identities: u64,
    /// The first items, so that a wrong scope is seen: identity and entitlement by name.
    pub first: Vec<Pair>,
}

/// An identity and what it has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewPair)]
pub struct Pair {
    /// Who.
    pub identity: String,
    /// What.
    pub entitlement: String,
    /// Where.
    pub system: String,
}

/// Most items of which a preview shows the names.
const FIRST_MAX: usize = 10;

/// What a scope has now.
///
/// # Errors
/// When the store or the graph cannot answer.
pub async fn preview(door: &Door, scope: &Scope, changed_only: bool) -> Result<Preview, NotDone> {
    let now = door.clock.now();
    let kept = match changed_only {
        true => kept_shapes(door, now).await?,
        false => BTreeSet::new(),
    };
    let (shown, scope) = (door.graph.read(), scope.clone());
    let selecting = aside(move || select(&shown.engine, &scope, now, &kept));
    let selection = selecting.await?;
    let mut preview = Preview {
        version: 1,
        items: selection.total,
        unchanged: selection.unchanged,
        whole: selection.whole,
        ..Preview::default()
    };
    let mut identities = BTreeSet::new();
    for it in &selection.items {
        *preview.by_system.entry(it.entitlement.system.clone()).or_default() += 1;
        *preview.by_kind.entry(it.identity.kind.as_str().to_owned()).or_default() += 1;
        if let Some(severity) = it.severity() {
            *preview.by_severity.entry(severity.as_str().to_owned()).or_default() += 1;
        }
        identities.insert(&it.identity.id);
        if preview.first.len() < FIRST_MAX {
            preview.first.push(Pair {
                identity: it.identity.name.clone(),
                entitlement: it.entitlement.name.clone(),
                system: it.entitlement.system.clone(),
            });
        }
    }
    preview.identities = u64::try_from(identities.len()).unwrap_or(u64::MAX);
    Ok(preview)
}
