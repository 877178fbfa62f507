//! `countersign exception`: toxic access that is countersigned for a while, as the server has it. Here
//! the verbs are named; each stands in its own file.

mod accept;
mod activate;
mod answer;
mod confirm;
mod control;
mod draft;
mod hand_over;
mod history;
mod list;
mod next;
mod part;
mod propose;
mod reject;
mod renew;
mod resume;
mod revoke;
mod said;
mod show;
mod sign;
mod suspend;
mod take_over;
mod unsigned;
mod untested;
mod veto;
mod whole;
mod window;
mod withdraw;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Look at exceptions, put them forward, sign them and end them
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign exception list --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(crate) struct Exception {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Untested(untested::Untested),
    Show(show::Show),
    History(history::History),
    Propose(Box<propose::Propose>),
    Renew(Box<renew::Renew>),
    Accept(accept::Accept),
    Reject(reject::Reject),
    Confirm(confirm::Confirm),
    Sign(sign::Sign),
    Activate(activate::Activate),
    Veto(veto::Veto),
    Answer(answer::Answer),
    Suspend(suspend::Suspend),
    Resume(resume::Resume),
    Revoke(revoke::Revoke),
    Withdraw(withdraw::Withdraw),
    HandOver(hand_over::HandOver),
    TakeOver(take_over::TakeOver),
}

impl Exception {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Untested(untested) => untested.run(),
            Verb::Show(show) => show.run(),
            Verb::History(history) => history.run(),
            Verb::Propose(propose) => propose.run(),
            Verb::Renew(renew) => renew.run(),
            Verb::Accept(accept) => accept.run(),
            Verb::Reject(reject) => reject.run(),
            Verb::Confirm(confirm) => confirm.run(),
            Verb::Sign(sign) => sign.run(),
            Verb::Activate(activate) => activate.run(),
            Verb::Veto(veto) => veto.run(),
            Verb::Answer(answer) => answer.run(),
            Verb::Suspend(suspend) => suspend.run(),
            Verb::Resume(resume) => resume.run(),
            Verb::Revoke(revoke) => revoke.run(),
            Verb::Withdraw(withdraw) => withdraw.run(),
            Verb::HandOver(hand_over) => hand_over.run(),
            Verb::TakeOver(take_over) => take_over.run(),
        }
    }
}
