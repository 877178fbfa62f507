//! `countersign review cancel`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// End a review before it is through; what was decided stays decided
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review cancel RV-1 --reason \"it is planned anew with another scope\" --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Cancel {
    /// Reference of the review
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

impl Cancel {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "cancel"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now =
                format!("{reference} is cancelled; findings that it opened go on to their proof");
            Ok((done, Said { now, next: None }))
        })
    }
}
