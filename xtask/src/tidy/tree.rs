//! The files of the project as they lie in its folder, without what is built or ignored. It reads
//! text; what cannot be text is kept without content.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Folders that are never ours: built, fetched, or the data of an instance.
const SKIPPED: [&str; 5] = ["target", ".git", "node_modules", ".countersign", "__pycache__"];

/// Paths relative to the root, each with its text where it is text.
#[derive(Debug)]
pub(super) struct Tree {
    files: BTreeMap<PathBuf, Option<String>>,
}

impl Tree {
    /// Reads everything below `root`.
    ///
    /// # Errors
    /// When a folder or file cannot be read.
    pub(super) fn read(root: &Path) -> Result<Self, String> {
        let mut files = BTreeMap::new();
        let mut waiting = vec![PathBuf::new()];
        while let Some(folder) = waiting.pop() {
            for (path, is_folder) in entries(root, &folder)? {
                if is_folder {
                    waiting.push(path);
                } else {
                    let bytes =
                        fs::read(root.join(&path)).map_err(|cause| failed(&path, &cause))?;
                    files.insert(path, String::from_utf8(bytes).ok());
                }
            }
        }
        Ok(Self { files })
    }

    /// Every file, in the order of its path.
    pub(super) fn files(&self) -> impl Iterator<Item = (&Path, Option<&str>)> {
        self.files.iter().map(|(path, text)| (path.as_path(), text.as_deref()))
    }

    /// Every file that is text.
    pub(super) fn texts(&self) -> impl Iterator<Item = (&Path, &str)> {
        self.files().filter_map(|(path, text)| text.map(|text| (path, text)))
    }
}

/// The entries of one folder; links are left alone, so that no walk goes in a circle.
fn entries(root: &Path, folder: &Path) -> Result<Vec<(PathBuf, bool)>, String> {
    let mut found = Vec::new();
    let listed = fs::read_dir(root.join(folder)).map_err(|cause| failed(folder, &cause))?;
    for entry in listed {
        let entry = entry.map_err(|cause| failed(folder, &cause))?;
        let kind = entry.file_type().map_err(|cause| failed(&entry.path(), &cause))?;
        let name = entry.file_name();
        let skipped = kind.is_symlink() || SKIPPED.iter().any(|skipped| name == *skipped);
        if !skipped {
            found.push((folder.join(name), kind.is_dir()));
        }
    }
    Ok(found)
}

fn failed(path: &Path, cause: &std::io::Error) -> String {
    format!("cannot read `{}`: {cause}", path.display())
}
