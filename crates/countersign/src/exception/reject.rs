//! `countersign exception reject`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say as its owner that you do not take the risk; that is the end of it
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception reject EX-16 --reason \"the export can be split from the reading this month\" --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Reject {
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

impl Reject {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "reject"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is rejected: nothing is covered by it");
            let next = "the finding's clock runs on: its owner chooses a remedy".to_owned();
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
