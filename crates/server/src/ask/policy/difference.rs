//! What is otherwise between two policies that are kept: in words, and line by line.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use countersign_policy::diff::{diff, lines};
use countersign_policy::folder::Folder;
use serde::Serialize;
use utoipa::ToSchema;

use super::history::history;
use crate::act::{Door, NotDone};
use crate::adoption;

/// Most lines of one file that are shown.
const LINES_MAX: usize = 400;

/// What is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyDifference)]
pub struct Difference {
    /// Version of this form.
    pub version: u32,
    /// Digest of the one.
    pub from: String,
    /// Digest of the other.
    pub to: String,
    /// In words.
    pub in_words: Vec<InWords>,
    /// File by file, tests included.
    pub files: Vec<ChangedFile>,
}

/// One thing that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyDifferenceInWords)]
pub struct InWords {
    /// What it is about.
    pub about: String,
    /// How it was; empty for what is new.
    pub was: String,
    /// How it is; empty for what is gone.
    pub is: String,
    /// Whether it asks for less or lets more pass, as far as that can be told.
    pub loosens: bool,
}

/// A file that is otherwise.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyDifferenceFile)]
pub struct ChangedFile {
    /// Its path in the folder.
    pub path: String,
    /// Lines that are gone or new, in order.
    pub lines: Vec<TextLine>,
    /// How many more there are.
    pub lines_more: usize,
}

/// A line that is gone or new.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = PolicyDifferenceLine)]
pub struct TextLine {
    /// Whether it is new; gone otherwise.
    pub new: bool,
    /// Its number in its file.
    pub number: usize,
    /// Its text.
    pub text: String,
}

/// Why two policies were not compared.
#[derive(Debug, thiserror::Error)]
pub enum NotCompared {
    /// Nobody adopted or proposed it, or its files are not kept.
    #[error("no files are kept of the policy {0}: choose another")]
    NotKept(String),
    /// The store failed.
    #[error("{0}")]
    NotDone(#[from] NotDone),
}

/// What is otherwise between two kept policies.
///
/// # Errors
/// When one is not kept, or the store cannot answer.
pub async fn difference(door: &Door, from: &str, to: &str) -> Result<Difference, NotCompared> {
    let old = kept(door, from).await?;
    let new = kept(door, to).await?;
    let both = (from.to_owned(), to.to_owned());
    let compared = tokio::task::spawn_blocking(move || of(&old, &new)).await;
    let (in_words, files) = compared.map_err(|_| NotCompared::NotKept(to.to_owned()))?;
    Ok(Difference { version: 1, from: both.0, to: both.1, in_words, files })
}

/// A kept policy.
pub(super) async fn kept(door: &Door, digest: &str) -> Result<Arc<Folder>, NotCompared> {
    if door.policy.digest == digest {
        return Ok(Arc::clone(&door.policy));
    }
    let not_kept = || NotCompared::NotKept(digest.chars().take(64).collect());
    let mut after = 0;
    loop {
        let page = history(door, after).await?;
        let named =
            page.items.iter().rev().find(|it| it.digest.as_deref() == Some(digest) && it.kept);
        if let Some(files) = named.and_then(|it| it.files.as_ref()) {
            let read = adoption::read(&door.store, digest, Some(files)).await?;
            return read.map(Arc::new).map_err(|_| not_kept());
        }
        match page.next.and_then(|next| next.parse().ok()) {
            Some(next) => after = next,
            None => return Err(not_kept()),
        }
    }
}

pub(crate) fn of(old: &Folder, new: &Folder) -> (Vec<InWords>, Vec<ChangedFile>) {
    let in_words = diff(old, new).into_iter().map(|it| InWords {
        about: it.about,
        was: it.was,
        is: it.is,
        loosens: it.loosens,
    });
    let texts = |folder: &Folder| -> BTreeMap<String, String> {
        folder.texts.iter().map(|it| (it.name.clone(), it.text.clone())).collect()
    };
    let (was, is) = (texts(old), texts(new));
    let paths: BTreeSet<&String> = was.keys().chain(is.keys()).collect();
    let none = String::new();
    let mut files = Vec::new();
    for path in paths {
        let found = lines(was.get(path).unwrap_or(&none), is.get(path).unwrap_or(&none));
        if found.is_empty() {
            continue;
        }
        let lines_more = found.len().saturating_sub(LINES_MAX);
        let shown = found.into_iter().take(LINES_MAX);
        let shown =
            shown.map(|it| TextLine { new: it.is_new, number: it.number, text: it.text }).collect();
        files.push(ChangedFile { path: path.clone(), lines: shown, lines_more });
    }
    (in_words.collect(), files)
}
