//! `countersign system`: connected systems and their reads.

mod list;
mod row;
mod show;
mod sync;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Connected systems
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign system list --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(crate) struct System {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Show(show::Show),
    Sync(sync::Sync),
}

impl System {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::Sync(sync) => sync.run(),
        }
    }
}
