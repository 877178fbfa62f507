//! `countersign review reject`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Say as an auditor that a proven review does not hold
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review reject RV-1 --reason \"most of it was decided in bulk within a minute\" --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Reject {
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

impl Reject {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["reviews", &reference, "reject"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is rejected");
            Ok((
                done,
                Said {
                    now,
                    next: Some(
                        "plan another review of the same scope with `countersign review stage`"
                            .to_owned(),
                    ),
                },
            ))
        })
    }
}
