//! Why a path could not be opened, in words with a next step. Opens nothing.

use std::path::Path;

/// Something that could not be opened.
#[derive(Debug)]
pub(super) struct NotOpened {
    /// Its path.
    pub(super) place: String,
    /// Why.
    pub(super) why: String,
    /// True where the machine failed and not the reader's choice of file.
    pub(super) is_fault: bool,
}

/// Refused for what it is.
pub(super) fn refused(path: &Path, why: impl Into<String>) -> NotOpened {
    NotOpened { place: path.to_string_lossy().into_owned(), why: why.into(), is_fault: false }
}

/// Refused by the machine.
pub(super) fn failed(path: &Path, error: &std::io::Error) -> NotOpened {
    let place = path.to_string_lossy().into_owned();
    let (why, is_fault) = match error.kind() {
        std::io::ErrorKind::NotFound => ("no such file or folder: check the path".into(), false),
        std::io::ErrorKind::PermissionDenied => {
            ("permission denied: read it as somebody who may".into(), true)
        }
        _ => (format!("could not be read: {error}"), true),
    };
    NotOpened { place, why, is_fault }
}
