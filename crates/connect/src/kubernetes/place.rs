//! Where an object stands, and how that is cited: `FILE:LINE OBJECT` where the form has lines, else
//! the object's own name and part.

use std::sync::Arc;

/// A place in a file.
#[derive(Debug, Clone)]
pub(super) struct Place {
    file: Arc<str>,
    lines_before: u64,
    line: Option<u64>,
}

impl Place {
    /// The beginning of a document.
    pub(super) fn new(file: Arc<str>, lines_before: u64) -> Self {
        Self { file, lines_before, line: None }
    }

    /// Another line of the same document, or the same place where the line is not known.
    pub(super) fn at(&self, line: Option<u64>) -> Self {
        let line = line.map(|it| self.lines_before.saturating_add(it)).or(self.line);
        Self { line, ..self.clone() }
    }

    /// How a fact cites it.
    pub(super) fn cite(&self, object: &str) -> String {
        match self.line {
            Some(line) => format!("{}:{line} {object}", self.file),
            None => object.to_owned(),
        }
    }

    /// How a refusal cites it.
    pub(super) fn refer(&self) -> String {
        match self.line {
            Some(line) => format!("{}:{line}", self.file),
            None => self.file.to_string(),
        }
    }
}
