//! SHA-256 in the two roles that RFC 6962 section 2.1 keeps apart: over a leaf and over two hashes.
//! Knows nothing of positions or proofs.

use std::fmt;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::encode;

/// A SHA-256 hash. Shown, read and serialised as 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Hash(pub [u8; 32]);

impl Hash {
    /// The SHA-256 of some bytes, with no prefix: for digests that are no part of the tree.
    #[must_use]
    pub fn of(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(self) -> String {
        encode::hex(&self.0)
    }

    /// Reads exactly what [`Hash::to_hex`] writes; anything else is `None`.
    #[must_use]
    pub fn from_hex(text: &str) -> Option<Self> {
        encode::from_hex(text).map(Self)
    }

    /// Standard base64 with padding, as checkpoints carry it.
    #[must_use]
    pub fn to_base64(self) -> String {
        encode::base64(&self.0)
    }

    /// Reads exactly what [`Hash::to_base64`] writes; anything else is `None`.
    #[must_use]
    pub fn from_base64(text: &str) -> Option<Self> {
        encode::from_base64(text)?.try_into().ok().map(Self)
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.to_hex())
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Hash({self})")
    }
}

impl From<Hash> for String {
    fn from(hash: Hash) -> Self {
        hash.to_hex()
    }
}

impl TryFrom<String> for Hash {
    type Error = NotAHash;

    fn try_from(text: String) -> Result<Self, NotAHash> {
        Self::from_hex(&text).ok_or(NotAHash(text))
    }
}

/// A text that is no hash.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is no SHA-256 hash: give 64 lower-case hexadecimal digits")]
pub struct NotAHash(String);

/// The hash of a leaf: SHA-256 over 0x00 and the leaf's bytes.
#[must_use]
pub fn leaf_hash(leaf: &[u8]) -> Hash {
    Hash(Sha256::new().chain_update([0x00]).chain_update(leaf).finalize().into())
}

/// The hash of an inner node: SHA-256 over 0x01, the left hash and the right hash.
#[must_use]
pub fn node_hash(left: Hash, right: Hash) -> Hash {
    let node = Sha256::new().chain_update([0x01]).chain_update(left.0).chain_update(right.0);
    Hash(node.finalize().into())
}

/// The root of the tree without leaves: SHA-256 over nothing.
#[must_use]
pub fn empty_root() -> Hash {
    Hash::of(b"")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hashes_of_nothing_are_those_of_rfc_6962() {
        assert_eq!(
            empty_root().to_hex(),
            "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855"
        );
        assert_eq!(
            leaf_hash(b"").to_hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
    }

    #[test]
    fn a_node_is_never_the_hash_of_a_leaf_with_the_same_bytes() {
        let (left, right) = (leaf_hash(b"a"), leaf_hash(b"b"));
        let joined = [left.0, right.0].concat();
        assert_ne!(node_hash(left, right), leaf_hash(&joined));
    }

    #[test]
    fn a_hash_comes_back_from_each_of_its_spellings() {
        let hash = leaf_hash(b"a");
        assert_eq!(Hash::from_hex(&hash.to_hex()), Some(hash));
        assert_eq!(Hash::from_base64(&hash.to_base64()), Some(hash));
        assert_eq!(serde_json::from_value::<Hash>(serde_json::json!(hash)).unwrap(), hash);
        assert_eq!(Hash::from_base64("AAAA"), None);
        assert!(serde_json::from_str::<Hash>("\"00\"").unwrap_err().to_string().contains("`00`"));
    }
}
