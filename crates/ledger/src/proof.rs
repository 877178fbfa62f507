//! Proofs of RFC 6962: that a leaf is in a tree, and that a tree goes on from an earlier one. Made
//! from the hashes of perfect subtrees, wherever the caller keeps them; checked from nothing but the
//! proof. Stores nothing.

use crate::frontier::Subtree;
use crate::hash::{Hash, empty_root, node_hash};

/// Longest proof that is read, in hashes: twice the height of the tallest tree.
pub const PROOF_HASHES_MAX: usize = 106;

/// Why a proof could not be made.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoProof {
    /// The question is about a leaf or a size that the tree does not have.
    #[error("the tree has {size} leaves, so there is no proof for {asked}: ask for less")]
    OutOfRange {
        /// The position or earlier size that was asked for.
        asked: u64,
        /// Leaves of the tree.
        size: u64,
    },
    /// The hash of a subtree is not there.
    #[error(
        "the hash at level {} and index {} is missing: compute the stored hashes again from all leaves",
        .0.level, .0.index
    )]
    Missing(Subtree),
}

/// The root of the first `size` leaves.
///
/// # Errors
/// [`NoProof::Missing`] when `read` does not know a subtree.
pub fn root(size: u64, read: impl FnMut(Subtree) -> Option<Hash>) -> Result<Hash, NoProof> {
    if size == 0 {
        return Ok(empty_root());
    }
    Hashes(read).range(0, size)
}

/// The path from the leaf at `index` to the root of the first `size` leaves, from below
/// (RFC 6962 section 2.1.1). `read` gives the hash of a perfect subtree within these leaves.
///
/// # Errors
/// [`NoProof::OutOfRange`] when there is no such leaf, [`NoProof::Missing`] when `read` does not
/// know a subtree.
pub fn inclusion(
    index: u64,
    size: u64,
    read: impl FnMut(Subtree) -> Option<Hash>,
) -> Result<Vec<Hash>, NoProof> {
    if index >= size {
        return Err(NoProof::OutOfRange { asked: index, size });
    }
    let (mut hashes, mut path) = (Hashes(read), Vec::new());
    let (mut low, mut high) = (0, size);
    while high - low > 1 {
        let middle = low + split(high - low);
        if index < middle {
            path.push(hashes.range(middle, high)?);
            high = middle;
        } else {
            path.push(hashes.range(low, middle)?);
            low = middle;
        }
    }
    path.reverse();
    Ok(path)
}

/// That the first `old` of `new` leaves are the tree they were (RFC 6962 section 2.1.2). Empty when
/// `old` is 0 or equal to `new`.
///
/// # Errors
/// [`NoProof::OutOfRange`] when `old` is larger than `new`, [`NoProof::Missing`] when `read` does
/// not know a subtree.
pub fn consistency(
    old: u64,
    new: u64,
    read: impl FnMut(Subtree) -> Option<Hash>,
) -> Result<Vec<Hash>, NoProof> {
    if old > new {
        return Err(NoProof::OutOfRange { asked: old, size: new });
    }
    let (mut hashes, mut path) = (Hashes(read), Vec::new());
    let (mut low, mut high) = (0, new);
    if old == 0 {
        return Ok(path);
    }
    while high != old {
        let middle = low + split(high - low);
        if old <= middle {
            path.push(hashes.range(middle, high)?);
            high = middle;
        } else {
            path.push(hashes.range(low, middle)?);
            low = middle;
        }
    }
    if low != 0 {
        path.push(hashes.range(low, high)?);
    }
    path.reverse();
    Ok(path)
}

/// Whether `path` proves that the leaf with this hash is at `index` of the tree with this size and
/// root (RFC 9162 section 2.1.3.2).
#[must_use]
pub fn verify_inclusion(leaf: Hash, index: u64, size: u64, path: &[Hash], root: Hash) -> bool {
    if index >= size || path.len() > PROOF_HASHES_MAX {
        return false;
    }
    let (mut node, mut last, mut hash) = (index, size - 1, leaf);
    for sibling in path {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(*sibling, hash);
            (node, last) = skip_lone_levels(node, last);
        } else {
            hash = node_hash(hash, *sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && hash == root
}

/// One tree as a checkpoint states it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Number of leaves.
    pub size: u64,
    /// Root over them.
    pub root: Hash,
}

/// Whether `path` proves that the tree `new` begins with the tree `old` (RFC 9162 section 2.1.4.2).
#[must_use]
pub fn verify_consistency(old: Head, new: Head, path: &[Hash]) -> bool {
    if old.size > new.size || path.len() > PROOF_HASHES_MAX {
        return false;
    }
    if old.size == new.size {
        return path.is_empty() && old.root == new.root;
    }
    if old.size == 0 {
        return path.is_empty() && old.root == empty_root();
    }
    // A complete old tree is its own first node, which the proof leaves out.
    let complete = old.size.is_power_of_two().then_some(&old.root);
    let mut nodes = complete.into_iter().chain(path);
    let Some(first) = nodes.next() else { return false };
    let shared = (old.size - 1).trailing_ones();
    let (mut node, mut last) = ((old.size - 1) >> shared, (new.size - 1) >> shared);
    let (mut old_hash, mut new_hash) = (*first, *first);
    for sibling in nodes {
        if last == 0 {
            return false;
        }
        if node & 1 == 1 || node == last {
            old_hash = node_hash(*sibling, old_hash);
            new_hash = node_hash(*sibling, new_hash);
            (node, last) = skip_lone_levels(node, last);
        } else {
            new_hash = node_hash(new_hash, *sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    last == 0 && old_hash == old.root && new_hash == new.root
}

struct Hashes<R>(R);

impl<R: FnMut(Subtree) -> Option<Hash>> Hashes<R> {
    /// The hash over the leaves from `low` to before `high`; `low` is a multiple of the smallest
    /// power of two that is not smaller than their number, so every perfect part is a [`Subtree`].
    fn range(&mut self, low: u64, high: u64) -> Result<Hash, NoProof> {
        let count = high - low;
        if count.is_power_of_two() {
            let level = u8::try_from(count.trailing_zeros()).unwrap_or(u8::MAX);
            let subtree = Subtree { level, index: low >> count.trailing_zeros() };
            return (self.0)(subtree).ok_or(NoProof::Missing(subtree));
        }
        let middle = low + split(count);
        Ok(node_hash(self.range(low, middle)?, self.range(middle, high)?))
    }
}

/// The largest power of two smaller than `count`, which is at least 2.
fn split(count: u64) -> u64 {
    1 << (count - 1).ilog2()
}

/// Above a node without a right neighbour the tree repeats its hash; those levels are in no proof.
fn skip_lone_levels(node: u64, last: u64) -> (u64, u64) {
    let lone = if node == 0 { 0 } else { node.trailing_zeros() };
    (node >> lone, last >> lone)
}
