//! What the check of an export found: the verdict, the first problem of each sort with its place, and
//! what the check cannot know. Decides nothing but the verdict.

use std::collections::BTreeMap;
use std::fmt;

use serde::Serialize;

use crate::hash::Hash;
use crate::note::Checkpoint;

/// Most absent texts that are named; the count is always exact.
pub const ABSENT_NAMED_MAX: usize = 1_000;

const KEY_CAME_ALONG: &str =
    "the key came with the export: compare it with the one that was published elsewhere";
const OWN_KEY_DIFFERS: &str = "the `verifier.key` in the export is another key than the one you brought: it was not used, ask where it comes from";

/// A place in the ledger: position from 0, and the subject where it is known.
pub(super) type Place = (u64, Option<String>);

/// The answer in one word.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// Everything fits.
    Whole,
    /// Something was changed, removed, added or moved.
    NotWhole,
    /// A part could not be read, so the check could not be finished.
    Unreadable,
}

/// Sorts of problems.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Sort {
    /// The signature of the export's checkpoint does not hold.
    SignatureInvalid,
    /// Fewer leaves than the checkpoint covers.
    LeavesMissing,
    /// More leaves than the checkpoint covers.
    LeavesAdded,
    /// The leaves do not lead to the signed root.
    RootDiffers,
    /// A line is no event or not in its canonical form.
    LeafMalformed,
    /// An event of a subject is missing before this one.
    SequenceGap,
    /// An event of a subject comes twice or after a later one.
    SequenceRepeated,
    /// The export has fewer leaves than the earlier checkpoint.
    CutOff,
    /// The export does not go on from the earlier checkpoint.
    Forked,
    /// The earlier checkpoint is not signed by the export's key.
    EarlierNotSigned,
    /// The earlier checkpoint is of another log.
    OtherLog,
    /// A text is not the one whose digest was signed.
    TextChanged,
    /// No leaf refers to a text.
    TextUnknown,
    /// A line is no text with digest and salt.
    TextMalformed,
    /// The manifest and the checkpoint say different things.
    ManifestDiffers,
    /// The optional list of hashes does not lead to the signed root.
    HashListDiffers,
}

/// The first problem of one sort.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Problem {
    /// Its sort.
    pub sort: Sort,
    /// Position of the leaf from 0 (its line in `leaves.jsonl` is one more), where it is known.
    pub position: Option<u64>,
    /// The subject of the leaf, where it is known.
    pub subject: Option<String>,
    /// What is wrong, in words.
    pub what: String,
    /// How many problems of this sort there are.
    pub count: u64,
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(position) = self.position {
            write!(f, "position {position}")?;
            if let Some(subject) = &self.subject {
                write!(f, ", subject `{subject}`")?;
            }
            f.write_str(": ")?;
        }
        f.write_str(&self.what)?;
        if self.count > 1 {
            write!(f, " (the first of {})", self.count)?;
        }
        Ok(())
    }
}

/// A text that a leaf refers to and that the export does not hold.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct AbsentText {
    /// Its digest.
    pub digest: Hash,
    /// Position of the first leaf that refers to it.
    pub position: u64,
    /// Subject of that leaf.
    pub subject: String,
}

/// Texts that leaves refer to.
#[derive(Debug, Clone, PartialEq, Eq, Default, Serialize)]
pub struct Texts {
    /// How many different ones.
    pub referred: u64,
    /// How many are in the export and are the right ones.
    pub present: u64,
    /// How many are not in it: erased, or left out.
    pub absent: u64,
    /// The first absent ones by position, at most [`ABSENT_NAMED_MAX`].
    pub absent_first: Vec<AbsentText>,
}

/// A part that could not be read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, thiserror::Error)]
#[error("`{part}` cannot be read ({why}): make the export again")]
pub struct Unreadable {
    /// Name of the part.
    pub part: &'static str,
    /// Why, with the line where there is one.
    pub why: String,
}

/// All that the check found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Report {
    /// Version of this form.
    pub version: u32,
    /// The answer in one word.
    pub verdict: Verdict,
    /// What could not be read, if anything.
    pub unreadable: Option<Unreadable>,
    /// Leaves that were read.
    pub leaves: u64,
    /// What the export's checkpoint says; a claim only, when its signature is a problem.
    pub checkpoint: Option<Checkpoint>,
    /// When the first leaf says that it happened; a claim only, unless the verdict is whole.
    pub first_at: Option<String>,
    /// When the last one says so.
    pub last_at: Option<String>,
    /// The key that the signatures were checked with (C2SP vkey).
    pub key: Option<String>,
    /// Whether the reader brought that key; false when it came with the export.
    pub key_pinned: bool,
    /// The earlier checkpoint, when there was one and it is by this key.
    pub earlier: Option<Checkpoint>,
    /// Up to how many leaves the earlier checkpoint confirms the export; `None` when nothing does,
    /// and then a cut-off end cannot be excluded.
    pub end_confirmed_to: Option<u64>,
    /// The first problem of each sort.
    pub problems: Vec<Problem>,
    /// What the check cannot know, in words.
    pub cautions: Vec<String>,
    /// Texts that leaves refer to.
    pub texts: Texts,
    #[serde(skip)]
    firsts: BTreeMap<Sort, Problem>,
}

impl Report {
    /// The report about an export of which a part is not there or cannot be opened.
    #[must_use]
    pub fn not_opened(unreadable: Unreadable) -> Self {
        Self { unreadable: Some(unreadable), ..Self::new() }
    }

    /// Says that the key was brought by the reader and did not come with the export, whose own
    /// `verifier.key` holds `own`.
    pub fn pin_key(&mut self, own: &[u8]) {
        self.key_pinned = true;
        self.cautions.retain(|caution| caution != KEY_CAME_ALONG);
        let own = own.trim_ascii();
        if self.key.as_deref().is_some_and(|key| key.as_bytes() != own) {
            self.cautions.push(OWN_KEY_DIFFERS.to_owned());
        }
    }

    pub(super) fn new() -> Self {
        Self {
            version: 1,
            verdict: Verdict::Unreadable,
            unreadable: None,
            leaves: 0,
            checkpoint: None,
            first_at: None,
            last_at: None,
            key: None,
            key_pinned: false,
            earlier: None,
            end_confirmed_to: None,
            problems: Vec::new(),
            cautions: Vec::new(),
            texts: Texts::default(),
            firsts: BTreeMap::new(),
        }
    }

    /// Notes a problem; of each sort the first is kept and the others are counted.
    pub(super) fn problem(
        &mut self,
        sort: Sort,
        place: Option<Place>,
        what: impl FnOnce() -> String,
    ) {
        if let Some(first) = self.firsts.get_mut(&sort) {
            first.count += 1;
            return;
        }
        let (position, subject) = place.map_or((None, None), |(at, subject)| (Some(at), subject));
        self.firsts.insert(sort, Problem { sort, position, subject, what: what(), count: 1 });
    }

    /// The verdict and the cautions, from what was found.
    pub(super) fn settle(&mut self) {
        self.problems = std::mem::take(&mut self.firsts).into_values().collect();
        self.verdict = match (&self.unreadable, self.problems.is_empty()) {
            (Some(_), _) => Verdict::Unreadable,
            (None, true) => Verdict::Whole,
            (None, false) => Verdict::NotWhole,
        };
        if self.unreadable.is_some() {
            return;
        }
        self.cautions.push(match self.end_confirmed_to {
            Some(size) => format!(
                "the earlier checkpoint confirms the first {size} leaves; a cut-off end after them cannot be excluded"
            ),
            None => "a cut-off end cannot be excluded: compare with a checkpoint that was kept elsewhere".to_owned(),
        });
        if self.earlier.is_none() {
            self.cautions.push(KEY_CAME_ALONG.to_owned());
        }
    }
}
