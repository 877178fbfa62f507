//! `countersign finding assign`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// Put one named person behind a finding
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding assign FN-25 --owner \"Marieke Groeneveld\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Assign {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Who shall own it: whole name or id of somebody in the business seat
    #[arg(long, value_name = "NAME|ID")]
    owner: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Assign {
    pub(super) fn run(self) -> Exit {
        let Self { reference, owner, seen, flags } = self;
        flags.run(async move |client| {
            let id = id_of(client, &owner).await?;
            let body = json!({"owner": id});
            let done = client.change(&["findings", &reference, "assign"], &body, seen.seen).await?;
            let owner = with_names(client, &id).await;
            let now = format!("{reference} is assigned to {owner}");
            let next = format!("{owner} looks at `countersign finding remedies {reference}`");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
