//! Reads a policy folder from disk, with limits, into the texts that the policy crate loads.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_policy::folder::{self, Folder};
use countersign_policy::rules::{Text, limit};

use crate::exit::Failure;

/// Which policy folder is meant.
#[derive(Debug, Args)]
pub(crate) struct Of {
    /// The policy folder; without it the built-in policy
    #[arg(value_name = "DIR")]
    folder: Option<PathBuf>,
}

impl Of {
    /// The texts of the folder.
    ///
    /// # Errors
    /// When it cannot be read.
    pub(crate) fn texts(&self) -> Result<Vec<Text>, Failure> {
        self.folder.as_deref().map_or_else(|| Ok(folder::builtin_texts()), texts)
    }

    /// The folder, whole.
    ///
    /// # Errors
    /// When it cannot be read, or does not hold together.
    pub(crate) fn load(&self) -> Result<Folder, Failure> {
        self.of_texts(&self.texts()?)
    }

    /// The folder, whole, from its texts.
    ///
    /// # Errors
    /// When it does not hold together.
    pub(crate) fn of_texts(&self, texts: &[Text]) -> Result<Folder, Failure> {
        match &self.folder {
            Some(folder) => load(folder, texts),
            None => Ok(Folder::builtin()),
        }
    }
}

/// The folder of this name from its texts.
///
/// # Errors
/// When it does not hold together: everything that is wrong.
pub(crate) fn load(folder: &Path, texts: &[Text]) -> Result<Folder, Failure> {
    folder::load(texts).map_err(|bad| {
        let words: Vec<String> = bad.iter().map(ToString::to_string).collect();
        let (folder, words) = (folder.display(), words.join("\n"));
        Failure::malformed(format!("nothing of the policy in `{folder}` can be used\n{words}"))
    })
}

/// The rule packs among the texts of a folder.
pub(crate) fn packs(texts: Vec<Text>) -> Vec<Text> {
    texts.into_iter().filter(|text| text.name.starts_with("rules/")).collect()
}

/// The texts of a folder: its own files, and those of `authority` and `rules`. Files whose name begins
/// with a dot are left out.
pub(crate) fn texts(folder: &Path) -> Result<Vec<Text>, Failure> {
    let mut texts = Vec::new();
    for inner in ["", "authority", "rules"] {
        let place = if inner.is_empty() { folder.to_owned() } else { folder.join(inner) };
        if !inner.is_empty() && !place.is_dir() {
            continue;
        }
        let entries = std::fs::read_dir(&place).map_err(|error| failed(&place, &error))?;
        let mut files = Vec::new();
        for entry in entries.take(folder::FILES_MAX.saturating_add(1)) {
            let path = entry.map_err(|error| failed(&place, &error))?.path();
            let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
            if path.is_file() && !name.starts_with('.') {
                files.push((name, path));
            }
        }
        files.sort();
        for (name, path) in files {
            let name = if inner.is_empty() { name } else { format!("{inner}/{name}") };
            texts.push(Text { name, text: text(&path)? });
        }
    }
    Ok(texts)
}

fn text(path: &Path) -> Result<String, Failure> {
    let shown = path.display();
    let metadata = std::fs::metadata(path).map_err(|error| failed(path, &error))?;
    let most = limit::FILE_BYTES_MAX;
    if metadata.len() > u64::try_from(most).unwrap_or(u64::MAX) {
        return Err(Failure::malformed(format!("`{shown}` has more than {most} bytes: split it")));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(path, &error))?;
    String::from_utf8(bytes)
        .map_err(|_| Failure::malformed(format!("`{shown}` is not UTF-8: save it as UTF-8")))
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    let words = format!("could not read `{path}`: {error}; give the folder of a policy");
    if error.kind() == std::io::ErrorKind::NotFound {
        return Failure::malformed(words);
    }
    Failure::fault(words)
}
