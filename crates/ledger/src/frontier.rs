//! The right edge of a tree: all that is needed to append to it and to know its root, in at most 53
//! hashes. Holds no leaf and makes no proof.

use crate::hash::{Hash, empty_root, node_hash};

/// Largest number of leaves of a tree.
pub const SIZE_MAX: u64 = 1 << 53;

/// A perfect subtree: `2^level` leaves, of which the first is at `index * 2^level`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Subtree {
    /// Height: 0 is a leaf.
    pub level: u8,
    /// Which one of this height, from the left, from 0.
    pub index: u64,
}

/// The roots of the largest perfect subtrees, from left to right, one for each bit of the size.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Frontier {
    size: u64,
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The edge of the tree without leaves.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Appends the hash of a leaf.
    pub fn push(&mut self, leaf: Hash) {
        self.push_noting(leaf, |_, _| {});
    }

    /// Appends the hash of a leaf and tells of every perfect subtree that this completes, the leaf
    /// first: whoever stores them can make any proof later.
    pub fn push_noting(&mut self, leaf: Hash, mut completed: impl FnMut(Subtree, Hash)) {
        let (mut hash, mut level) = (leaf, 0_u8);
        completed(Subtree { level, index: self.size }, hash);
        while (self.size >> level) & 1 == 1
            && let Some(left) = self.peaks.pop()
        {
            hash = node_hash(left, hash);
            level += 1;
            completed(Subtree { level, index: self.size >> level }, hash);
        }
        self.peaks.push(hash);
        self.size += 1;
    }

    /// The root of the tree so far (RFC 6962 section 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let from_the_right = self.peaks.iter().copied().rev();
        from_the_right.reduce(|right, left| node_hash(left, right)).unwrap_or_else(empty_root)
    }

    /// Size (8 bytes, big-endian) and the hashes from left to right.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        let hashes = self.peaks.iter().flat_map(|peak| peak.0);
        self.size.to_be_bytes().into_iter().chain(hashes).collect()
    }

    /// Reads what [`Frontier::to_bytes`] wrote.
    ///
    /// # Errors
    /// [`BadFrontier`] when size and number of hashes do not belong together.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, BadFrontier> {
        let (size, rest) = bytes.split_first_chunk::<8>().ok_or(BadFrontier)?;
        let size = u64::from_be_bytes(*size);
        let (peaks, tail) = rest.as_chunks::<32>();
        let right_count = usize::try_from(size.count_ones()).is_ok_and(|ones| ones == peaks.len());
        if size > SIZE_MAX || !right_count || !tail.is_empty() {
            return Err(BadFrontier);
        }
        Ok(Self { size, peaks: peaks.iter().copied().map(Hash).collect() })
    }
}

/// Bytes that are no right edge of a tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the stored right edge of the tree is damaged: compute it again from all leaves")]
pub struct BadFrontier;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    #[test]
    fn an_edge_comes_back_from_its_bytes_and_goes_on_as_before() {
        let mut edge = Frontier::new();
        for leaf in 0..200_u8 {
            let mut again = Frontier::from_bytes(&edge.to_bytes()).unwrap();
            assert_eq!(again, edge);
            edge.push(leaf_hash(&[leaf]));
            again.push(leaf_hash(&[leaf]));
            assert_eq!(again.root(), edge.root());
        }
        assert_eq!(edge.size(), 200);
    }

    #[test]
    fn damaged_bytes_are_refused() {
        let mut edge = Frontier::new();
        edge.push(leaf_hash(b"a"));
        edge.push(leaf_hash(b"b"));
        edge.push(leaf_hash(b"c"));
        let bytes = edge.to_bytes();
        for cut in 0..bytes.len() {
            assert_eq!(Frontier::from_bytes(&bytes[..cut]), Err(BadFrontier), "{cut}");
        }
        assert_eq!(Frontier::from_bytes(&[bytes.as_slice(), &[0; 32]].concat()), Err(BadFrontier));
        assert_eq!(Frontier::from_bytes(&(SIZE_MAX << 1).to_be_bytes()), Err(BadFrontier));
        assert_eq!(Frontier::from_bytes(&[0; 8]), Ok(Frontier::new()));
    }

    #[test]
    fn every_completed_subtree_is_told_once() {
        let (mut edge, mut told) = (Frontier::new(), Vec::new());
        for leaf in 0..8_u8 {
            edge.push_noting(leaf_hash(&[leaf]), |subtree, _| told.push(subtree));
        }
        told.sort_unstable();
        let expected = [(0, 8), (1, 4), (2, 2), (3, 1)];
        let expected = expected
            .iter()
            .flat_map(|(level, count)| (0..*count).map(|index| Subtree { level: *level, index }));
        assert_eq!(told, expected.collect::<Vec<_>>());
    }
}
