//! `countersign policy`: what a policy folder says, whether it holds together, and which rules are in
//! force. One file for each verb; those that change it work on the database, the others on files alone.

mod adopt;
mod check;
mod countersign;
mod diff;
mod explain;
mod matrix;
mod may;
mod signed;
mod test;
mod withdraw;

use clap::{Args, Subcommand};

use crate::exit::Exit;

/// Check, test and explain a policy folder, and put rules in force
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Policy {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    Check(check::Check),
    Test(test::Test),
    Explain(explain::Explain),
    Matrix(matrix::Matrix),
    Diff(diff::Diff),
    Adopt(adopt::Adopt),
    Countersign(countersign::Countersign),
    Withdraw(withdraw::Withdraw),
}

impl Policy {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::Check(check) => check.run(),
            Verb::Test(test) => test.run(),
            Verb::Explain(explain) => explain.run(),
            Verb::Matrix(matrix) => matrix.run(),
            Verb::Diff(diff) => diff.run(),
            Verb::Adopt(adopt) => adopt.run(),
            Verb::Countersign(countersign) => countersign.run(),
            Verb::Withdraw(withdraw) => withdraw.run(),
        }
    }
}
