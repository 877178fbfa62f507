//! `countersign review resume`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Let a review that rested go on
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review resume RV-1 --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Resume {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Resume {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "resume"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now =
                format!("{reference} goes on; what was due is due later by as long as it rested");
            Ok((done, Said { now, next: None }))
        })
    }
}
