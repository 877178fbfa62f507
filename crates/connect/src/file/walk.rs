//! Walks a folder in a stable order and picks the files that a reader knows. Follows no symbolic
//! link to a folder, so that no walk goes round in circles, and reads no file.

use std::path::{Path, PathBuf};

use super::not_opened::{NotOpened, failed, refused};
use crate::reading::enumerate;

/// Most files that are read from one folder.
const FILES_MAX: usize = 20_000;

/// Deepest nesting of folders that is walked.
const DEPTH_MAX: usize = 32;

/// Most entries that are looked at in one walk.
const ENTRIES_MAX: usize = 200_000;

const CSV_NAMES: [&str; 2] = ["nodes.csv", "edges.csv"];

/// What a walk found.
#[derive(Debug, Default)]
pub(super) struct Found {
    /// Files to read, in order.
    pub(super) files: Vec<PathBuf>,
    /// Folders that could not be listed, and limits that were met.
    pub(super) not_opened: Vec<NotOpened>,
    /// What was left aside.
    pub(super) notes: Vec<String>,
}

/// Lists the files of a folder that can be read.
pub(super) fn walk(folder: &Path) -> Found {
    let csv: Vec<PathBuf> =
        CSV_NAMES.iter().map(|name| folder.join(name)).filter(|path| path.exists()).collect();
    if !csv.is_empty() {
        return csv_folder(folder, csv);
    }
    let mut walk = Walk::default();
    walk.enter(folder, 0);
    walk.found.files.sort();
    walk.set_aside.sort();
    if !walk.set_aside.is_empty() {
        let names = enumerate(&walk.set_aside);
        walk.found.notes.push(format!("left aside, endings that are not read: {names}"));
    }
    walk.found
}

/// Whether a name ends in one of these endings, whatever its case.
pub(super) fn ends_in(name: &str, endings: &[&str]) -> bool {
    let ending = Path::new(name).extension().and_then(|it| it.to_str()).unwrap_or_default();
    endings.iter().any(|it| ending.eq_ignore_ascii_case(it))
}

fn csv_folder(folder: &Path, files: Vec<PathBuf>) -> Found {
    let mut found = Found { files, ..Found::default() };
    let others = match std::fs::read_dir(folder) {
        Err(error) => {
            found.not_opened.push(failed(folder, &error));
            return found;
        }
        Ok(entries) => entries
            .take(ENTRIES_MAX)
            .filter_map(Result::ok)
            .map(|entry| entry.file_name().to_string_lossy().into_owned())
            .filter(|name| !CSV_NAMES.contains(&name.as_str())),
    };
    let mut others: Vec<String> = others.collect();
    others.sort();
    if !others.is_empty() {
        let names = enumerate(&others);
        found.notes.push(format!("left aside, no part of the CSV form: {names}"));
    }
    found
}

#[derive(Debug, Default)]
struct Walk {
    found: Found,
    set_aside: Vec<String>,
    entries: usize,
    is_over: bool,
}

impl Walk {
    fn enter(&mut self, folder: &Path, depth: usize) {
        if depth > DEPTH_MAX {
            let why =
                format!("folders nested deeper than {DEPTH_MAX} are not walked: scan it by itself");
            self.found.not_opened.push(refused(folder, why));
            return;
        }
        let entries = match std::fs::read_dir(folder) {
            Ok(entries) => entries,
            Err(error) => {
                self.found.not_opened.push(failed(folder, &error));
                return;
            }
        };
        let mut paths: Vec<PathBuf> =
            entries.take(ENTRIES_MAX).filter_map(Result::ok).map(|entry| entry.path()).collect();
        paths.sort();
        for path in paths {
            self.visit(&path, depth);
            if self.is_over {
                return;
            }
        }
    }

    fn visit(&mut self, path: &Path, depth: usize) {
        self.entries = self.entries.saturating_add(1);
        if self.entries > ENTRIES_MAX || self.found.files.len() >= FILES_MAX {
            let why = format!(
                "the folder has more than {FILES_MAX} files or {ENTRIES_MAX} entries: scan its parts"
            );
            self.found.not_opened.push(refused(path, why));
            self.is_over = true;
            return;
        }
        let is_link = path.symlink_metadata().is_ok_and(|it| it.file_type().is_symlink());
        if path.is_dir() {
            if is_link {
                self.set_aside.push(format!("{} (link to a folder)", path.to_string_lossy()));
            } else {
                self.enter(path, depth.saturating_add(1));
            }
        } else if ends_in(&path.to_string_lossy(), &["yaml", "yml", "json"]) {
            self.found.files.push(path.to_owned());
        } else {
            self.set_aside.push(path.to_string_lossy().into_owned());
        }
    }
}
