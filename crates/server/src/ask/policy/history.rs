//! What became of the policy: each that was proposed, adopted or withdrawn, by whom and why.

use countersign_governance::Subject;
use countersign_governance::event::Event;
use countersign_governance::policy::Event as OfPolicy;
use countersign_governance::text::TextDigest;
use countersign_store::event::{HISTORY_MAX, Stored};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::{Door, NotDone};
use crate::ask::List;
use crate::kept::read_words;
use crate::record;

/// Something that happened to the policy.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyChange)]
pub struct Change {
    /// Its place among the events of the policy.
    pub sequence: i64,
    /// `adopted`, `proposed`, `withdrawn` or `refused`.
    pub what: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who acted, as the ledger names them.
    pub actor: String,
    /// Digest of the policy; null for what was refused.
    pub digest: Option<String>,
    /// Its id and version, where that was kept.
    pub policy: Option<String>,
    /// Why, or the code of the refusal; null where nobody said it, or it was erased.
    pub why: Option<String>,
    /// Who proposed it or put it in force.
    pub signed_by: Option<String>,
    /// Who countersigned it.
    pub countersigned_by: Option<String>,
    /// From which seat.
    pub countersigned_from: Option<String>,
    /// Whether its files are kept, so that it can be shown and compared.
    pub kept: bool,
    /// Its position in the ledger, once it is sealed.
    pub position: Option<i64>,
    /// Its files.
    #[serde(skip)]
    pub files: Option<TextDigest>,
}

/// What happened to the policy after this sequence, in order.
///
/// # Errors
/// When the store cannot answer.
pub async fn history(door: &Door, after: i64) -> Result<List<Change>, NotDone> {
    let subject = Subject::Policy.to_string();
    let rows = countersign_store::event::history(&door.store, &subject, after).await?;
    let is_cut = i64::try_from(rows.len()).is_ok_and(|rows| rows >= HISTORY_MAX);
    let next = rows.last().filter(|_| is_cut).map(|row| row.sequence.to_string());
    let mut changes = Vec::with_capacity(rows.len());
    for row in rows {
        changes.push(change(door, &row).await?);
    }
    Ok(List::new(changes, next))
}

async fn change(door: &Door, row: &Stored) -> Result<Change, NotDone> {
    let mut change = Change {
        sequence: row.sequence,
        what: String::new(),
        at: row.at,
        actor: row.actor.clone(),
        digest: None,
        policy: None,
        why: None,
        signed_by: None,
        countersigned_by: None,
        countersigned_from: None,
        kept: false,
        position: row.position,
        files: None,
    };
    let Event::Policy(event) = record::event(&row.bytes)? else { return Ok(change) };
    let (what, digest, reason) = match event {
        OfPolicy::Adopted(it) => {
            change.policy = Some(it.version);
            change.signed_by = it.signed.person().map(|id| id.to_string());
            change.countersigned_by = it.signed.second().map(|(id, _)| id.to_string());
            change.countersigned_from = it.signed.second().map(|(_, seat)| seat.to_string());
            change.files = Some(it.files);
            ("adopted", it.digest, it.reason)
        }
        OfPolicy::AdoptedBefore(it) => {
            change.signed_by = it.signed.map(|signed| signed.person().to_string());
            ("adopted", it.digest, None)
        }
        OfPolicy::Proposed(it) => {
            change.policy = Some(it.version);
            change.signed_by = Some(it.signed.person().to_string());
            change.files = Some(it.files);
            ("proposed", it.digest, Some(it.reason))
        }
        OfPolicy::Withdrawn(it) => {
            change.signed_by = Some(it.by.to_string());
            ("withdrawn", it.digest, Some(it.reason))
        }
        OfPolicy::Refused(it) => {
            (change.what, change.why) = ("refused".to_owned(), Some(it.code));
            return Ok(change);
        }
    };
    change.kept = match &change.files {
        Some(files) => read_words(&door.store, files).await?.is_some(),
        None => false,
    };
    (change.what, change.digest) = (what.to_owned(), Some(digest));
    if let Some(reason) = reason {
        change.why = read_words(&door.store, &reason).await?;
    }
    Ok(change)
}
