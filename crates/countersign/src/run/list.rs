//! `countersign run list`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Reads, the newest first: what each saw, what it could not see, which waits for a person
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign run list --system erp --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct List {
    /// Only of this system
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    system: String,
    read_at: Timestamp,
    standing: String,
    complete: bool,
    unreadable: Vec<Value>,
    why: Option<String>,
}

const FIELDS: &[&str] =
    &["id", "system", "read_at", "standing", "position", "complete", "counts", "unreadable", "why"];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["runs"],
            query: self.system.map(|system| ("system", system)).into_iter().collect(),
            of_person: None,
            fields: FIELDS,
            none: "No read yet: `countersign system sync NAME` makes one.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let columns = [Whole("READ"), Broken("SYSTEM"), Broken("STANDING"), Whole("ID")];
            Ok(table(&columns, rows.iter().map(cells).collect()))
        })
    }
}

fn cells(row: &Row) -> Vec<String> {
    let mut standing = row.standing.clone();
    match row.unreadable.len() {
        0 if row.complete => {}
        0 => standing.push_str(", in part"),
        1 => standing.push_str(", 1 place unreadable"),
        many => standing.push_str(&format!(", {many} places unreadable")),
    }
    if let Some(why) = &row.why {
        standing.push_str(&format!(": {why}"));
    }
    vec![moment::shown(row.read_at), row.system.clone(), standing, row.id.clone()]
}
