//! The names of sources and of places in them, which every fact cites. Says nothing about what is
//! said there (`fact`).

use std::fmt;

use serde::{Deserialize, Serialize};

/// Where a source says something: `FILE:LINE` where the form has lines, else the object's own name
/// and part (`RoleBinding ns/name subject[0]`).
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Locator {
    /// The source: a configured system's name, or a file's path.
    pub source: SourceId,
    /// The place in it.
    pub locator: String,
}

/// The name of a source of facts: a configured system, or a file given to `scan`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub std::sync::Arc<str>);

impl SourceId {
    /// A source of this name.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self(std::sync::Arc::from(name))
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// A place in this source.
    #[must_use]
    pub fn at(&self, locator: impl Into<String>) -> Locator {
        Locator { source: self.clone(), locator: locator.into() }
    }
}

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}
