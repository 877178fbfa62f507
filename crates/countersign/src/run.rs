//! `countersign run`: reads of connected systems, and the release of one that is held.

mod list;
mod release;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Reads of connected systems
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign run list --system erp --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(crate) struct Run {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Release(release::Release),
}

impl Run {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Release(release) => release.run(),
        }
    }
}
