//! `countersign review pause`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Let a review rest: nobody decides in it, and nothing is due meanwhile
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review pause RV-1 --reason \"the month end closes the ledgers until Friday\" --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Pause {
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

impl Pause {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "pause"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} rests; what is due is due so much later");
            Ok((
                done,
                Said {
                    now,
                    next: Some(format!("it goes on with `countersign review resume {reference}`")),
                },
            ))
        })
    }
}
