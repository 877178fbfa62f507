//! `countersign exception hand-over`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::client::people::id_of;
use crate::exit::Exit;

/// Hand an exception to another owner, who takes it over or does not; until then it stays yours
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception hand-over EX-6 --to \"Jeroen Haverkamp\" --reason \"supplies of the wards move to his team next month\" --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct HandOver {
    /// Reference of the exception
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Who shall carry the risk: whole name or id of somebody in the business seat
    #[arg(long, value_name = "NAME|ID")]
    to: String,
    /// Why, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl HandOver {
    pub(super) fn run(self) -> Exit {
        let Self { reference, to, reason, seen, flags } = self;
        flags.run(async move |client| {
            let path = ["exceptions", &reference, "hand-over"];
            let body = json!({"to": id_of(client, &to).await?, "reason": reason});
            let done = client.change(&path, &body, seen.seen).await?;
            let now =
                format!("{reference} is handed to {to}, and stays yours until it is taken over");
            let next =
                format!("{to} takes it over with `countersign exception take-over {reference}`");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
