//! The tree as static files for mirrors and witnesses (C2SP tlog-tiles, height 8): which tiles a
//! tree has, their paths and their bytes. Serves and stores nothing; entry bundles are made by whoever
//! holds the leaves.

use crate::frontier::Subtree;
use crate::hash::Hash;
use crate::proof::NoProof;

/// Hashes of a full tile.
pub const WIDTH_FULL: u16 = 256;

/// A tile's level counts steps of this many levels of the tree.
const HEIGHT: u8 = 8;

/// One tile: `width` hashes of perfect subtrees of `256^level` leaves each.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Tile {
    /// 0 holds the hashes of leaves.
    pub level: u8,
    /// Which one of this level, from the left, from 0.
    pub index: u64,
    /// 1 to 255 for a partial tile at the right edge, else [`WIDTH_FULL`].
    pub width: u16,
}

impl Tile {
    /// The path below the log's prefix, for example `tile/0/x001/x234/067.p/8`.
    #[must_use]
    pub fn path(&self) -> String {
        let partial =
            if self.width == WIDTH_FULL { String::new() } else { format!(".p/{}", self.width) };
        format!("tile/{}/{}{partial}", self.level, index_path(self.index))
    }

    /// The tile's hashes one after another. `read` gives the hash of a perfect subtree.
    ///
    /// # Errors
    /// [`NoProof::Missing`] when `read` does not know a subtree.
    pub fn bytes(&self, mut read: impl FnMut(Subtree) -> Option<Hash>) -> Result<Vec<u8>, NoProof> {
        let mut bytes = Vec::with_capacity(usize::from(self.width) * 32);
        for place in 0..u64::from(self.width) {
            let index = self.index.saturating_mul(u64::from(WIDTH_FULL)).saturating_add(place);
            let subtree = Subtree { level: self.level.saturating_mul(HEIGHT), index };
            bytes.extend(read(subtree).ok_or(NoProof::Missing(subtree))?.0);
        }
        Ok(bytes)
    }
}

/// The tiles that a tree grown from `old` to `new` leaves has and did not have before, level by
/// level: full ones, and the partial one at the right edge. From 0 it is all of them.
pub fn tiles(old: u64, new: u64) -> impl Iterator<Item = Tile> {
    (0..64 / HEIGHT).flat_map(move |level| {
        let shift = u32::from(level) * u32::from(HEIGHT);
        let (had, has) = (old >> shift, new >> shift);
        let first = had / u64::from(WIDTH_FULL);
        let end = if had < has { has.div_ceil(u64::from(WIDTH_FULL)) } else { first };
        (first..end).map(move |index| {
            let left = has - index * u64::from(WIDTH_FULL);
            let width = u16::try_from(left).unwrap_or(WIDTH_FULL).min(WIDTH_FULL);
            Tile { level, index, width }
        })
    })
}

fn index_path(index: u64) -> String {
    let mut path = format!("{:03}", index % 1000);
    let mut rest = index / 1000;
    while rest > 0 {
        path = format!("x{:03}/{path}", rest % 1000);
        rest /= 1000;
    }
    path
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::tree::{Tree, leaf_hash, root};

    #[test]
    fn paths_are_those_of_the_specification() {
        let path = |level, index, width| Tile { level, index, width }.path();
        assert_eq!(path(0, 1_234_067, 256), "tile/0/x001/x234/067");
        assert_eq!(path(0, 1_234_067, 8), "tile/0/x001/x234/067.p/8");
        assert_eq!(path(3, 0, 1), "tile/3/000.p/1");
        assert_eq!(path(1, 1_000, 256), "tile/1/x001/000");
    }

    #[test]
    fn a_tree_of_70_000_leaves_has_the_tiles_that_the_specification_counts() {
        let all: Vec<_> = tiles(0, 70_000).collect();
        let full = |level| all.iter().filter(|t| t.level == level && t.width == 256).count();
        assert_eq!((full(0), full(1), full(2)), (273, 1, 0));
        let partial: Vec<_> = all.iter().filter(|t| t.width < 256).map(Tile::path).collect();
        assert_eq!(partial, ["tile/0/273.p/112", "tile/1/001.p/17", "tile/2/000.p/1"]);
        assert_eq!(
            tiles(0, 256).map(|t| t.path()).collect::<Vec<_>>(),
            ["tile/0/000", "tile/1/000.p/1"]
        );
    }

    #[test]
    fn growing_gives_only_what_was_not_there() {
        assert_eq!(tiles(70_000, 70_000).count(), 0);
        assert_eq!(tiles(0, 0).count(), 0);
        assert_eq!(
            tiles(255, 257).map(|t| t.path()).collect::<Vec<_>>(),
            ["tile/0/000", "tile/0/001.p/1", "tile/1/000.p/1"]
        );
        assert_eq!(tiles(256, 300).map(|t| t.path()).collect::<Vec<_>>(), ["tile/0/001.p/44"]);
    }

    #[test]
    fn a_full_tile_hashes_to_its_place_in_the_level_above() {
        let leaves: Vec<_> = (0..600_u16).map(|n| leaf_hash(&n.to_be_bytes())).collect();
        let tree: Tree = leaves.iter().copied().collect();
        let tile = Tile { level: 0, index: 1, width: 256 };
        let bytes = tile.bytes(|subtree| tree.subtree(subtree)).unwrap();
        assert_eq!(bytes, leaves[256..512].iter().flat_map(|leaf| leaf.0).collect::<Vec<_>>());
        let above = Tile { level: 1, index: 0, width: 2 };
        let above = above.bytes(|subtree| tree.subtree(subtree)).unwrap();
        assert_eq!(above[32..], root(&leaves[256..512]).0);
        let missing = Tile { level: 0, index: 2, width: 256 }.bytes(|one| tree.subtree(one));
        assert!(matches!(missing, Err(NoProof::Missing(_))));
    }
}
