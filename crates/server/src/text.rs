//! Texts on their way into the side table: words with a fresh salt, and the digest that events hold.

use countersign_governance::text::TextDigest;
use serde::Serialize;

use crate::clock::{Chance, NoChance};

/// Words that are kept beside the ledger under their salted digest.
#[derive(Debug, Clone)]
pub struct Text {
    pub(crate) digest: TextDigest,
    pub(crate) salt: [u8; 32],
    pub(crate) words: String,
}

impl Text {
    /// Salts some words.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn new(chance: &Chance, words: impl Into<String>) -> Result<Self, NoChance> {
        let salt = chance.bytes()?;
        let words = words.into();
        let digest = countersign_ledger::text::digest(&salt, &words);
        let digest = TextDigest(countersign_ledger::text::reference(digest));
        Ok(Self { digest, salt, words })
    }

    /// Salts something written as JSON.
    ///
    /// # Errors
    /// When the machine has no randomness.
    pub fn json<T: Serialize>(chance: &Chance, value: &T) -> Result<Self, NoChance> {
        // Our own types always write; an empty text would still be honest about saying nothing.
        Self::new(chance, serde_json::to_string(value).unwrap_or_default())
    }

    /// What an event holds of it.
    #[must_use]
    pub fn digest(&self) -> &TextDigest {
        &self.digest
    }

    /// The words.
    #[must_use]
    pub fn words(&self) -> &str {
        &self.words
    }
}
