//! `countersign finding`: toxic access on its way to proof, as the server has it. Here the verbs are
//! named; each stands in its own file.

mod assign;
mod chain;
mod choose;
mod chosen;
mod dispute;
mod heading;
mod history;
mod list;
mod next;
mod order;
mod preview;
mod remedies;
mod said;
mod settle;
mod show;
mod whole;
mod withdraw_order;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Look at findings and decide on them
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign finding list --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(crate) struct Finding {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Show(show::Show),
    History(history::History),
    Remedies(remedies::Remedies),
    Assign(assign::Assign),
    Choose(choose::Choose),
    Preview(preview::Preview),
    Order(order::Order),
    WithdrawOrder(withdraw_order::WithdrawOrder),
    Dispute(dispute::Dispute),
    Settle(settle::Settle),
}

impl Finding {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Show(show) => show.run(),
            Verb::History(history) => history.run(),
            Verb::Remedies(remedies) => remedies.run(),
            Verb::Assign(assign) => assign.run(),
            Verb::Choose(choose) => choose.run(),
            Verb::Preview(preview) => preview.run(),
            Verb::Order(order) => order.run(),
            Verb::WithdrawOrder(withdraw) => withdraw.run(),
            Verb::Dispute(dispute) => dispute.run(),
            Verb::Settle(settle) => settle.run(),
        }
    }
}
