//! Items of reviews: as rows of a list, and whole with what stands beside a decision.

use countersign_governance::State;
use countersign_governance::item::Item as Case;
use countersign_governance::item::decide::Verdict;
use countersign_governance::text::TextDigest;
use countersign_store::read::finding::by_fingerprint;
use countersign_store::read::item::{self, Filter, Item};
use countersign_store::read::review;
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use super::super::List;
use super::super::finding::{PREFIX as FINDING, bare};
use super::case;
use crate::door::{Door, NotDone};
use crate::kept;
use crate::review::frozen::Frozen;

/// An item in a list.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
#[schema(as = ReviewItemRow)]
pub struct ItemRow {
    /// Its id.
    pub id: String,
    /// Its number in the review.
    pub number: i64,
    /// `open`, `kept`, `changing` or `proven`.
    pub standing: String,
    /// How it is to change: `revoke`, `reduce`, `rescope`, `short_lived`, `just_in_time`, `exception`.
    pub wish: Option<String>,
    /// In which stage it is, from one.
    pub stage: i64,
    /// Who has it: a name; null where erased.
    pub identity: Option<String>,
    /// What kind of identity.
    pub identity_kind: Option<String>,
    /// The id of the identity.
    pub identity_id: Option<String>,
    /// What: a name; null where erased.
    pub entitlement: Option<String>,
    /// The id of the entitlement.
    pub entitlement_id: Option<String>,
    /// In which system.
    pub system: String,
    /// When it was used last, as far as the sources say.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub last_used: Option<Timestamp>,
    /// How many like them in the scope have it.
    pub peers_have: Option<usize>,
    /// Of how many.
    pub peers_of: Option<usize>,
    /// The worst finding that it takes part in.
    pub severity: Option<String>,
    /// Until when it is kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub kept_until: Option<Timestamp>,
    /// Who is asked now.
    pub reviewers: Vec<String>,
    /// Its sequence: the ETag.
    pub sequence: i64,
}

/// An item, whole.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = ReviewItem)]
pub struct ItemWhole {
    /// Version of this form.
    pub version: u32,
    /// What lists show.
    #[serde(flatten)]
    pub row: ItemRow,
    /// The access with its direct sources, who gave it, and the findings it takes part in, as it was
    /// frozen; null where erased.
    #[schema(value_type = Option<Object>)]
    pub access: Option<Frozen>,
    /// When whoever is asked has to have answered.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub due_at: Option<Timestamp>,
    /// What was decided, stage by stage, with the reasons.
    pub decisions: Vec<Decision>,
    /// The short reference of the finding by which it is changed.
    pub finding: Option<String>,
    /// Where that finding stands.
    pub finding_status: Option<String>,
}

/// What was decided.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = ReviewDecision)]
pub struct Decision {
    /// `keep` or how it is to change.
    pub verdict: String,
    /// Until when, where it is kept.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub until: Option<Timestamp>,
    /// In which stage, from one.
    pub stage: usize,
    /// Who.
    pub by: String,
    /// For whom, when they stand in for somebody.
    pub in_place_of: Option<String>,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Why.
    pub reason: Option<String>,
    /// About how many items at once.
    pub at_once: u32,
}

/// The case that a row of an item holds.
pub(crate) fn item_case(item: &Item) -> Result<Option<Box<Case>>, NotDone> {
    match kept::parse(&item.state)? {
        State::Item(item) => Ok(item),
        _ => Ok(None),
    }
}

/// A page of the items of a review.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn items(
    door: &Door,
    review: &str,
    filter: &Filter<'_>,
    (cursor, limit): (Option<&str>, i64),
) -> Result<List<ItemRow>, NotDone> {
    let page = item::list(&door.store, review, filter, (cursor, limit)).await?;
    let mut rows = Vec::with_capacity(page.items.len());
    for item in &page.items {
        let frozen = frozen(door, item).await?;
        rows.push(item_row(item, frozen.as_ref())?);
    }
    Ok(List::new(rows, page.next))
}

/// The access as it was frozen; nothing where it was erased.
pub(crate) async fn frozen(door: &Door, item: &Item) -> Result<Option<Frozen>, NotDone> {
    let words = kept::read_words(&door.store, &TextDigest(item.row.detail.clone())).await?;
    Ok(words.and_then(|words| serde_json::from_str(&words).ok()))
}

fn item_row(item: &Item, frozen: Option<&Frozen>) -> Result<ItemRow, NotDone> {
    let it = &item.row;
    let case = item_case(item)?;
    let severity = case.as_ref().and_then(|case| case.known.severity);
    let reviewers = case.iter().flat_map(|case| &case.reviewers).map(ToString::to_string);
    Ok(ItemRow {
        id: bare(&it.id),
        number: it.number,
        standing: it.standing.clone(),
        wish: it.wish.clone(),
        stage: it.stage.saturating_add(1),
        identity: frozen.map(|it| it.identity.name.clone()),
        identity_kind: frozen.map(|it| it.identity.kind.as_str().to_owned()),
        identity_id: frozen.map(|it| it.identity.id.to_string()),
        entitlement: frozen.map(|it| it.entitlement.name.clone()),
        entitlement_id: frozen.map(|it| it.entitlement.id.to_string()),
        system: it.system.clone(),
        last_used: it.last_used,
        peers_have: frozen.map(|it| it.peers.have),
        peers_of: frozen.map(|it| it.peers.of),
        severity: severity.map(|severity| severity.as_str().to_owned()),
        kept_until: it.kept_until,
        reviewers: reviewers.collect(),
        sequence: item.sequence,
    })
}

/// An item, whole.
///
/// # Errors
/// When the store cannot answer.
pub async fn item_whole(
    door: &Door,
    review: &review::Item,
    item: &Item,
) -> Result<ItemWhole, NotDone> {
    let frozen = frozen(door, item).await?;
    let row = item_row(item, frozen.as_ref())?;
    let (case, of) = (item_case(item)?, case(review)?);
    let due_at = case.as_ref().zip(of).and_then(|(case, of)| case.due(&of.running()));
    // Before it is to change nobody opened a finding for it; one of an earlier review is not meant.
    let finding = match item.row.wish {
        Some(_) => by_fingerprint(&door.store, &item.row.fingerprint).await?,
        None => None,
    };
    Ok(ItemWhole {
        version: 1,
        due_at: due_at.filter(|_| item.row.standing == "open"),
        decisions: decisions(door, case.as_deref()).await?,
        finding_status: finding.as_ref().map(|it| it.row.status.clone()),
        finding: finding.map(|it| format!("{FINDING}{}", it.row.number)),
        access: frozen,
        row,
    })
}

async fn decisions(door: &Door, case: Option<&Case>) -> Result<Vec<Decision>, NotDone> {
    let mut told = Vec::new();
    for it in case.iter().flat_map(|case| &case.decisions) {
        let reason = match &it.reason {
            Some(digest) => kept::read_words(&door.store, digest).await?,
            None => None,
        };
        let (verdict, until) = match it.verdict {
            Verdict::Keep { until } => ("keep".to_owned(), Some(until)),
            Verdict::Change { wish } => (wish.as_str().to_owned(), None),
        };
        told.push(Decision {
            verdict,
            until,
            stage: it.stage.saturating_add(1),
            by: it.by.to_string(),
            in_place_of: it.in_place_of.map(|id| id.to_string()),
            at: it.at,
            reason,
            at_once: it.at_once,
        });
    }
    Ok(told)
}
