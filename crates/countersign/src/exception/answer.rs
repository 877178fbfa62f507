//! `countersign exception answer`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Answer a veto as the owner, who then carries it by name
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception answer EX-15 --reason \"the second credential was taken away this morning\" --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Answer {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// What you say to it, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Answer {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "answer"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference}: the veto is answered and binds no more");
            let next = format!("`countersign exception show {reference}` says what it still waits for; security may object once more");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
