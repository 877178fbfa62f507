//! `countersign exception veto`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Object to an exception: out of force until its owner answers; the security seat does
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception veto EX-15 --reason \"the control does not watch the second credential\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Veto {
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

impl Veto {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "veto"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference}: security objects, and that binds");
            let next = format!("its owner answers with `countersign exception answer {reference}`; a second veto after that ends it");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
