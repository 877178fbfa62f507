//! `--rules` and `--no-builtin`: which rule packs judge. A set is loaded whole or not at all.

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_policy::rules::{RuleSet, Text, limit, load};

use crate::exit::Failure;

/// Which rules judge.
#[derive(Debug, Clone, Default, PartialEq, Eq, Args)]
pub(crate) struct RuleFlags {
    /// More rules: a pack, or a folder of packs (may be given again)
    #[arg(long, value_name = "FILE|DIR")]
    rules: Vec<PathBuf>,
    /// Without the built-in rule packs
    #[arg(long)]
    no_builtin: bool,
}

impl RuleFlags {
    /// Reads the packs.
    ///
    /// # Errors
    /// When a pack is malformed or cannot be read: then no rule is in force.
    pub(crate) fn load(&self) -> Result<RuleSet, Failure> {
        self.load_with(Vec::new())
    }

    /// Whether a policy's own rules are all that judge.
    pub(crate) fn adds_none(&self) -> bool {
        *self == Self::default()
    }

    /// Reads the packs, beside those of a policy when there are any and else the built-in ones.
    ///
    /// # Errors
    /// As [`Self::load`].
    pub(crate) fn load_with(&self, of_policy: Vec<Text>) -> Result<RuleSet, Failure> {
        let with_builtin = of_policy.is_empty() && !self.no_builtin;
        let mut texts = of_policy;
        for path in &self.rules {
            for file in files_of(path)? {
                texts.push(read(&file)?);
            }
        }
        load(&texts, with_builtin).map_err(|malformed| {
            let words: Vec<String> = malformed.iter().map(ToString::to_string).collect();
            Failure::malformed(format!(
                "no rule is in force until this is mended\n{}",
                words.join("\n")
            ))
        })
    }
}

fn files_of(path: &Path) -> Result<Vec<PathBuf>, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| failed(path, &error))?;
    if metadata.is_file() {
        return Ok(vec![path.to_owned()]);
    }
    if !metadata.is_dir() {
        let path = path.display();
        return Err(Failure::malformed(format!(
            "`{path}` is neither a regular file nor a folder: give `--rules` a pack or a folder of packs"
        )));
    }
    let entries = std::fs::read_dir(path).map_err(|error| failed(path, &error))?;
    let mut files: Vec<PathBuf> = entries
        .take(limit::PACKS_MAX.saturating_mul(4))
        .filter_map(Result::ok)
        .map(|entry| entry.path())
        .filter(|file| file.extension().is_some_and(|it| it == "toml"))
        .collect();
    files.sort();
    if files.is_empty() {
        let path = path.display();
        return Err(Failure::malformed(format!(
            "`{path}` holds no rule pack: give a folder with files that end in .toml"
        )));
    }
    Ok(files)
}

fn read(path: &Path) -> Result<Text, Failure> {
    let metadata = std::fs::metadata(path).map_err(|error| failed(path, &error))?;
    let name = path.to_string_lossy().into_owned();
    if metadata.len() > u64::try_from(limit::FILE_BYTES_MAX).unwrap_or(u64::MAX) {
        let most = limit::FILE_BYTES_MAX;
        return Err(Failure::malformed(format!(
            "`{name}` has more than {most} bytes: split the pack"
        )));
    }
    let bytes = std::fs::read(path).map_err(|error| failed(path, &error))?;
    let text = String::from_utf8(bytes)
        .map_err(|_| Failure::malformed(format!("`{name}` is not UTF-8: save it as UTF-8")))?;
    Ok(Text { name, text })
}

fn failed(path: &Path, error: &std::io::Error) -> Failure {
    let words = format!("could not read `{}`: {error}; check `--rules`", path.display());
    if error.kind() == std::io::ErrorKind::NotFound {
        return Failure::malformed(words);
    }
    Failure::fault(words)
}
