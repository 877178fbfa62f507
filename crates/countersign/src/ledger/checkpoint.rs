//! `countersign ledger checkpoint`: the signed head of a server's ledger, to be kept elsewhere.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::list::read_row;
use crate::client::{Format, Remote, moment};
use crate::exit::Exit;
use crate::output;

/// The newest signed head of a server's ledger, as it is kept elsewhere to compare with later
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger checkpoint --token-file .countersign/demo/tokens/pieter-langeveld > checkpoint"
)]
pub(super) struct Checkpoint {
    #[command(flatten)]
    remote: Remote,
    /// How to show it: the signed note alone, or with its parts
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Head {
    checkpoint: String,
    behind: Option<Behind>,
}

/// Entries wait for a checkpoint that cannot be kept.
#[derive(Debug, Deserialize)]
struct Behind {
    since: Timestamp,
    why: String,
    refuses_from: Timestamp,
}

impl Behind {
    fn words(&self) -> String {
        format!(
            "no checkpoint covers what happened since {}: {}; from {} on nothing more is decided",
            moment::shown(self.since),
            self.why,
            moment::shown(self.refuses_from)
        )
    }
}

impl Checkpoint {
    pub(super) fn run(&self) -> Exit {
        crate::client::run(&self.remote, self.format == Format::Json, async |client| {
            let sent: Value = client.get(&["ledger", "checkpoint"], &[]).await?;
            let head: Head = read_row(&sent)?;
            if let Some(behind) = &head.behind {
                // Beside the note, which goes to standard output as it is signed.
                output::say(&behind.words());
            }
            match self.format {
                Format::Json => Ok(output::json(&sent)?),
                Format::Table => Ok(head.checkpoint),
            }
        })
    }
}
