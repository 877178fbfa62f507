//! A folder that gets all of its files or none: each is written under another name, brought to the
//! disk, and renamed when all are there. Knows nothing of what the files say.

use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

/// Why a folder cannot be filled.
#[derive(Debug, thiserror::Error)]
pub enum NoFolder {
    /// It holds something already.
    #[error("`{0}` is not empty: name a folder that is new or empty")]
    NotEmpty(String),
    /// It is no folder.
    #[error("`{0}` is a file: name a folder that is new or empty")]
    NotAFolder(String),
    /// The system refused.
    #[error(
        "`{path}` cannot be written ({source}): free space, mend its rights or name another folder"
    )]
    Refused {
        /// What was to be written.
        path: String,
        /// Why not.
        source: io::Error,
    },
}

/// A folder on its way to being full. Dropped before [`Folder::keep`], it takes back what it wrote.
pub(super) struct Folder {
    path: PathBuf,
    is_new: bool,
    names: Vec<&'static str>,
    is_kept: bool,
}

/// One file on its way.
pub(super) struct Part {
    path: PathBuf,
    file: BufWriter<File>,
}

impl Folder {
    /// Takes an empty folder, or makes one that only its owner can enter.
    pub(super) fn open(path: &Path) -> Result<Self, NoFolder> {
        let is_new = match fs::read_dir(path) {
            Ok(mut entries) => {
                if entries.next().is_some() {
                    return Err(NoFolder::NotEmpty(path.display().to_string()));
                }
                false
            }
            Err(refusal) if refusal.kind() == io::ErrorKind::NotFound => {
                make(path).map_err(refused(path))?;
                true
            }
            Err(refusal) if refusal.kind() == io::ErrorKind::NotADirectory => {
                return Err(NoFolder::NotAFolder(path.display().to_string()));
            }
            Err(refusal) => return Err(refused(path)(refusal)),
        };
        Ok(Self { path: path.to_owned(), is_new, names: Vec::new(), is_kept: false })
    }

    /// Begins a file, which only its owner can read: texts may be personal.
    pub(super) fn part(&mut self, name: &'static str) -> Result<Part, NoFolder> {
        let path = self.part_path(name);
        let mut options = OpenOptions::new();
        // Never through a link or into the file of another export.
        options.write(true).create_new(true);
        #[cfg(unix)]
        std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
        let file = options.open(&path).map_err(refused(&path))?;
        self.names.push(name);
        Ok(Part { path, file: BufWriter::new(file) })
    }

    /// Writes a short file at once.
    pub(super) fn put(&mut self, name: &'static str, text: &str) -> Result<(), NoFolder> {
        let mut part = self.part(name)?;
        part.file.write_all(text.as_bytes()).map_err(refused(&part.path))?;
        part.end()
    }

    /// Gives every file its name.
    pub(super) fn keep(mut self) -> Result<(), NoFolder> {
        for name in &self.names {
            let path = self.path.join(name);
            fs::rename(self.part_path(name), &path).map_err(refused(&path))?;
        }
        sync(&self.path).map_err(refused(&self.path))?;
        self.is_kept = true;
        Ok(())
    }

    fn part_path(&self, name: &str) -> PathBuf {
        self.path.join(format!(".{name}.part"))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if self.is_kept {
            return;
        }
        // What cannot be taken back makes the folder not empty, which the next export says.
        for name in &self.names {
            let _ = fs::remove_file(self.part_path(name));
            let _ = fs::remove_file(self.path.join(name));
        }
        if self.is_new {
            let _ = fs::remove_dir(&self.path);
        }
    }
}

impl Part {
    /// Writes a line and its line feed.
    pub(super) fn line(&mut self, bytes: &[u8]) -> Result<(), NoFolder> {
        let written = self.file.write_all(bytes).and_then(|()| self.file.write_all(b"\n"));
        written.map_err(refused(&self.path))
    }

    /// Brings everything to the disk.
    pub(super) fn end(mut self) -> Result<(), NoFolder> {
        let written = self.file.flush().and_then(|()| self.file.get_ref().sync_all());
        written.map_err(refused(&self.path))
    }
}

fn make(path: &Path) -> io::Result<()> {
    let mut builder = DirBuilder::new();
    builder.recursive(true);
    #[cfg(unix)]
    std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
    builder.create(path)
}

/// Brings the names to the disk, where a folder can be opened for that.
fn sync(folder: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(folder)?.sync_all() } else { Ok(()) }
}

fn refused(path: &Path) -> impl FnOnce(io::Error) -> NoFolder {
    let path = path.display().to_string();
    |source| NoFolder::Refused { path, source }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_folder_that_is_given_up_is_as_it_was() {
        let place = tempfile::tempdir().unwrap();
        for path in [place.path().to_owned(), place.path().join("deep").join("new")] {
            let was_there = path.exists();
            let mut folder = Folder::open(&path).unwrap();
            folder.put("one", "1").unwrap();
            let mut two = folder.part("two").unwrap();
            two.line(b"2").unwrap();
            drop(folder);
            assert_eq!(path.exists(), was_there);
            assert!(!path.join("one").exists() && !path.join(".two.part").exists());
            let _ = fs::remove_dir(place.path().join("deep"));
        }
    }

    #[test]
    fn no_file_has_its_name_before_all_are_written() {
        let place = tempfile::tempdir().unwrap();
        let mut folder = Folder::open(place.path()).unwrap();
        folder.put("one", "1").unwrap();
        assert!(!place.path().join("one").exists());
        folder.keep().unwrap();
        assert_eq!(fs::read_to_string(place.path().join("one")).unwrap(), "1");
        assert_eq!(fs::read_dir(place.path()).unwrap().count(), 1);
    }

    #[test]
    fn a_folder_that_holds_something_and_a_file_are_refused() {
        let place = tempfile::tempdir().unwrap();
        let file = place.path().join("file");
        fs::write(&file, "").unwrap();
        assert!(matches!(Folder::open(place.path()), Err(NoFolder::NotEmpty(_))));
        assert!(matches!(Folder::open(&file), Err(NoFolder::NotAFolder(_))));
    }
}
