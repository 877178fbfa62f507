//! The whole check of an export, offline: every leaf, its place, the root, the signature, every text,
//! and what an earlier checkpoint says. Reads no file: the parts come in as bytes and readers. It
//! proves that the export is what its key signed, not that what was signed is true.

mod leaves;
mod lines;
mod report;
mod texts;

use std::fmt;
use std::io::BufRead;

use serde::{Deserialize, Serialize};

use self::leaves::Found;
pub use self::report::{
    ABSENT_NAMED_MAX, AbsentText, Problem, Report, Sort, Texts, Unreadable, Verdict,
};
use crate::key::Verifier;
use crate::note::{self, Checkpoint};

/// The form of export that is written and read here.
pub const EXPORT_VERSION: u32 = 1;

/// The parts of an export, by the names of their files.
pub struct Parts<'a> {
    /// `leaves.jsonl`: the exact bytes of one leaf a line, in the order of the tree.
    pub leaves: &'a mut dyn BufRead,
    /// `texts.jsonl`: the texts that still exist ([`crate::text::TextLine`]), in any order.
    pub texts: &'a mut dyn BufRead,
    /// `checkpoint`: the signed checkpoint over exactly these leaves.
    pub checkpoint: &'a [u8],
    /// `verifier.key`: the log's C2SP vkey, with or without a line feed.
    pub verifier: &'a [u8],
    /// `manifest.json`: [`Manifest`].
    pub manifest: &'a [u8],
    /// `hashes.txt`, optional: the hash of each leaf in hexadecimal, a line each. It is checked against
    /// the signed root before it is used, and then says which leaf is not the one that was signed.
    pub hashes: Option<&'a mut dyn BufRead>,
}

impl fmt::Debug for Parts<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Parts").finish_non_exhaustive()
    }
}

/// What an export says about itself. Not signed, so nothing rests on it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// [`EXPORT_VERSION`].
    pub version: u32,
    /// The log's name, as in the checkpoint.
    pub origin: String,
    /// Number of leaves, as in the checkpoint.
    pub size: u64,
    /// When the export was made, RFC 3339.
    pub made_at: String,
}

impl Manifest {
    /// The manifest of an export up to this checkpoint.
    #[must_use]
    pub fn new(checkpoint: &Checkpoint, made_at: &str) -> Self {
        Self {
            version: EXPORT_VERSION,
            origin: checkpoint.origin.clone(),
            size: checkpoint.size,
            made_at: made_at.to_owned(),
        }
    }
}

/// Checks an export, with a checkpoint that was kept elsewhere if there is one.
#[must_use]
pub fn verify(parts: Parts<'_>, earlier: Option<&[u8]>) -> Report {
    let mut report = Report::new();
    if let Err(unreadable) = check(parts, earlier, &mut report) {
        report.unreadable = Some(unreadable);
    }
    report.settle();
    report
}

fn check(parts: Parts<'_>, earlier: Option<&[u8]>, report: &mut Report) -> Result<(), Unreadable> {
    let verifier = read_verifier(parts.verifier)?;
    report.key = Some(verifier.to_string());
    report.checkpoint = open_own(parts.checkpoint, &verifier, report)?;
    check_manifest(parts.manifest, report)?;
    if let Some(earlier) = earlier {
        report.earlier = open_earlier(earlier, &verifier, report)?;
    }
    let marks = [&report.checkpoint, &report.earlier].map(|one| one.as_ref().map(|it| it.size));
    let found = leaves::read(parts.leaves, parts.hashes, marks, report)?;
    report.leaves = found.size;
    compare_earlier(&found, report);
    compare_own(&found, report);
    texts::read(parts.texts, found.references, report)
}

fn read_verifier(bytes: &[u8]) -> Result<Verifier, Unreadable> {
    let unreadable = |why: String| Unreadable { part: "verifier.key", why };
    let text = str::from_utf8(bytes).map_err(|refusal| unreadable(refusal.to_string()))?;
    let line = text.strip_suffix('\n').unwrap_or(text);
    Verifier::parse(line).map_err(|refusal| unreadable(refusal.to_string()))
}

/// The export's own checkpoint; with a signature that does not hold, what it claims.
fn open_own(
    bytes: &[u8],
    verifier: &Verifier,
    report: &mut Report,
) -> Result<Option<Checkpoint>, Unreadable> {
    let (checkpoint, forgery) = open_checkpoint("checkpoint", bytes, verifier)?;
    if let Some(forgery) = forgery {
        report.problem(Sort::SignatureInvalid, None, || {
            format!("the checkpoint is not genuine: {forgery}")
        });
    }
    Ok(checkpoint)
}

/// The earlier checkpoint, if it is by the same key and of the same log: else it can say nothing.
fn open_earlier(
    bytes: &[u8],
    verifier: &Verifier,
    report: &mut Report,
) -> Result<Option<Checkpoint>, Unreadable> {
    let (earlier, forgery) = open_checkpoint("the earlier checkpoint", bytes, verifier)?;
    if let Some(forgery) = forgery {
        report.problem(Sort::EarlierNotSigned, None, || {
            format!("the earlier checkpoint is not by the key of this export: {forgery}")
        });
        return Ok(None);
    }
    let origins =
        [&earlier, &report.checkpoint].map(|one| one.as_ref().map(|it| it.origin.clone()));
    if let [Some(theirs), Some(ours)] = origins
        && theirs != ours
    {
        report.problem(Sort::OtherLog, None, || {
            format!("the earlier checkpoint is of the log `{theirs}`, the export is of `{ours}`")
        });
        return Ok(None);
    }
    Ok(earlier)
}

/// What a checkpoint says, and why it is not to be trusted if it is a forgery.
fn open_checkpoint(
    part: &'static str,
    bytes: &[u8],
    verifier: &Verifier,
) -> Result<(Option<Checkpoint>, Option<note::BadNote>), Unreadable> {
    let text =
        str::from_utf8(bytes).map_err(|refusal| Unreadable { part, why: refusal.to_string() })?;
    match Checkpoint::open(text, &[verifier]) {
        Ok(checkpoint) => Ok((Some(checkpoint), None)),
        Err(forgery) if forgery.is_forgery() => {
            let claimed = note::claimed_text(text).and_then(|text| Checkpoint::parse(text).ok());
            Ok((claimed, Some(forgery)))
        }
        Err(refusal) => Err(Unreadable { part, why: refusal.to_string() }),
    }
}

fn check_manifest(bytes: &[u8], report: &mut Report) -> Result<(), Unreadable> {
    let unreadable = |why: String| Unreadable { part: "manifest.json", why };
    let manifest: Manifest =
        serde_json::from_slice(bytes).map_err(|refusal| unreadable(refusal.to_string()))?;
    let version = manifest.version;
    if version != EXPORT_VERSION {
        return Err(unreadable(format!(
            "the export has form {version} and this program reads form {EXPORT_VERSION}: use the program that wrote it"
        )));
    }
    let Some(checkpoint) = &report.checkpoint else { return Ok(()) };
    let (origin, size) = (checkpoint.origin.clone(), checkpoint.size);
    if manifest.origin != origin || manifest.size != size {
        report.problem(Sort::ManifestDiffers, None, || {
            format!(
                "the manifest speaks of {} leaves of `{}`, the checkpoint of {size} leaves of `{origin}`",
                manifest.size, manifest.origin
            )
        });
    }
    Ok(())
}

/// The leaves against the export's own checkpoint: their number and the root over them.
fn compare_own(found: &Found, report: &mut Report) {
    let Some(Checkpoint { size, root, .. }) = report.checkpoint.clone() else { return };
    if found.list_is_not(size, root) {
        report.problem(Sort::HashListDiffers, None, || {
            "the list of hashes does not lead to the signed root, so it is not used".to_owned()
        });
    }
    let place = found.first_difference(size, root);
    if found.size < size {
        let at = place.clone().or(Some((found.size, None)));
        report.problem(Sort::LeavesMissing, at, || {
            format!("the checkpoint covers {size} leaves and only {} are there", found.size)
        });
    }
    if found.size > size {
        report.problem(Sort::LeavesAdded, Some((size, None)), || {
            format!("the checkpoint covers {size} leaves and {} are there", found.size)
        });
    }
    if found.own_root().is_some_and(|own| own != root) {
        let after = report.end_confirmed_to.filter(|_| place.is_none());
        report.problem(Sort::RootDiffers, place, || root_differs(after));
    }
}

fn root_differs(after: Option<u64>) -> String {
    let what = "the leaves do not lead to the signed root: one was changed, exchanged, moved, added or taken away";
    match after {
        Some(size) => format!("{what}, at position {size} or later"),
        None => what.to_owned(),
    }
}

/// The leaves against a checkpoint that was kept elsewhere: the only way to see a cut-off end, or
/// that the key's owner signed a second history.
fn compare_earlier(found: &Found, report: &mut Report) {
    let Some(Checkpoint { size, root, .. }) = report.earlier.clone() else { return };
    let covered = report.checkpoint.as_ref().map_or(found.size, |own| own.size.min(found.size));
    if covered < size {
        report.problem(Sort::CutOff, Some((covered, None)), || {
            format!("the earlier checkpoint covers {size} leaves, the export only {covered}: the end is cut off")
        });
    } else if found.earlier_root() == Some(root) {
        report.end_confirmed_to = Some(size).filter(|size| *size > 0);
    } else {
        let own = report.checkpoint.as_ref();
        let place = own.and_then(|own| found.first_difference(own.size, own.root));
        let place = place.filter(|(position, _)| *position < size);
        report.problem(Sort::Forked, place, || {
            format!("the first {size} leaves are not those of the earlier checkpoint: the history was written anew before position {size}")
        });
    }
}
