//! Signed notes (C2SP signed-note) and the checkpoint they carry here (C2SP tlog-checkpoint): the
//! text forms, signing and opening. Fetches and stores nothing, and decides nothing about which key
//! is to be trusted: the caller brings the verifiers.

use crate::encode;
use crate::hash::Hash;
use crate::key::{BadKey, SigningKey, Verifier, check_name};

/// Longest note that is read, in bytes: room for many witnesses.
pub const NOTE_BYTES_MAX: usize = 1 << 17;

/// Most signature lines that are read.
pub const SIGNATURES_MAX: usize = 100;

/// What the log states about itself: its name, how many leaves, and the root over them.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Checkpoint {
    /// Name of the log, unique in the world, for example `hospital.example/countersign`.
    pub origin: String,
    /// Number of leaves.
    pub size: u64,
    /// Root over the first `size` leaves.
    pub root: Hash,
}

impl Checkpoint {
    /// The text that is signed: origin, size in decimal, root in base64, a line each.
    #[must_use]
    pub fn body(&self) -> String {
        format!("{}\n{}\n{}\n", self.origin, self.size, self.root.to_base64())
    }

    /// The signed checkpoint, one signature line for each key.
    ///
    /// # Errors
    /// [`BadNote::Origin`] for an origin that cannot stand on a line.
    pub fn sign(&self, keys: &[&SigningKey]) -> Result<String, BadNote> {
        check_name(&self.origin).map_err(BadNote::Origin)?;
        sign(&self.body(), keys)
    }

    /// Reads a signed checkpoint, which at least one of the verifiers must have signed.
    ///
    /// # Errors
    /// [`BadNote`] says whether the form is wrong or the signature.
    pub fn open(note: &str, verifiers: &[&Verifier]) -> Result<Self, BadNote> {
        Self::parse(open(note, verifiers)?)
    }

    /// Reads the unsigned text. Extension lines are refused: nobody could audit them.
    ///
    /// # Errors
    /// [`BadNote`] when a line is missing, too much or in another spelling.
    pub fn parse(body: &str) -> Result<Self, BadNote> {
        let mut lines = body.split('\n');
        let (Some(origin), Some(size), Some(root), Some(""), None) =
            (lines.next(), lines.next(), lines.next(), lines.next(), lines.next())
        else {
            return Err(BadNote::NoCheckpoint);
        };
        check_name(origin).map_err(BadNote::Origin)?;
        let count = size.parse::<u64>().ok().filter(|count| count.to_string() == size);
        let size = count.ok_or_else(|| BadNote::Size(size.chars().take(40).collect()))?;
        let root = Hash::from_base64(root).ok_or(BadNote::Root)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

/// Signs a text that ends in a line feed.
///
/// # Errors
/// [`BadNote`] when no note can carry the text, or no key was given.
pub fn sign(text: &str, keys: &[&SigningKey]) -> Result<String, BadNote> {
    let lines: String = keys
        .iter()
        .map(|key| format!("\u{2014} {} {}\n", key.name(), encode::base64(&key.sign(text))))
        .collect();
    let note = format!("{text}\n{lines}");
    parts(&note)?;
    Ok(note)
}

/// The text of a note that at least one of the verifiers has signed. Lines of signers that are not
/// among them are ignored; a wrong or repeated line of one that is refuses the whole note.
///
/// # Errors
/// [`BadNote`] says whether the form is wrong or the signature.
pub fn open<'n>(note: &'n str, verifiers: &[&Verifier]) -> Result<&'n str, BadNote> {
    let (text, lines) = parts(note)?;
    let mut signers: Vec<&Verifier> = Vec::new();
    for line in lines.split_terminator('\n') {
        let (name, id, signature) = signature_line(line)?;
        let Some(verifier) = verifiers.iter().find(|one| one.is_named(name, &id)) else { continue };
        if signers.contains(verifier) || !verifier.signed(text, &signature) {
            return Err(BadNote::Signature(name.to_owned()));
        }
        signers.push(verifier);
    }
    if signers.is_empty() { Err(BadNote::Unsigned) } else { Ok(text) }
}

/// The text of a note whose signatures did not hold: only good for saying what it claims.
pub(crate) fn claimed_text(note: &str) -> Option<&str> {
    parts(note).ok().map(|(text, _)| text)
}

/// Text with its last line feed, and the signature lines, which follow the last empty line.
fn parts(note: &str) -> Result<(&str, &str), BadNote> {
    if note.len() > NOTE_BYTES_MAX {
        return Err(BadNote::TooLong);
    }
    if note.contains(|c: char| c < ' ' && c != '\n') || !note.ends_with('\n') {
        return Err(BadNote::Form);
    }
    let gap = note.rfind("\n\n").ok_or(BadNote::Form)?;
    let (text, lines) = note.split_at_checked(gap + 1).ok_or(BadNote::Form)?;
    let lines = lines.strip_prefix('\n').filter(|lines| !lines.is_empty()).ok_or(BadNote::Form)?;
    if lines.split_terminator('\n').count() > SIGNATURES_MAX {
        return Err(BadNote::TooLong);
    }
    Ok((text, lines))
}

/// Name, key id and signature of a line.
fn signature_line(line: &str) -> Result<(&str, [u8; 4], Vec<u8>), BadNote> {
    let rest = line.strip_prefix("\u{2014} ").ok_or(BadNote::Form)?;
    let (name, signature) = rest.split_once(' ').ok_or(BadNote::Form)?;
    check_name(name).map_err(|_| BadNote::Form)?;
    let bytes = encode::from_base64(signature).ok_or_else(|| BadNote::Base64(name.to_owned()))?;
    match bytes.split_first_chunk::<4>() {
        Some((id, signature)) if !signature.is_empty() => Ok((name, *id, signature.to_vec())),
        _ => Err(BadNote::Base64(name.to_owned())),
    }
}

/// Why a note or checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum BadNote {
    /// Longer than [`NOTE_BYTES_MAX`] or more lines than [`SIGNATURES_MAX`].
    #[error(
        "the note is longer than {NOTE_BYTES_MAX} bytes or has more than {SIGNATURES_MAX} signatures: give the original note"
    )]
    TooLong,
    /// Not text, empty line and signature lines.
    #[error(
        "this is no signed note: it needs a text, an empty line and lines that begin with `\u{2014} NAME`"
    )]
    Form,
    /// The text of the note is not the three lines of a checkpoint.
    #[error("the note is no checkpoint: it needs exactly the three lines origin, size and root")]
    NoCheckpoint,
    /// The origin cannot be one.
    #[error("the origin of the checkpoint is wrong: {0}")]
    Origin(BadKey),
    /// Not a decimal number in its only spelling.
    #[error(
        "the size `{0}` of the checkpoint is no decimal number without leading zeros: restore the original checkpoint"
    )]
    Size(String),
    /// Not the base64 of 32 bytes in its only spelling.
    #[error(
        "the root of the checkpoint is not 32 bytes in canonical base64: restore the original checkpoint"
    )]
    Root,
    /// The signature of this signer is not in canonical base64, or too short.
    #[error("the signature of `{0}` is not in canonical base64: restore the original checkpoint")]
    Base64(String),
    /// The line of a known signer does not verify or stands twice.
    #[error("the signature of `{0}` does not fit the text: restore the original checkpoint")]
    Signature(String),
    /// Nobody known has signed.
    #[error(
        "none of the signatures is by the given key: give the key that signed, or the original checkpoint"
    )]
    Unsigned,
}

impl BadNote {
    /// Whether the note could be read and somebody has changed it or signed it with another key,
    /// rather than being no note at all.
    #[must_use]
    pub fn is_forgery(&self) -> bool {
        match self {
            Self::Root | Self::Base64(_) | Self::Signature(_) | Self::Unsigned | Self::Size(_) => {
                true
            }
            Self::TooLong | Self::Form | Self::NoCheckpoint | Self::Origin(_) => false,
        }
    }
}
