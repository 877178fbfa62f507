//! `countersign review start`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Put the items of a review before those who are asked, frozen as the graph shows them
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review start RV-1 --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Start {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Start {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "start"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("{reference} is started: its items are being put before people");
            Ok((
                done,
                Said {
                    now,
                    next: Some(format!(
                        "`countersign review show {reference}` says how many are there"
                    )),
                },
            ))
        })
    }
}
