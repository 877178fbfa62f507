//! `countersign exception activate`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Ask whether it can come into force; it does by itself, and this says what is missing
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception activate EX-15 --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Activate {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Activate {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "activate"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("{reference} is in force");
            let next = format!(
                "`countersign exception show {reference}` says until when and what happens then"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
