//! The data folder: one server for each, by a lock of the operating system, so that a process that
//! dies leaves none behind; and small files that are there whole or not at all. Knows no content.

use std::fs::{File, OpenOptions, TryLockError};
use std::io::Write;
use std::path::Path;
use std::sync::Arc;

/// The file that is locked. Whoever empties a folder that is held leaves it.
pub const LOCK: &str = "lock";

/// The folder is ours until this and its clones are dropped.
#[derive(Debug, Clone)]
pub struct Held {
    _lock: Arc<File>,
}

/// Why a folder is not ours.
#[derive(Debug)]
pub(crate) enum NotHeld {
    /// A server that runs has it.
    InUse,
    /// It cannot be made or written.
    Unwritable(std::io::Error),
}

/// Makes the folder where it is not there, and takes it.
pub(crate) fn hold(data: &Path) -> Result<Held, NotHeld> {
    std::fs::create_dir_all(data).map_err(NotHeld::Unwritable)?;
    let mut options = OpenOptions::new();
    let lock = options.create(true).append(true).open(data.join(LOCK));
    let lock = lock.map_err(NotHeld::Unwritable)?;
    match lock.try_lock() {
        Ok(()) => Ok(Held { _lock: Arc::new(lock) }),
        Err(TryLockError::WouldBlock) => Err(NotHeld::InUse),
        Err(TryLockError::Error(error)) => Err(NotHeld::Unwritable(error)),
    }
}

/// Puts a small file in place, readable by its owner alone: a kill at any point leaves the old one or
/// the new one, never a part.
pub(crate) fn put(path: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let part = path.with_added_extension("part");
    match std::fs::remove_file(&part) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(error),
        Ok(()) | Err(_) => {}
    }
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(&part)?;
    file.write_all(bytes)?;
    file.sync_all()?;
    std::fs::rename(&part, path)?;
    // The rename itself is safe only when the folder is on disk too.
    path.parent().map_or(Ok(()), |folder| File::open(folder)?.sync_all())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_is_held_by_one_at_a_time_and_free_again_afterwards() {
        let folder = tempfile::tempdir().unwrap();
        let held = hold(folder.path()).unwrap();
        assert!(matches!(hold(folder.path()), Err(NotHeld::InUse)));
        drop(held);
        assert!(hold(folder.path()).is_ok());
    }

    #[test]
    fn a_file_is_put_whole_for_its_owner_alone_whatever_a_kill_left() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("ledger.key");
        std::fs::write(folder.path().join("ledger.key.part"), "a part of a longer one").unwrap();
        put(&path, b"new").unwrap();
        assert_eq!(std::fs::read(&path).unwrap(), b"new");
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(std::fs::read_dir(folder.path()).unwrap().count(), 1, "no part is left");
    }
}
