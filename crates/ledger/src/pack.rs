//! An evidence pack: what the ledger holds about one case, in one file that is checked without the
//! database and without the rest of the ledger. Each entry comes with its path to a signed root
//! (RFC 6962 section 2.1.1), each text with its salt. Makes no pack and knows nothing of what an entry
//! means.

mod check;

use serde::{Deserialize, Serialize};

pub use self::check::{Checked, Flaw, verify};
use crate::hash::Hash;
use crate::text::TextLine;

/// The form of pack that is written and read here.
pub const PACK_VERSION: u32 = 1;

/// Longest pack that is read, in bytes.
pub const PACK_BYTES_MAX: usize = 64 << 20;

/// Most entries of a pack.
pub const ENTRIES_MAX: usize = 10_000;

/// What the ledger holds about one case.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Pack {
    /// [`PACK_VERSION`].
    pub version: u32,
    /// What it is about, as people write it: `EX-12`.
    pub about: String,
    /// Subjects of which every entry up to the checkpoint is in the pack; the first is what it is
    /// about.
    pub whole: Vec<String>,
    /// When it was made, RFC 3339 in UTC. Not signed.
    pub made_at: String,
    /// Which program made it. Not signed.
    pub made_by: String,
    /// The signed checkpoint (C2SP tlog-checkpoint) that all paths lead to.
    pub checkpoint: String,
    /// The log's C2SP vkey, as the pack says.
    pub verifier: String,
    /// In the order of the ledger.
    pub entries: Vec<Entry>,
    /// Texts that still exist and that an entry refers to.
    pub texts: Vec<TextLine>,
}

/// One entry with what proves it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// Position in the ledger, from 0.
    pub position: u64,
    /// The exact bytes that are hashed, which are UTF-8.
    pub leaf: String,
    /// From the leaf up.
    pub path: Vec<Hash>,
}

/// Why bytes are no pack. Nothing was checked then.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotAPack {
    /// Longer than [`PACK_BYTES_MAX`].
    #[error("the evidence has {0} bytes, more than {PACK_BYTES_MAX}: it is none of ours")]
    TooLong(usize),
    /// More entries than [`ENTRIES_MAX`].
    #[error("the evidence has {0} entries, more than {ENTRIES_MAX}: check an export of the ledger")]
    TooMany(usize),
    /// Not of this form.
    #[error(
        "this is no evidence of Countersign ({0}): it was cut off or changed, ask for it again"
    )]
    Form(String),
    /// Of another form.
    #[error(
        "the evidence has form {0} and this program reads form {PACK_VERSION}: use the program that \
         wrote it"
    )]
    Version(u64),
}

impl Pack {
    /// Reads a pack; whether anything in it is true is asked by [`verify`].
    ///
    /// # Errors
    /// [`NotAPack`].
    pub fn parse(bytes: &[u8]) -> Result<Self, NotAPack> {
        #[derive(Deserialize)]
        struct Form {
            version: u64,
        }
        if bytes.len() > PACK_BYTES_MAX {
            return Err(NotAPack::TooLong(bytes.len()));
        }
        let form = |why: serde_json::Error| NotAPack::Form(why.to_string());
        let Form { version } = serde_json::from_slice(bytes).map_err(form)?;
        if version != u64::from(PACK_VERSION) {
            return Err(NotAPack::Version(version));
        }
        let pack: Self = serde_json::from_slice(bytes).map_err(form)?;
        if pack.entries.len() > ENTRIES_MAX {
            return Err(NotAPack::TooMany(pack.entries.len()));
        }
        Ok(pack)
    }
}
