//! `countersign person deactivate`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// End a person's appointments at once
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person deactivate \"Bram Oosterhuis\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Deactivate {
    /// Whole name or id
    #[arg(value_name = "NAME|ID")]
    person: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Deactivate {
    pub(super) fn run(self) -> Exit {
        let Self { person, seen, flags } = self;
        flags.run(async move |client| {
            let id = id_of(client, &person).await?;
            let path = ["people", &id, "deactivate"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let name = with_names(client, &id).await;
            let now = format!("{name} is not active any more");
            let next = "`countersign finding list --owner NAME` shows what they leave behind, \
                        `countersign token revoke --person NAME` ends their tokens"
                .replace("NAME", &format!("\"{name}\""));
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
