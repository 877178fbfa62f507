//! The ledger: its entries, its newest signed checkpoint, and proofs that an entry is under it.

use countersign_ledger::proof::verify_inclusion;
use countersign_ledger::tree::{Hash, Subtree, Tree, node_hash};
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

/// A step from an entry to the root.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Step {
    /// What the proof gives, hex.
    pub given: String,
    /// What is computed with it, hex.
    pub value: String,
}

/// What is computed along a proof, step by step, from the leaf up (RFC 9162 section 2.1.3.2); nothing
/// where it is no proof.
#[must_use]
pub fn along(proof: &Proof) -> Vec<Step> {
    let (Some(mut value), Ok(mut index)) =
        (Hash::from_hex(&proof.leaf), u64::try_from(proof.position))
    else {
        return Vec::new();
    };
    let mut last = proof.size.saturating_sub(1);
    let mut steps = Vec::new();
    for given in &proof.path {
        let Some(hash) = Hash::from_hex(given) else { return Vec::new() };
        if index % 2 == 1 || index == last {
            value = node_hash(hash, value);
            while index % 2 == 0 && index != 0 {
                (index, last) = (index / 2, last / 2);
            }
        } else {
            value = node_hash(value, hash);
        }
        (index, last) = (index / 2, last / 2);
        steps.push(Step { given: given.clone(), value: value.to_hex() });
    }
    steps
}

/// Whether a proof leads from its leaf to its root.
#[must_use]
pub fn leads_to_root(proof: &Proof) -> bool {
    let path: Option<Vec<Hash>> = proof.path.iter().map(|it| Hash::from_hex(it)).collect();
    let ends = (Hash::from_hex(&proof.leaf), Hash::from_hex(&proof.root));
    let (Some(path), (Some(leaf), Some(root)), Ok(index)) =
        (path, ends, u64::try_from(proof.position))
    else {
        return false;
    };
    verify_inclusion(leaf, index, proof.size, &path, root)
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
    let (Ok(index), Some(tree)) = (u64::try_from(position), under(door, head.size).await?) else {
        return Ok(None);
    };
    let size = tree.frontier().size();
    let leaf = tree.subtree(Subtree { level: 0, index });
    let (Some(leaf), Ok(path)) = (leaf, tree.inclusion(index, size)) else {
        return Ok(None);
    };
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

/// The tree over so many entries; none where it has more than [`PROOF_LEAVES_MAX`] or some are missing.
pub(crate) async fn under(door: &Door, size: i64) -> Result<Option<Tree>, NotDone> {
    if size > PROOF_LEAVES_MAX {
        return Ok(None);
    }
    let mut tree = Tree::default();
    let mut next = 0;
    while next < size {
        let page = hashes(&door.store, next, LEAVES_MAX.min(size.saturating_sub(next))).await?;
        if page.is_empty() {
            return Ok(None);
        }
        for hash in page {
            tree.push(hash);
            next = next.saturating_add(1);
        }
    }
    Ok(Some(tree))
}

#[cfg(test)]
mod tests {
    use countersign_ledger::tree::{Tree, leaf_hash};

    use super::*;

    fn proof(position: i64, size: u64) -> Proof {
        let mut tree = Tree::default();
        for leaf in 0..size {
            tree.push(leaf_hash(&leaf.to_le_bytes()));
        }
        let index = u64::try_from(position).unwrap();
        let path = tree.inclusion(index, size).unwrap();
        Proof {
            version: 1,
            position,
            leaf: leaf_hash(&index.to_le_bytes()).to_hex(),
            size,
            root: tree.root_at(size).unwrap().to_hex(),
            path: path.iter().map(|hash| hash.to_hex()).collect(),
            checkpoint: String::new(),
        }
    }

    #[test]
    fn the_last_value_along_a_proof_is_the_root_and_one_wrong_hash_leads_elsewhere() {
        for size in [1, 2, 3, 5, 8, 13, 100] {
            for position in 0..size {
                let position = i64::try_from(position).unwrap();
                let mut proof = proof(position, size);
                assert!(leads_to_root(&proof), "{position} of {size}");
                let last = along(&proof).pop().map_or(proof.leaf.clone(), |it| it.value);
                assert_eq!(last, proof.root, "{position} of {size}");
                proof.leaf = "00".repeat(32);
                assert!(!leads_to_root(&proof));
            }
        }
    }
}
