//! The ledger as a folder that an auditor takes away and checks without us: the leaves that the
//! latest signed checkpoint covers, what belongs to them, and nothing else of the database. It only
//! reads the store, page by page while others write, and checks no root: what is damaged in the
//! database is written down damaged, so that the check finds it.

mod folder;

use std::collections::BTreeSet;
use std::path::Path;

use countersign_ledger::export::Manifest;
use countersign_ledger::key::{BadKey, Verifier};
use countersign_ledger::leaf::Leaf;
use countersign_ledger::note::{BadNote, Checkpoint};
use countersign_ledger::text::TextLine;
use countersign_ledger::tree::Hash;
use countersign_store::read::leaf;
use countersign_store::seal::latest_checkpoint;
use countersign_store::text::{self, Body};
use countersign_store::{Fault, Store};
use jiff::Timestamp;

pub use self::folder::NoFolder;
use self::folder::{Folder, Part};

/// The exact bytes of one leaf a line, in the order of the tree.
pub const LEAVES: &str = "leaves.jsonl";
/// The hash that was sealed for each leaf, a line each.
pub const HASHES: &str = "hashes.txt";
/// The texts that still exist, with their salt.
pub const TEXTS: &str = "texts.jsonl";
/// The signed checkpoint over the leaves.
pub const CHECKPOINT: &str = "checkpoint";
/// The log's C2SP vkey.
pub const VERIFIER: &str = "verifier.key";
/// What the export says about itself.
pub const MANIFEST: &str = "manifest.json";

/// Most leaves in memory at once, at most 64 KiB each.
const LEAVES_PAGE: i64 = 200;

/// Most hashes in memory at once.
const HASHES_PAGE: i64 = 5_000;

/// Digests that are remembered so that a text which several leaves refer to is written once. When
/// there are more, some texts stand in the export twice, which changes no answer of the check.
const REMEMBERED_MAX: usize = 1_000_000;

/// What was written.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exported {
    /// What the signed checkpoint says.
    pub checkpoint: Checkpoint,
    /// Leaves that were there; fewer than the checkpoint covers when the database lost some.
    pub leaves: u64,
    /// Texts that were written.
    pub texts: u64,
    /// Texts that leaves refer to and that were erased.
    pub erased: u64,
}

/// Why nothing was written. A folder that was begun is left without the files of an export.
#[derive(Debug, thiserror::Error)]
pub enum NotExported {
    /// Nothing is signed yet.
    #[error(
        "the ledger has no signed checkpoint yet: start the server on this database, which signs one within seconds, then export again"
    )]
    NoCheckpoint,
    /// What was given as the ledger's public key is none.
    #[error("the ledger's public key cannot be used: {0}")]
    Key(#[from] BadKey),
    /// The checkpoint is not by that key.
    #[error(
        "the latest checkpoint in the database does not open with the key `{key}`: {source}; keep a copy of the database if it was changed"
    )]
    Checkpoint {
        /// The key's name.
        key: String,
        /// Why not.
        source: BadNote,
    },
    /// The folder cannot take an export.
    #[error(transparent)]
    Folder(#[from] NoFolder),
    /// The database failed.
    #[error(transparent)]
    Store(#[from] Fault),
}

/// Writes the export into `out`, which must be empty or not there yet. `verifier` is the vkey that
/// the checkpoints of this store are signed with; `made_at` stands in the manifest.
///
/// # Errors
/// [`NotExported`], after which `out` holds no file of an export.
pub async fn write(
    store: &Store,
    verifier: &str,
    out: &Path,
    made_at: Timestamp,
) -> Result<Exported, NotExported> {
    let verifier = Verifier::parse(verifier.trim())?;
    let signed = latest_checkpoint(store).await?.ok_or(NotExported::NoCheckpoint)?;
    let checkpoint = Checkpoint::open(&signed.note, &[&verifier])
        .map_err(|source| NotExported::Checkpoint { key: verifier.name().to_owned(), source })?;
    let mut folder = Folder::open(out)?;
    let size = i64::try_from(checkpoint.size).unwrap_or(i64::MAX);
    let mut exported = Exported { checkpoint, leaves: 0, texts: 0, erased: 0 };
    write_leaves(store, size, &mut folder, &mut exported).await?;
    write_hashes(store, size, &mut folder).await?;
    folder.put(CHECKPOINT, &signed.note)?;
    folder.put(VERIFIER, &format!("{verifier}\n"))?;
    let manifest = Manifest::new(&exported.checkpoint, &made_at.to_string());
    // Two strings and two numbers always write.
    let manifest = serde_json::to_string(&manifest).unwrap_or_default();
    folder.put(MANIFEST, &format!("{manifest}\n"))?;
    folder.keep()?;
    Ok(exported)
}

/// The leaves below `size` that are there, and the texts that they refer to.
async fn write_leaves(
    store: &Store,
    size: i64,
    folder: &mut Folder,
    exported: &mut Exported,
) -> Result<(), NotExported> {
    let mut leaves = folder.part(LEAVES)?;
    let mut texts = Texts { part: folder.part(TEXTS)?, met: BTreeSet::new() };
    let mut position = 0;
    while position < size {
        let page = leaf::from(store, position, LEAVES_PAGE.min(size - position)).await?;
        for leaf in page.iter().filter(|leaf| leaf.position < size) {
            leaves.line(&leaf.bytes)?;
            exported.leaves += 1;
            texts.write(store, &leaf.bytes, exported).await?;
        }
        let Some(last) = page.last() else { break };
        position = last.position.saturating_add(1);
    }
    leaves.end()?;
    texts.part.end()?;
    Ok(())
}

/// The hashes that were sealed, which say which leaf is another one than it was.
async fn write_hashes(store: &Store, size: i64, folder: &mut Folder) -> Result<(), NotExported> {
    let mut hashes = folder.part(HASHES)?;
    let mut position = 0;
    while position < size {
        let page = leaf::hashes(store, position, HASHES_PAGE.min(size - position)).await?;
        for hash in &page {
            hashes.line(hash.to_hex().as_bytes())?;
        }
        if page.is_empty() {
            break;
        }
        position = position.saturating_add(i64::try_from(page.len()).unwrap_or(i64::MAX));
    }
    hashes.end()?;
    Ok(())
}

/// The texts on their way out, one in memory at a time.
struct Texts {
    part: Part,
    met: BTreeSet<Hash>,
}

impl Texts {
    async fn write(
        &mut self,
        store: &Store,
        bytes: &[u8],
        exported: &mut Exported,
    ) -> Result<(), NotExported> {
        // A leaf that cannot be read is found by the check, with its place.
        let Ok(leaf) = Leaf::parse(bytes) else { return Ok(()) };
        for digest in leaf.texts() {
            if self.met.len() >= REMEMBERED_MAX {
                self.met.clear();
            }
            if !self.met.insert(digest) {
                continue;
            }
            match text::get(store, digest).await?.map(|text| text.body) {
                Some(Body::Kept { salt, text }) => {
                    // A digest and two strings always write.
                    let line = TextLine::new(&salt, &text).to_json().unwrap_or_default();
                    self.part.line(line.as_bytes())?;
                    exported.texts += 1;
                }
                Some(Body::Erased { .. }) => exported.erased += 1,
                None => {}
            }
        }
        Ok(())
    }
}
