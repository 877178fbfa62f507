//! `countersign review list`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Reviews of access, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review list --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct List {
    /// Only where they stand: staged, opening, active, paused, remediating, proven, accepted, rejected,
    /// cancelled
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    reference: String,
    title: String,
    status: String,
    items: i64,
    staged_at: Timestamp,
    began_at: Option<Timestamp>,
}

const FIELDS: &[&str] = &[
    "reference",
    "title",
    "status",
    "items",
    "staged_at",
    "began_at",
    "ended_at",
    "sequence",
    "id",
];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["reviews"],
            query: self.status.into_iter().map(|status| ("status", status)).collect(),
            of_person: None,
            fields: FIELDS,
            none: "No reviews of this kind.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let columns =
                [Whole("REVIEW"), Whole("STATUS"), Whole("ITEMS"), Whole("SINCE"), Broken("ABOUT")];
            Ok(table(&columns, rows.iter().map(cells).collect()))
        })
    }
}

fn cells(row: &Row) -> Vec<String> {
    let since = row.began_at.unwrap_or(row.staged_at);
    vec![
        row.reference.clone(),
        row.status.clone(),
        row.items.to_string(),
        moment::day(since),
        row.title.clone(),
    ]
}
