//! `countersign ledger entries`: what the ledger of a server holds.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::people::{People, who};
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Entries of a server's ledger, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign ledger entries --token-file .countersign/demo/tokens/pieter-langeveld"
)]
pub(super) struct Entries {
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    position: i64,
    subject: String,
    name: String,
    at: Timestamp,
    actor: String,
}

const FIELDS: &[&str] =
    &["position", "subject", "sequence", "name", "at", "actor", "hash", "event"];

impl Entries {
    pub(super) fn run(&self) -> Exit {
        let listing = Listing {
            path: &["ledger", "entries"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "Nothing is in the ledger yet.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let people = People::read(client).await?;
            let columns =
                [Whole("ENTRY"), Whole("AT"), Broken("EVENT"), Broken("WHO"), Broken("SUBJECT")];
            Ok(table(&columns, rows.iter().map(|row| cells(row, &people)).collect()))
        })
    }
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    vec![
        row.position.to_string(),
        moment::shown(row.at),
        row.name.clone(),
        who(&row.actor, people),
        row.subject.clone(),
    ]
}
