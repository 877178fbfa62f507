//! `countersign review delegate`

use clap::Args;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::input;
use crate::client::people::{id_of, with_names};
use crate::exit::Exit;

/// Put an item of a review before somebody else by name
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review delegate RV-1 2 --to \"Annelies Kuipers\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Delegate {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Number of the item
    #[arg(value_name = "ITEM")]
    item: i64,
    /// Who is to be asked: whole name or id of somebody active who has no part in the access
    #[arg(long, value_name = "NAME|ID")]
    to: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Delegate {
    pub(super) fn run(self) -> Exit {
        let Self { reference, item, to, seen, flags } = self;
        flags.run(async move |client| {
            let (id, item) = (id_of(client, &to).await?, item.to_string());
            let path = ["reviews", &reference, "items", &item, "delegate"];
            let done = client.change(&path, &json!({ "to": id }), seen.seen).await?;
            let who = with_names(client, &id).await;
            let now = format!("{reference} item {item} is before {who} now");
            Ok((done, Said { now, next: None }))
        })
    }
}
