//! `countersign review history`: a timeline in words, refusals included.

use clap::Args;

use super::said::told;
use crate::client::entry::Entry;
use crate::client::input;
use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::People;
use crate::client::told::shown;
use crate::exit::Exit;

/// What happened to a review: who planned and started it, who was told no, what an auditor said
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review history RV-1 --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct History {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &["sequence", "at", "name", "actor", "cause", "position", "texts", "event"];

impl History {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["reviews", &self.reference, "history"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "Nothing has happened here.",
            goes_on_by: Some("sequence"),
        };
        self.flags.run(listing, async |client, items| {
            let entries = items.iter().map(read_row).collect::<Result<Vec<Entry>, _>>()?;
            let people = People::read(client).await?;
            Ok(entries.iter().map(|it| shown(it, told(it, &people), &people)).collect())
        })
    }
}
