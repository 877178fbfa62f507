//! `countersign accountability`: who answers for which control plane of which system.

mod attest;
mod gaps;
mod hand_over;
mod list;
mod take_over;

use clap::{Args, Subcommand};

use crate::client::input;
use crate::exit::Exit;

/// Who answers for what, and where nobody does
#[derive(Debug, Args)]
#[command(
    subcommand_required = true,
    arg_required_else_help = true,
    after_help = "Example: countersign accountability gaps --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(crate) struct Accountability {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    List(list::List),
    Gaps(gaps::Gaps),
    Attest(attest::Attest),
    HandOver(hand_over::HandOver),
    TakeOver(take_over::TakeOver),
}

/// A control plane of a system.
#[derive(Debug, Args)]
struct Place {
    /// The control plane: credentials, approval, service_accounts, suppliers, detection
    #[arg(
        value_name = "PLANE",
        value_parser = ["credentials", "approval", "service_accounts", "suppliers", "detection"]
    )]
    plane: String,
    /// The system's name
    #[arg(value_name = "SYSTEM", value_parser = input::reference)]
    system: String,
}

impl Place {
    /// The address of a verb on it.
    fn at<'a>(&'a self, verb: &'a str) -> [&'a str; 4] {
        ["accountability", &self.plane, &self.system, verb]
    }

    fn words(&self) -> String {
        format!("{} of {}", self.plane, self.system)
    }
}

impl Accountability {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        match self.verb {
            Verb::List(list) => list.run(),
            Verb::Gaps(gaps) => gaps.run(),
            Verb::Attest(attest) => attest.run(),
            Verb::HandOver(hand_over) => hand_over.run(),
            Verb::TakeOver(take_over) => take_over.run(),
        }
    }
}
