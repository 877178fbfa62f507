//! Where a token comes from: the environment, or a file that others cannot read. Never a flag's
//! value, which every account of the machine can see.

use std::io::Write as _;
use std::path::Path;

use secrecy::{ExposeSecret as _, SecretString};

use crate::exit::Failure;

/// Name of the variable that holds a token.
pub(crate) const VARIABLE: &str = "COUNTERSIGN_TOKEN";

/// Longest token, in bytes; a longer file is some other file.
const TOKEN_BYTES_MAX: u64 = 4_096;

/// The token to show; `None` when there is none to be had.
///
/// # Errors
/// When the file cannot be read, may be read by others, or holds no token.
pub(crate) fn find(file: Option<&Path>) -> Result<Option<SecretString>, Failure> {
    let (text, place) = match file {
        Some(path) => (read(path)?, format!("`{}`", path.display())),
        None => match std::env::var(VARIABLE) {
            Ok(text) if !text.trim().is_empty() => (text, format!("`{VARIABLE}`")),
            Ok(_) | Err(_) => return Ok(None),
        },
    };
    let token = text.trim();
    if token.is_empty() || !token.chars().all(|it| it.is_ascii_graphic()) {
        return Err(Failure::malformed(format!(
            "{place} holds no token: put one line there, as `countersign token issue` prints it"
        )));
    }
    Ok(Some(SecretString::from(token.to_owned())))
}

/// Keeps a token in a file that only its owner can read: a new one, or instead of the token that is there.
///
/// # Errors
/// When the file cannot be written.
pub(crate) fn keep(path: &Path, token: &SecretString) -> Result<(), Failure> {
    let failed = |error: std::io::Error| {
        let shown = path.display();
        Failure::fault(format!("could not write `{shown}`: {error}; check `--token-file`"))
    };
    // Beside it first, so that nobody finds half a token, and none in a file that others can read.
    let mut beside = path.as_os_str().to_owned();
    beside.push(format!(".{}", std::process::id()));
    let beside = std::path::PathBuf::from(beside);
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let written = options.open(&beside).and_then(|mut file| {
        writeln!(file, "{}", token.expose_secret())?;
        file.sync_all()?;
        std::fs::rename(&beside, path)
    });
    written.map_err(|error| {
        let _none_is_left = std::fs::remove_file(&beside);
        failed(error)
    })
}

fn read(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let failed = |error: std::io::Error| {
        Failure::malformed(format!("could not read `{shown}`: {error}; check `--token-file`"))
    };
    let about = std::fs::metadata(path).map_err(failed)?;
    if !about.is_file() || about.len() > TOKEN_BYTES_MAX {
        return Err(Failure::malformed(format!(
            "`{shown}` is no file with one token: give `--token-file` the right one"
        )));
    }
    if is_open_to_others(&about) {
        return Err(Failure::malformed(format!(
            "`{shown}` can be read by others on this machine: run `chmod 600 {shown}`, and issue a \
             new token if somebody may have seen it"
        )));
    }
    std::fs::read_to_string(path).map_err(failed)
}

#[cfg(unix)]
fn is_open_to_others(about: &std::fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt;
    about.permissions().mode() & 0o077 != 0
}

/// Elsewhere the folder's own rights decide, which are not ours to judge.
#[cfg(not(unix))]
fn is_open_to_others(_about: &std::fs::Metadata) -> bool {
    false
}
