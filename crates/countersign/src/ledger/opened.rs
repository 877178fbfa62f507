//! The files of an export, opened for the check. Says which one is missing; knows nothing of what
//! they should say.

use std::fs::File;
use std::io::{BufRead, BufReader, Read as _};
use std::path::Path;

use countersign_ledger::export::{Manifest, Parts, Report, Unreadable, verify};
use countersign_ledger::note::NOTE_BYTES_MAX;
use countersign_server::export::{CHECKPOINT, HASHES, LEAVES, MANIFEST, TEXTS, VERIFIER};

/// Longest of the short files, in bytes; the check refuses what is too long for a note itself.
const SHORT_BYTES_MAX: u64 = NOTE_BYTES_MAX as u64 + 1;

/// An export, opened.
pub(super) struct Opened {
    leaves: BufReader<File>,
    texts: BufReader<File>,
    hashes: Option<BufReader<File>>,
    checkpoint: Vec<u8>,
    verifier: Vec<u8>,
    manifest: Vec<u8>,
}

impl Opened {
    /// Opens every file that an export must have, and the list of hashes if there is one.
    pub(super) fn open(folder: &Path) -> Result<Self, Unreadable> {
        let hashes = folder.join(HASHES);
        let has_hashes = hashes.symlink_metadata().is_ok();
        Ok(Self {
            leaves: file(folder, LEAVES)?,
            texts: file(folder, TEXTS)?,
            hashes: if has_hashes { Some(file(folder, HASHES)?) } else { None },
            checkpoint: short(folder, CHECKPOINT)?,
            verifier: short(folder, VERIFIER)?,
            manifest: short(folder, MANIFEST)?,
        })
    }

    /// Checks it; with a key that was brought, not with the one that lies in it.
    pub(super) fn check(mut self, key: Option<&str>, earlier: Option<&[u8]>) -> Report {
        let verifier = key.map_or(self.verifier.as_slice(), str::as_bytes);
        let hashes = self.hashes.as_mut().map(|hashes| hashes as &mut dyn BufRead);
        let parts = Parts {
            leaves: &mut self.leaves,
            texts: &mut self.texts,
            checkpoint: &self.checkpoint,
            verifier,
            manifest: &self.manifest,
            hashes,
        };
        let mut report = verify(parts, earlier);
        if key.is_some() {
            report.pin_key(&self.verifier);
        }
        report
    }

    /// When the export says that it was made.
    pub(super) fn made_at(&self) -> Option<String> {
        let manifest: Option<Manifest> = serde_json::from_slice(&self.manifest).ok();
        manifest.map(|manifest| manifest.made_at)
    }
}

fn file(folder: &Path, part: &'static str) -> Result<BufReader<File>, Unreadable> {
    let path = folder.join(part);
    let unreadable = |why: String| Unreadable { part, why };
    let found = path.metadata().map_err(|error| unreadable(why_not(&error)))?;
    // A pipe would never end.
    if !found.is_file() {
        return Err(unreadable("it is no file".to_owned()));
    }
    File::open(&path).map(BufReader::new).map_err(|error| unreadable(why_not(&error)))
}

fn short(folder: &Path, part: &'static str) -> Result<Vec<u8>, Unreadable> {
    let mut bytes = Vec::new();
    let read = file(folder, part)?.take(SHORT_BYTES_MAX).read_to_end(&mut bytes);
    read.map_err(|error| Unreadable { part, why: why_not(&error) })?;
    Ok(bytes)
}

fn why_not(error: &std::io::Error) -> String {
    match error.kind() {
        std::io::ErrorKind::NotFound => "it is missing".to_owned(),
        _ => error.to_string(),
    }
}
