//! `countersign ledger verify`: checks an export with nothing but its files, and what the reader
//! brought. Opens no database and no connection.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use countersign_ledger::export::{Report, Verdict};
use countersign_ledger::note::NOTE_BYTES_MAX;

use super::key;
use super::opened::Opened;
use super::words::{self, Around};
use crate::clock;
use crate::exit::{Exit, Failure};
use crate::output;

/// Longest checkpoint file that is read, in bytes; the check itself refuses one that is longer.
const CHECKPOINT_BYTES_MAX: u64 = NOTE_BYTES_MAX as u64 + 1;

/// Check an exported ledger offline: every entry, its place, root, signature and text
///
/// Exit code 0 says that it is whole, 1 that it is not (what and where is said), 2 that it could not
/// be read. A cut-off end can only be found with a checkpoint that was kept elsewhere: give it with
/// `--checkpoint`. A key that was published elsewhere (`--key`) is used instead of the one in the
/// export.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger verify ledger-export --checkpoint .countersign/demo/checkpoints/latest"
)]
pub(super) struct Verify {
    /// Folder with the export
    #[arg(value_name = "DIR")]
    folder: PathBuf,
    /// Earlier signed checkpoint that was kept outside the database
    #[arg(long, value_name = "FILE")]
    checkpoint: Option<PathBuf>,
    /// The ledger's public key, as you got it from somewhere else
    #[arg(long, value_name = "FILE")]
    key: Option<PathBuf>,
    /// How to show the answer
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    /// For people
    Table,
    /// For programs (docs/reference/ledger-export.schema.json)
    Json,
}

impl Verify {
    pub(super) fn run(&self) -> Result<Exit, Failure> {
        if !self.folder.is_dir() {
            return Err(Failure::malformed(format!(
                "`{}` is no folder: give the folder of an export",
                self.folder.display()
            )));
        }
        let key = self.key.as_deref().map(key::read).transpose()?;
        let earlier = self.checkpoint.as_deref().map(checkpoint).transpose()?;
        let (report, made_at) = match Opened::open(&self.folder) {
            Ok(opened) => {
                let made_at = opened.made_at();
                (opened.check(key.as_deref(), earlier.as_deref()), made_at)
            }
            Err(missing) => (Report::not_opened(missing), None),
        };
        let text = match self.format {
            Format::Table => {
                let checked_at = clock::now();
                words::tell(&report, &Around { folder: &self.folder, made_at, checked_at })
            }
            Format::Json => output::json(&report)?,
        };
        output::write(None, &text)?;
        Ok(match report.verdict {
            Verdict::Whole => Exit::Done,
            Verdict::NotWhole => Exit::Findings,
            Verdict::Unreadable => Exit::Malformed,
        })
    }
}

fn checkpoint(path: &Path) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read =
        File::open(path).and_then(|file| file.take(CHECKPOINT_BYTES_MAX).read_to_end(&mut bytes));
    read.map_err(|error| {
        Failure::malformed(format!(
            "the earlier checkpoint `{}` cannot be read: {error}; give the file that was kept",
            path.display()
        ))
    })?;
    Ok(bytes)
}
