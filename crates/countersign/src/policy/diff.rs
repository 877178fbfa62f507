//! `countersign policy diff`

use std::path::{Path, PathBuf};

use clap::Args;
use countersign_policy::diff::diff;

use crate::exit::{Exit, Failure};
use crate::folder::{load, texts};
use crate::output;

/// Say what another version of a policy decides otherwise
///
/// Exits with 1 when there is a difference. What asks for less than before is marked.
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign policy diff policies-of-may policies")]
pub(super) struct Diff {
    /// The policy folder as it was
    #[arg(value_name = "OLD")]
    old: PathBuf,
    /// The policy folder as it is
    #[arg(value_name = "NEW")]
    new: PathBuf,
}

impl Diff {
    pub(super) fn run(self) -> Exit {
        output::finish(self.diff())
    }

    fn diff(&self) -> Result<Exit, Failure> {
        let read = |folder: &Path| load(folder, &texts(folder)?);
        let found = diff(&read(&self.old)?, &read(&self.new)?);
        if found.is_empty() {
            output::write(None, "both decide the same\n")?;
            return Ok(Exit::Done);
        }
        let words: String = found.iter().map(|it| format!("{it}\n")).collect();
        output::write(None, &output::plain(&words)).map(|()| Exit::Findings)
    }
}
