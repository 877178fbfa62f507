//! `countersign exception sign`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Sign for legal or compliance, where the process is regulated or the tier asks for it
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception sign EX-15 --token-file .countersign/demo/tokens/femke-brouwer"
)]
pub(super) struct Sign {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Sign {
    pub(super) fn run(self) -> Exit {
        let Self { reference, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "sign"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now = format!("{reference} is signed for legal and compliance");
            let next =
                format!("`countersign exception show {reference}` says what it still waits for");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
