//! `countersign exception withdraw`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Take a proposal back; nothing can be signed after that
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception withdraw EX-17 --reason \"it was put forward for the wrong finding\" --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Withdraw {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Why, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Withdraw {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "withdraw"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is withdrawn: nothing can be signed any more");
            let next = "the finding's clock runs on: its owner chooses a remedy".to_owned();
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
