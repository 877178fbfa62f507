//! The ledger's public key from a file that did not come with an export. Trusts nothing: who gives
//! the file decides.

use std::fs::File;
use std::io::Read as _;
use std::path::Path;

use countersign_ledger::key::Verifier;

use crate::exit::Failure;

/// Longest file of a key, in bytes.
const KEY_FILE_BYTES_MAX: u64 = 4_096;

/// Reads a verifier key (C2SP vkey), one line.
///
/// # Errors
/// When there is no such file, or something else is in it.
pub(crate) fn read(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let mut text = String::new();
    File::open(path)
        .and_then(|file| file.take(KEY_FILE_BYTES_MAX).read_to_string(&mut text))
        .map_err(|error| {
            Failure::malformed(format!(
                "the key `{shown}` cannot be read: {error}; give `--key` with a file that holds the line `NAME+ID+KEY`"
            ))
        })?;
    let line = text.trim();
    Verifier::parse(line).map_err(|refusal| Failure::malformed(format!("`{shown}`: {refusal}")))?;
    Ok(line.to_owned())
}
