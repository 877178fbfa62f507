//! `countersign exception accept`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Take the risk of an exception, by name; only its owner can
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception accept EX-15 --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Accept {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Accept {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "accept"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("{reference}: its owner takes the risk");
            let next =
                format!("`countersign exception show {reference}` says what it still waits for");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
