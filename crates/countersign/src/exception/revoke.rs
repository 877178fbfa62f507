//! `countersign exception revoke`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::exit::Exit;

/// Take your acceptance back as the owner: the finding stands uncovered, with its old date
///
/// Where the owner cannot sign any more, somebody in the security seat ends it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception revoke EX-15 --reason \"the new interface is there and both are not needed any more\" --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Revoke {
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

impl Revoke {
    pub(super) fn run(self) -> Exit {
        let Self { reference, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "revoke"];
            let done = client.change(&path, &json!({"reason": reason}), seen.seen).await?;
            let now = format!("{reference} is revoked: whom it covered stands uncovered");
            let next =
                "the finding's clock ran on beneath it: its owner chooses a remedy".to_owned();
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
