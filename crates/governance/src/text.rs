//! Words that people write and details that name things. They stand in a side table under their
//! salted SHA-256, which is all that an event holds (DESIGN section 8), so that a text can be erased
//! while every proof stays valid.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Fewest characters, letters and digits only, that make a reason: "." and "ok" are none.
pub const REASON_LETTERS_MIN: usize = 10;

/// Most bytes in one text that a person writes.
pub const TEXT_BYTES_MAX: usize = 8_192;

/// `text:sha256:HEX` of salt and words.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(transparent)]
pub struct TextDigest(pub String);

/// Words somebody wrote to justify something, long enough to say anything.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reason {
    words: String,
    digest: TextDigest,
}

impl Reason {
    /// Accepts words as a reason; `digest` is the one under which the server keeps them.
    ///
    /// # Errors
    /// [`NoReason`] when they say nothing or too much.
    pub fn new(words: &str, digest: TextDigest) -> Result<Self, NoReason> {
        let words = words.trim();
        let letters = words.chars().filter(|c| c.is_alphanumeric()).count();
        if letters < REASON_LETTERS_MIN {
            return Err(NoReason::TooShort);
        }
        if words.len() > TEXT_BYTES_MAX {
            return Err(NoReason::TooLong);
        }
        Ok(Self { words: words.to_owned(), digest })
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }

    /// What an event holds of them.
    #[must_use]
    pub fn digest(&self) -> &TextDigest {
        &self.digest
    }
}

/// Why words are no reason.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum NoReason {
    /// Fewer than [`REASON_LETTERS_MIN`] letters and digits.
    #[error(
        "that is no reason: say in a sentence what is so and why (at least {REASON_LETTERS_MIN} letters)"
    )]
    TooShort,
    /// More than [`TEXT_BYTES_MAX`] bytes.
    #[error("a text may have at most {TEXT_BYTES_MAX} bytes: shorten it or link to the long form")]
    TooLong,
}
