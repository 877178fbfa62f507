//! `countersign exception suspend`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Put an exception out of force for now: the finding stands uncovered, with its old date
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception suspend EX-15 --reason \"the night job was seen with another credential\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Suspend {
    /// Reference of the exception
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

impl Suspend {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "suspend"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is out of force: whom it covered stands uncovered");
            let next = format!("the control seat puts it right and resumes it with `countersign exception resume {reference}`");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
