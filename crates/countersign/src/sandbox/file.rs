//! The sandbox's file: read whole, replaced whole. A change is made under a lock that dies with its
//! process, written beside the file, forced to disk and renamed into place, so that a kill at any
//! point leaves the old state or the new one and two writers lose nothing. Knows no meaning.

use std::fs::{File, OpenOptions};
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use super::broken::Broken;
use super::state::{FORM, State, System};

/// Largest file that is read, in bytes.
const FILE_BYTES_MAX: u64 = 64 * 1_024 * 1_024;

/// Where a sandbox keeps its systems.
#[derive(Debug)]
pub(super) struct StateFile {
    path: PathBuf,
}

impl StateFile {
    /// The file at this path; not opened yet.
    pub(super) fn new(path: PathBuf) -> Self {
        Self { path }
    }

    /// Where it is.
    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    /// The system as it stands now.
    pub(super) fn system(&self, name: &str) -> Result<System, Broken> {
        let mut state = self.read()?;
        state.systems.remove(name).ok_or_else(|| self.no_such_system(name, &state))
    }

    /// Changes the system under the lock. `before_rename` is called when the new state is on disk
    /// beside the file. Nothing is written when `change` leaves the system as it was.
    pub(super) fn change<T>(
        &self,
        name: &str,
        change: impl FnOnce(&mut System) -> Result<T, Broken>,
        before_rename: impl FnOnce(),
    ) -> Result<T, Broken> {
        let _held_until_the_end = self.lock()?;
        let mut state = self.read()?;
        let Some(system) = state.systems.get_mut(name) else {
            return Err(self.no_such_system(name, &state));
        };
        let before = system.clone();
        let result = change(system)?;
        if *system != before {
            system.revision = before.revision.saturating_add(1);
            self.replace(&state, before_rename)?;
        }
        Ok(result)
    }

    /// Makes the file anew.
    pub(super) fn create(&self, state: &State) -> Result<(), Broken> {
        let _held_until_the_end = self.lock()?;
        self.replace(state, || {})
    }

    fn read(&self) -> Result<State, Broken> {
        let file = File::open(&self.path).map_err(|e| Broken::io("open", &self.path, &e))?;
        let mut text = String::new();
        file.take(FILE_BYTES_MAX + 1)
            .read_to_string(&mut text)
            .map_err(|e| Broken::io("read", &self.path, &e))?;
        let shown = self.path.display();
        if text.len() as u64 > FILE_BYTES_MAX {
            return Err(Broken::Malformed(format!(
                "`{shown}` is larger than {FILE_BYTES_MAX} bytes: make a smaller one with `countersign sandbox init`"
            )));
        }
        let state: State = serde_json::from_str(&text).map_err(|error| {
            Broken::Malformed(format!(
                "`{shown}` is no sandbox file ({error}): make one with `countersign sandbox init`"
            ))
        })?;
        if state.version == FORM {
            return Ok(state);
        }
        Err(Broken::Malformed(format!(
            "`{shown}` has form {}, this program reads {FORM}: make it again with `countersign sandbox init`",
            state.version
        )))
    }

    fn replace(&self, state: &State, before_rename: impl FnOnce()) -> Result<(), Broken> {
        let beside = self.beside("new");
        let write = || -> std::io::Result<()> {
            // One write for all: written piece by piece this is a call of the system for each token.
            let mut text = serde_json::to_vec_pretty(state)?;
            text.push(b'\n');
            let mut file = File::create(&beside)?;
            file.write_all(&text)?;
            file.sync_all()
        };
        write().map_err(|e| Broken::io("write", &beside, &e))?;
        before_rename();
        std::fs::rename(&beside, &self.path).map_err(|e| Broken::io("replace", &self.path, &e))?;
        // The rename itself is safe only when the folder is on disk too.
        let folder = match self.path.parent() {
            Some(parent) if !parent.as_os_str().is_empty() => parent,
            _ => Path::new("."),
        };
        File::open(folder)
            .and_then(|folder| folder.sync_all())
            .map_err(|e| Broken::io("force to disk", folder, &e))
    }

    fn lock(&self) -> Result<File, Broken> {
        let path = self.beside("lock");
        let open = OpenOptions::new().create(true).truncate(false).write(true).open(&path);
        open.and_then(|file| file.lock().map(|()| file)).map_err(|e| Broken::io("lock", &path, &e))
    }

    fn beside(&self, suffix: &str) -> PathBuf {
        let mut name = self.path.clone().into_os_string();
        name.push(".");
        name.push(suffix);
        PathBuf::from(name)
    }

    fn no_such_system(&self, name: &str, state: &State) -> Broken {
        let known: Vec<&str> = state.systems.keys().map(String::as_str).collect();
        Broken::Malformed(format!(
            "there is no system `{name}` in `{}`: it holds {}",
            self.path.display(),
            known.join(", ")
        ))
    }
}
