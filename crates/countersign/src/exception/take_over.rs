//! `countersign exception take-over`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Take an exception over that was handed to you, or whose owner left; you carry the risk by name then
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception take-over EX-6 --token-file .countersign/demo/tokens/jeroen-haverkamp"
)]
pub(super) struct TakeOver {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl TakeOver {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "take-over"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("{reference} is yours: you carry its risk by name");
            let next = format!(
                "`countersign exception show {reference}` says whether it waits for anything from you"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
