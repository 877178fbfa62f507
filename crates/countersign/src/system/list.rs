//! `countersign system list`

use clap::Args;

use super::row::Row;
use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Connected systems, with their last reads
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign system list --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct List {
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &["name", "kind", "last_read_at", "complete", "held_run", "sequence", "id"];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["systems"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "No system is connected: name one in the configuration of `countersign serve`.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let columns = [Broken("NAME"), Whole("KIND"), Whole("LAST READ"), Broken("HELD READ")];
            Ok(table(&columns, rows.iter().map(cells).collect()))
        })
    }
}

fn cells(row: &Row) -> Vec<String> {
    let held = row.held_run.clone().unwrap_or_default();
    vec![row.name.clone(), row.kind.clone(), row.read(), held]
}
