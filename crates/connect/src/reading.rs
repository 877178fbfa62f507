//! What every reader of files takes and gives back: bytes with the name that locators cite, and
//! facts with what was refused and what is worth saying. Opens nothing and judges nothing.

use countersign_access::fact::{Chunk, SourceId, Unreadable};

/// Most refused places that are listed for one source; beyond it only their number is said.
pub(crate) const REFUSED_MAX: usize = 1_000;

/// Most names that one note lists.
const NAMES_PER_NOTE_MAX: usize = 20;

/// One file, already in memory.
#[derive(Debug)]
pub(crate) struct Text {
    /// The path as given, which locators cite.
    pub(crate) name: String,
    /// What stands in it.
    pub(crate) bytes: Vec<u8>,
}

/// The files of one source.
#[derive(Debug)]
pub(crate) struct Input<'a> {
    /// The source they belong to.
    pub(crate) source: &'a SourceId,
    /// In a stable order.
    pub(crate) texts: &'a [Text],
}

/// What a reader made of the files of one source.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// What they say.
    pub(crate) facts: Chunk,
    /// What was malformed.
    pub(crate) refused: Refused,
    /// What is valid but worth saying.
    pub(crate) notes: Vec<String>,
}

/// Places that could not be read, bounded.
#[derive(Debug, Default)]
pub(crate) struct Refused {
    listed: Vec<Unreadable>,
    unlisted: usize,
}

impl Refused {
    /// Adds one place.
    pub(crate) fn add(&mut self, place: impl Into<String>, why: impl Into<String>) {
        if self.listed.len() < REFUSED_MAX {
            self.listed.push(Unreadable { place: place.into(), why: why.into() });
        } else {
            self.unlisted = self.unlisted.saturating_add(1);
        }
    }

    /// The list, ended by the number of those that did not fit.
    pub(crate) fn into_list(mut self, source: &SourceId) -> Vec<Unreadable> {
        if self.unlisted > 0 {
            let why = format!(
                "{} more places could not be read: mend the first {REFUSED_MAX} and scan again",
                self.unlisted
            );
            self.listed.push(Unreadable { place: source.to_string(), why });
        }
        self.listed
    }
}

/// The names, comma-separated, cut after a number that a person can take in.
pub(crate) fn enumerate(names: &[String]) -> String {
    let shown = names.iter().take(NAMES_PER_NOTE_MAX).cloned().collect::<Vec<_>>().join(", ");
    match names.len().saturating_sub(NAMES_PER_NOTE_MAX) {
        0 => shown,
        more => format!("{shown} and {more} more"),
    }
}
