//! `countersign finding order`

use clap::Args;
use serde_json::json;

use super::preview::preview;
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::{Format, input};
use crate::exit::Exit;

/// Order the chosen remedy in the real system; the control seat does
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding order FN-26 --dry-run --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Order {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Only show what would be run, its undo and what stands in the way
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Order {
    pub(super) fn run(self) -> Exit {
        let Self { reference, dry_run, seen, flags } = self;
        if dry_run {
            let wants_json = flags.format == Format::Json;
            return crate::client::run(&flags.remote, wants_json, async move |client| {
                preview(client, &reference, flags.format).await
            });
        }
        flags.run(async move |client| {
            let path = ["findings", &reference, "order"];
            let done = client.change(&path, &json!({}), seen.seen).await?;
            let now =
                format!("{reference} is ordered: the system is being changed, then read back");
            let next = format!("`countersign finding show {reference}` says whether it is proven");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
