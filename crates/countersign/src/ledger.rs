//! `countersign ledger`: takes the ledger out of a database, and checks what was taken out without
//! any database. What makes a ledger whole stands in the ledger crate; here files are opened and the
//! answer is told.

mod export;
mod key;
mod opened;
mod verify;
mod words;

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::output;

/// Export the ledger, and verify an export offline
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
}

impl Ledger {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        output::finish(match self.verb {
            Verb::Export(export) => export.run(),
            Verb::Verify(verify) => verify.run(),
        })
    }
}
