//! Opens what was named on the command line: regular files and folders only, each looked at before
//! it is opened, all within limits. Knows nothing of what stands in them.

use std::fs::{File, Metadata};
use std::io::Read as _;
use std::path::{Path, PathBuf};

use super::not_opened::{NotOpened, failed, refused};
use super::walk;
use crate::reading::Text;

/// Largest file that is read, in bytes.
pub(super) const FILE_BYTES_MAX: u64 = 256 * 1024 * 1024;

/// Most bytes that the files of one folder may have together.
pub(super) const FOLDER_BYTES_MAX: u64 = 1024 * 1024 * 1024;

const READABLE: &str = "give a folder, or a file that ends in .csv, .yaml, .yml or .json";

/// What stood at a path.
#[derive(Debug, Default)]
pub(super) struct Opened {
    /// The files, in order of their names.
    pub(super) texts: Vec<Text>,
    /// What could not be opened.
    pub(super) not_opened: Vec<NotOpened>,
    /// What was left aside.
    pub(super) notes: Vec<String>,
}

/// Reads a file, or the files of a folder that a reader knows.
pub(super) fn open(path: &Path) -> Opened {
    let mut opened = Opened::default();
    if let Err(not_opened) = open_into(path, &mut opened) {
        opened.not_opened.push(not_opened);
    }
    opened
}

fn open_into(path: &Path, opened: &mut Opened) -> Result<(), NotOpened> {
    let metadata = look(path)?;
    if metadata.is_dir() {
        return open_folder(path, opened);
    }
    if !walk::ends_in(&path.to_string_lossy(), &["csv", "yaml", "yml", "json"]) {
        return Err(refused(path, unknown_format(path)));
    }
    opened.texts.push(load(path, &metadata)?);
    Ok(())
}

fn unknown_format(path: &Path) -> String {
    let name = path.to_string_lossy();
    if walk::ends_in(&name, &["gz", "zip", "tar", "tgz", "bz2", "xz", "zst", "7z"]) {
        return "an archive is not a format that can be read: unpack it and give the folder".into();
    }
    format!("unknown format: {READABLE}")
}

fn open_folder(path: &Path, opened: &mut Opened) -> Result<(), NotOpened> {
    let found = walk::walk(path);
    opened.not_opened.extend(found.not_opened);
    opened.notes.extend(found.notes);
    if found.files.is_empty() && opened.not_opened.is_empty() {
        let why = "the folder holds no nodes.csv, no edges.csv and no .yaml, .yml or .json file: \
                   give the folder that does";
        return Err(refused(path, why));
    }
    open_files(&found.files, opened);
    Ok(())
}

fn open_files(files: &[PathBuf], opened: &mut Opened) {
    let mut bytes: u64 = 0;
    for file in files {
        let text = look(file).and_then(|metadata| {
            bytes = bytes.saturating_add(metadata.len());
            if bytes > FOLDER_BYTES_MAX {
                let why = format!(
                    "the files of this folder up to here have more than {FOLDER_BYTES_MAX} bytes \
                     together: scan its parts one by one"
                );
                return Err(refused(file, why));
            }
            load(file, &metadata)
        });
        match text {
            Ok(text) => opened.texts.push(text),
            Err(not_opened) => opened.not_opened.push(not_opened),
        }
    }
}

/// Looks at a path without opening it: opening a pipe would wait for a writer.
fn look(path: &Path) -> Result<Metadata, NotOpened> {
    let metadata = std::fs::metadata(path).map_err(|error| failed(path, &error))?;
    if !metadata.is_dir() && !metadata.is_file() {
        let why = "neither a regular file nor a folder (pipes, devices and sockets are not read): \
                   write it to a file first";
        return Err(refused(path, why));
    }
    Ok(metadata)
}

fn load(path: &Path, metadata: &Metadata) -> Result<Text, NotOpened> {
    if metadata.len() > FILE_BYTES_MAX {
        return Err(refused(path, too_large(metadata.len())));
    }
    let mut bytes = Vec::new();
    let read = File::open(path)
        .and_then(|file| file.take(FILE_BYTES_MAX.saturating_add(1)).read_to_end(&mut bytes));
    read.map_err(|error| failed(path, &error))?;
    let length = u64::try_from(bytes.len()).unwrap_or(u64::MAX);
    if length > FILE_BYTES_MAX {
        return Err(refused(path, too_large(length)));
    }
    Ok(Text { name: path.to_string_lossy().into_owned(), bytes })
}

fn too_large(bytes: u64) -> String {
    format!("{bytes} bytes are more than the {FILE_BYTES_MAX} that are read: split the file")
}
