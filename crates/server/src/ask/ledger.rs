//! The ledger: its entries, its newest signed checkpoint, and proofs that an entry is under it.

use countersign_ledger::tree::Hash;
use countersign_store::read::leaf::{self, LEAVES_MAX, hashes};
use countersign_store::seal::{latest_checkpoint, oldest_unsigned};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use super::{List, each};
use crate::act::{Door, NotDone, UNSIGNED_MAX};

/// Most leaves over which a proof is made by reading their hashes.
pub const PROOF_LEAVES_MAX: i64 = 5_000_000;

/// An entry in a list.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerEntry)]
pub struct Row {
    /// Its position, from 0.
    pub position: i64,
    /// What it is about.
    pub subject: String,
    /// Its place among the events of the subject.
    pub sequence: i64,
    /// What happened.
    pub name: String,
    /// When.
    #[schema(value_type = String, format = DateTime)]
    pub at: Timestamp,
    /// Who acted.
    pub actor: String,
    /// Its leaf hash, hex.
    pub hash: String,
    /// The exact event.
    #[schema(value_type = Object)]
    pub event: Value,
}

/// The newest signed head of the ledger.
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = Checkpoint)]
pub struct Head {
    /// Version of this form.
    pub version: u32,
    /// Number of entries under it.
    pub size: i64,
    /// The root, hex.
    pub root: String,
    /// The signed note.
    pub checkpoint: String,
    /// Said when entries wait for a checkpoint longer than they should.
    pub behind: Option<Behind>,
}

/// Entries are sealed, and no checkpoint over them could be kept.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = CheckpointBehind)]
pub struct Behind {
    /// Time of the oldest entry that no checkpoint covers.
    #[schema(value_type = String, format = DateTime)]
    pub since: Timestamp,
    /// What keeps it from being kept, and what to repair.
    pub why: String,
    /// From when on nothing more is decided.
    #[schema(value_type = String, format = DateTime)]
    pub refuses_from: Timestamp,
}

/// How long an entry may wait for a checkpoint before it is said.
const BEHIND_AFTER: SignedDuration = SignedDuration::from_secs(15);

/// A proof that an entry is under a root (RFC 6962 section 2.1.1).
#[derive(Debug, Clone, Serialize, ToSchema)]
#[schema(as = LedgerProof)]
pub struct Proof {
    /// Version of this form.
    pub version: u32,
    /// The entry's position.
    pub position: i64,
    /// The entry's leaf hash, hex.
    pub leaf: String,
    /// Number of entries under the root.
    pub size: u64,
    /// The root, hex.
    pub root: String,
    /// The path, hex, from the leaf up.
    pub path: Vec<String>,
    /// The signed note over that root.
    pub checkpoint: String,
}

/// A page of entries, the newest first.
///
/// # Errors
/// When the cursor is of another list, or the store cannot answer.
pub async fn page(door: &Door, cursor: Option<&str>, limit: i64) -> Result<List<Row>, NotDone> {
    Ok(each(leaf::list(&door.store, cursor, limit).await?, |leaf| Row {
        position: leaf.position,
        subject: leaf.subject,
        sequence: leaf.sequence,
        name: leaf.name,
        at: leaf.at,
        actor: leaf.actor,
        hash: leaf.hash.to_hex(),
        event: serde_json::from_slice(&leaf.bytes).unwrap_or_default(),
    }))
}

/// Whether entries wait for a checkpoint longer than they should; `trouble` is what this node knows
/// about why, where it is the one that seals.
///
/// # Errors
/// When the store cannot answer.
pub async fn behind(door: &Door, trouble: Option<String>) -> Result<Option<Behind>, NotDone> {
    let Some(since) = oldest_unsigned(&door.store).await? else { return Ok(None) };
    if trouble.is_none() && door.clock.now().duration_since(since) <= BEHIND_AFTER {
        return Ok(None);
    }
    let elsewhere = "another server seals, and its log says why: mend what it names";
    let why = trouble.unwrap_or_else(|| elsewhere.to_owned());
    let refuses_from = since.checked_add(UNSIGNED_MAX).unwrap_or(Timestamp::MAX);
    Ok(Some(Behind { since, why, refuses_from }))
}

/// The newest signed head; `None` before the first.
///
/// # Errors
/// When the store cannot answer.
pub async fn head(door: &Door, behind: Option<Behind>) -> Result<Option<Head>, NotDone> {
    Ok(latest_checkpoint(&door.store).await?.map(|it| Head {
        version: 1,
        size: it.size,
        root: it.root.to_hex(),
        checkpoint: it.note,
        behind,
    }))
}

/// A proof that an entry is under the newest signed head; `None` while it is not.
///
/// # Errors
/// When the store cannot answer.
pub async fn prove(door: &Door, position: i64) -> Result<Option<Proof>, NotDone> {
    let Some(head) = latest_checkpoint(&door.store).await? else { return Ok(None) };
    if position < 0 || position >= head.size || head.size > PROOF_LEAVES_MAX {
        return Ok(None);
    }
    let mut tree = countersign_ledger::tree::Tree::default();
    let mut leaf: Option<Hash> = None;
    let mut next = 0;
    while next < head.size {
        let wanted = LEAVES_MAX.min(head.size.saturating_sub(next));
        let page = hashes(&door.store, next, wanted).await?;
        if page.is_empty() {
            return Ok(None);
        }
        for hash in page {
            if next == position {
                leaf = Some(hash);
            }
            tree.push(hash);
            next = next.saturating_add(1);
        }
    }
    let (Some(leaf), Ok(index), Ok(size)) =
        (leaf, u64::try_from(position), u64::try_from(head.size))
    else {
        return Ok(None);
    };
    let path = tree.inclusion(index, size).unwrap_or_default();
    Ok(Some(Proof {
        version: 1,
        position,
        leaf: leaf.to_hex(),
        size,
        root: head.root.to_hex(),
        path: path.iter().map(|hash| hash.to_hex()).collect(),
        checkpoint: head.note,
    }))
}
