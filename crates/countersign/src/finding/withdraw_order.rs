//! `countersign finding withdraw-order`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Take back an order that nobody ran on a read-only system; the control seat does
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding withdraw-order FN-17 --reason \"the maintenance window was moved to next month\" --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct WithdrawOrder {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl WithdrawOrder {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["findings", &reference, "withdraw-order"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("the order of {reference} is taken back: nobody runs its script now");
            let next = format!(
                "its owner may choose anew with `countersign finding choose {reference}`, or it is \
                 ordered again with `countersign finding order {reference}`"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
