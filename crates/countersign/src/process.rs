//! `countersign process`: business processes and who owns their risk.

mod define;
mod list;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Business processes and who owns their risk
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign process list --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(crate) struct Process {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Define(define::Define),
}

impl Process {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Define(define) => define.run(),
        }
    }
}
