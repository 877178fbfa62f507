//! One thing to put right, in the form in which editors find the place. It decides nothing.

use std::fmt;
use std::path::{Path, PathBuf};

/// What is wrong where, why it matters and what to do about it.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Complaint {
    path: PathBuf,
    line: usize,
    words: String,
}

impl Complaint {
    /// `line` counts from 1; `what`, `why` and `to_do` are joined by commas.
    pub(super) fn new(path: &Path, line: usize, what: &str, why: &str, to_do: &str) -> Self {
        Self { path: path.to_path_buf(), line, words: format!("{what}, {why}, {to_do}") }
    }
}

impl fmt::Display for Complaint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}:{}: {}", self.path.display(), self.line, self.words)
    }
}
