//! `countersign review`: access that people are asked about, as the server has it. Here the verbs are named;
//! each stands in its own file.

mod accept;
mod cancel;
mod decide;
mod delegate;
mod history;
mod item;
mod items;
mod list;
mod pause;
mod reject;
mod resume;
mod said;
mod show;
mod stage;
mod start;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Plan a review of access, decide about its items, and follow it until every change is proven
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign review list --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(crate) struct Review {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Show(show::Show),
    History(history::History),
    Items(items::Items),
    Item(item::Item),
    Stage(Box<stage::Stage>),
    Start(start::Start),
    Decide(decide::Decide),
    Delegate(delegate::Delegate),
    Pause(pause::Pause),
    Resume(resume::Resume),
    Cancel(cancel::Cancel),
    Accept(accept::Accept),
    Reject(reject::Reject),
}

impl Review {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::History(history) => history.run(),
            Verb::Items(items) => items.run(),
            Verb::Item(item) => item.run(),
            Verb::Stage(stage) => stage.run(),
            Verb::Start(start) => start.run(),
            Verb::Decide(decide) => decide.run(),
            Verb::Delegate(delegate) => delegate.run(),
            Verb::Pause(pause) => pause.run(),
            Verb::Resume(resume) => resume.run(),
            Verb::Cancel(cancel) => cancel.run(),
            Verb::Accept(accept) => accept.run(),
            Verb::Reject(reject) => reject.run(),
        }
    }
}
