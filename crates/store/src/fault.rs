//! What can go wrong between us and the database, told so that a person can take the next step.
//! Never holds a password or a row's content, and decides nothing about retries.

use std::fmt;
use std::sync::Arc;

/// What a caller may do about a fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// The database is busy, full or away; the same call may work later.
    Transient,
    /// The same call fails again until somebody changes something.
    Permanent,
    /// Somebody else was first: load the current state and decide again.
    Conflict,
    /// The lease that the call was made under has passed to somebody else.
    Fenced,
    /// What was handed in cannot be read or exceeds a limit.
    Malformed,
}

/// A failed call, with the words for people and the source that they came from.
#[derive(Debug, Clone)]
pub struct Fault {
    kind: Kind,
    words: String,
    raced: bool,
    source: Option<Arc<dyn std::error::Error + Send + Sync>>,
}

impl Fault {
    /// A fault in our own words.
    #[must_use]
    pub fn new(kind: Kind, words: impl Into<String>) -> Self {
        Self { kind, words: words.into(), raced: false, source: None }
    }

    /// The same fault, keeping what caused it.
    #[must_use]
    pub fn because(mut self, source: impl std::error::Error + Send + Sync + 'static) -> Self {
        self.source = Some(Arc::new(source));
        self
    }

    /// What a caller may do about it.
    #[must_use]
    pub fn kind(&self) -> Kind {
        self.kind
    }

    /// The same fault, marked as a lost race that the same work may win when it runs again.
    pub(crate) fn raced(mut self) -> Self {
        self.raced = true;
        self
    }

    /// Whether running the same work again may win.
    pub(crate) fn is_race(&self) -> bool {
        self.raced
    }

    pub(crate) fn conflict(words: impl Into<String>) -> Self {
        Self::new(Kind::Conflict, words)
    }

    pub(crate) fn malformed(words: impl Into<String>) -> Self {
        Self::new(Kind::Malformed, words)
    }

    pub(crate) fn permanent(words: impl Into<String>) -> Self {
        Self::new(Kind::Permanent, words)
    }

    pub(crate) fn transient(words: impl Into<String>) -> Self {
        Self::new(Kind::Transient, words)
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.words)
    }
}

impl std::error::Error for Fault {
    fn source(&self) -> Option<&(dyn std::error::Error + 'static)> {
        self.source.as_deref().map(|source| source as &(dyn std::error::Error + 'static))
    }
}
