//! `countersign review accept`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say as an auditor that a proven review holds
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review accept RV-1 --reason \"every change was read back after it was decided\" --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Accept {
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

impl Accept {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "accept"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is accepted");
            Ok((done, Said { now, next: None }))
        })
    }
}
