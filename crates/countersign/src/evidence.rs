//! `countersign evidence`: takes what the ledger holds about one case out of a server, in one file, and
//! checks such a file without any server.

mod export;
mod verify;

use clap::{Args, Subcommand};

use crate::exit::Exit;
use crate::output;

/// Take the evidence about one case away, verify it offline
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign evidence export EX-6 --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(crate) struct Evidence {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Export(export::Export),
    Verify(verify::Verify),
}

impl Evidence {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::Export(export) => export.run(),
            Verb::Verify(verify) => output::finish(verify.run()),
        }
    }
}
