//! Texts beside the ledger: reasons, comments, answers, evidence. A leaf holds only the salted digest
//! of a text, so that deleting text and salt erases it and leaves every proof valid. Makes no salt and
//! decides nothing about who may read or erase.

use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use crate::encode;
use crate::hash::Hash;

/// What a reference to a text begins with in the body of a leaf.
pub const REFERENCE_PREFIX: &str = "text:sha256:";

/// Longest line of `texts.jsonl`, in bytes.
pub const TEXT_LINE_BYTES_MAX: usize = 1 << 26;

/// The digest of a text: SHA-256 over 32 random bytes of salt and the text in UTF-8.
#[must_use]
pub fn digest(salt: &[u8; 32], text: &str) -> Hash {
    Hash(Sha256::new().chain_update(salt).chain_update(text).finalize().into())
}

/// How a leaf refers to the text with this digest: `text:sha256:HEX`.
#[must_use]
pub fn reference(digest: Hash) -> String {
    format!("{REFERENCE_PREFIX}{digest}")
}

/// The digest in a reference; `None` for a string that is none.
#[must_use]
pub fn parse_reference(text: &str) -> Option<Hash> {
    Hash::from_hex(text.strip_prefix(REFERENCE_PREFIX)?)
}

/// All references in a leaf's body, in its order. A string that begins like one and is none is in it
/// as the string itself.
pub fn references(body: &Value) -> Vec<Result<Hash, &str>> {
    let mut found = Vec::new();
    let mut open = vec![body];
    while let Some(value) = open.pop() {
        match value {
            Value::String(text) if text.starts_with(REFERENCE_PREFIX) => {
                found.push(parse_reference(text).ok_or(text.as_str()));
            }
            Value::Array(items) => open.extend(items.iter().rev()),
            Value::Object(fields) => open.extend(fields.values().rev()),
            Value::String(_) | Value::Null | Value::Bool(_) | Value::Number(_) => {}
        }
    }
    found
}

/// One line of `texts.jsonl`: a text that still exists, with what proves that it is the one.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TextLine {
    /// The digest, in hexadecimal.
    pub digest: Hash,
    /// The 32 bytes of salt, in base64.
    pub salt: String,
    /// The text.
    pub text: String,
}

impl TextLine {
    /// The line for a text and its salt.
    #[must_use]
    pub fn new(salt: &[u8; 32], text: &str) -> Self {
        Self { digest: digest(salt, text), salt: encode::base64(salt), text: text.to_owned() }
    }

    /// The line, without its line feed.
    ///
    /// # Errors
    /// When the text cannot be written as JSON, which no text in UTF-8 does.
    pub fn to_json(&self) -> Result<String, serde_json::Error> {
        serde_json::to_string(self)
    }

    /// Reads a line; whether the digest fits is asked by [`TextLine::is_true`].
    ///
    /// # Errors
    /// When it is not JSON of this form.
    pub fn parse(line: &[u8]) -> Result<Self, serde_json::Error> {
        serde_json::from_slice(line)
    }

    /// Whether the digest is the one of salt and text.
    #[must_use]
    pub fn is_true(&self) -> bool {
        encode::from_base64(&self.salt)
            .and_then(|salt| <[u8; 32]>::try_from(salt).ok())
            .is_some_and(|salt| digest(&salt, &self.text) == self.digest)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn the_digest_is_sha_256_over_salt_and_text() {
        // printf '%032d%s' 0 'because' | sha256sum
        let salt = *b"00000000000000000000000000000000";
        let expected = Hash::of(b"00000000000000000000000000000000because");
        assert_eq!(digest(&salt, "because"), expected);
        assert_ne!(digest(&[1; 32], "because"), expected);
    }

    #[test]
    fn references_are_found_wherever_they_stand_and_in_order() {
        let [a, b, c] = [1, 2, 3].map(|byte| Hash([byte; 32]));
        let body = json!({"why": reference(a), "more": [{"x": reference(b)}, 7, null, reference(c)], "n": "text"});
        assert_eq!(references(&body), [Ok(a), Ok(b), Ok(c)]);
        let upper =
            reference(Hash([0xab; 32])).to_uppercase().replace("TEXT:SHA256", "text:sha256");
        assert_eq!(references(&json!([upper])), [Err(upper.as_str())]);
    }

    #[test]
    fn a_line_comes_back_and_tells_when_it_was_changed() {
        let line = TextLine::new(&[7; 32], "needed for \"payroll\"\nuntil May");
        let json = line.to_json().unwrap();
        assert!(!json.contains('\n'), "{json}");
        assert_eq!(TextLine::parse(json.as_bytes()).unwrap(), line);
        assert!(line.is_true());
        assert!(!TextLine { text: "other".to_owned(), ..line.clone() }.is_true());
        assert!(!TextLine { salt: encode::base64(&[8; 32]), ..line.clone() }.is_true());
        assert!(!TextLine { salt: encode::base64(&[7; 31]), ..line.clone() }.is_true());
        assert!(!TextLine { salt: "\n".to_owned(), ..line.clone() }.is_true());
        assert!(!TextLine { digest: Hash([0; 32]), ..line }.is_true());
    }
}
