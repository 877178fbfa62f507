//! The Merkle tree of RFC 6962 over leaf hashes: root, right edge, and a whole tree in memory that
//! answers every proof. Keeps no leaf; a store that holds the hashes itself uses [`crate::proof`].

pub use crate::frontier::{BadFrontier, Frontier, SIZE_MAX, Subtree};
pub use crate::hash::{Hash, NotAHash, empty_root, leaf_hash, node_hash};
use crate::proof::{self, NoProof};

/// The root over leaf hashes in their order.
#[must_use]
pub fn root(leaves: &[Hash]) -> Hash {
    let mut edge = Frontier::new();
    for leaf in leaves {
        edge.push(*leaf);
    }
    edge.root()
}

/// Every perfect subtree in memory: about 64 bytes a leaf.
#[derive(Debug, Clone, Default)]
pub struct Tree {
    edge: Frontier,
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        let levels = &mut self.levels;
        self.edge.push_noting(leaf, |subtree, hash| {
            let level = usize::from(subtree.level);
            if level >= levels.len() {
                levels.resize_with(level + 1, Vec::new);
            }
            if let Some(hashes) = levels.get_mut(level) {
                hashes.push(hash);
            }
        });
    }

    /// The right edge, with size and root.
    #[must_use]
    pub fn frontier(&self) -> &Frontier {
        &self.edge
    }

    /// The hash of a perfect subtree, if it is complete.
    #[must_use]
    pub fn subtree(&self, subtree: Subtree) -> Option<Hash> {
        let index = usize::try_from(subtree.index).ok()?;
        self.levels.get(usize::from(subtree.level))?.get(index).copied()
    }

    /// The root of the first `size` leaves.
    ///
    /// # Errors
    /// [`NoProof`] when there are fewer leaves.
    pub fn root_at(&self, size: u64) -> Result<Hash, NoProof> {
        self.within(size)?;
        proof::root(size, |subtree| self.subtree(subtree))
    }

    /// The proof that the leaf at `index` is among the first `size` ones.
    ///
    /// # Errors
    /// [`NoProof`] when there are fewer leaves.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Vec<Hash>, NoProof> {
        self.within(size)?;
        proof::inclusion(index, size, |subtree| self.subtree(subtree))
    }

    /// The proof that the tree of the first `new` leaves begins with the tree of the first `old`.
    ///
    /// # Errors
    /// [`NoProof`] when there are fewer leaves or `old` is larger than `new`.
    pub fn consistency(&self, old: u64, new: u64) -> Result<Vec<Hash>, NoProof> {
        self.within(new)?;
        proof::consistency(old, new, |subtree| self.subtree(subtree))
    }

    fn within(&self, asked: u64) -> Result<(), NoProof> {
        let size = self.edge.size();
        if asked > size { Err(NoProof::OutOfRange { asked, size }) } else { Ok(()) }
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        for leaf in leaves {
            tree.push(leaf);
        }
        tree
    }
}
