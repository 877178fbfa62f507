//! `countersign ledger`: takes the ledger out of a database, checks what was taken out without any
//! database, and asks a server for single entries. What makes a ledger whole stands in the ledger
//! crate; here files are opened and the answer is told.

mod checkpoint;
mod entries;
mod export;
pub(crate) mod key;
mod opened;
mod proof;
mod verify;
mod words;

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::output;

/// Export the ledger, verify an export offline, ask a server for entries
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign ledger verify ledger-export"
)]
pub(crate) struct Ledger {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Export(export::Export),
    Verify(verify::Verify),
    Entries(entries::Entries),
    Checkpoint(checkpoint::Checkpoint),
    Proof(proof::Proof),
}

impl Ledger {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::Export(export) => output::finish(export.run()),
            Verb::Verify(verify) => output::finish(verify.run()),
            Verb::Entries(entries) => entries.run(),
            Verb::Checkpoint(checkpoint) => checkpoint.run(),
            Verb::Proof(proof) => proof.run(),
        }
    }
}
