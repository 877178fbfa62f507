//! SHA-256 as lower-case hex text, for digests that are compared and not hashed again.

use std::fmt::Write;

use sha2::{Digest, Sha256};

/// The digest of `bytes`.
pub(crate) fn hex(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    for byte in Sha256::digest(bytes) {
        // Writing to a string cannot fail.
        let _ = write!(text, "{byte:02x}");
    }
    text
}
