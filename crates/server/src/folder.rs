//! One server for each data folder. The lock is the operating system's: a process that dies leaves
//! none behind.

use std::fs::{File, OpenOptions, TryLockError};
use std::path::Path;

/// The file that is locked.
const LOCK: &str = "lock";

/// The folder is ours until this is dropped.
#[derive(Debug)]
pub(crate) struct Held {
    _lock: File,
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
        Ok(()) => Ok(Held { _lock: lock }),
        Err(TryLockError::WouldBlock) => Err(NotHeld::InUse),
        Err(TryLockError::Error(error)) => Err(NotHeld::Unwritable(error)),
    }
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
}
