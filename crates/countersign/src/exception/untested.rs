//! `countersign exception untested`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::list::{Listing, ViewFlags, read_row};
use crate::client::moment;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Systems whose controls could not be tested last time: one line a system
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception untested --token-file .countersign/demo/tokens/oliver-pemberton"
)]
pub(super) struct Untested {
    #[command(flatten)]
    flags: ViewFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    system: Option<String>,
    controls: u64,
    since: Option<Timestamp>,
}

const FIELDS: &[&str] = &["system", "controls", "since"];

impl Untested {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["exceptions", "untested"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "Every control could be tested last time.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let columns = [Whole("SYSTEM"), Whole("CONTROLS"), Broken("SINCE")];
            Ok(table(&columns, rows.iter().map(cells).collect()))
        })
    }
}

fn cells(row: &Row) -> Vec<String> {
    let system = row.system.clone().unwrap_or_else(|| "the graph".to_owned());
    let since = row.since.map_or_else(|| "never tested".to_owned(), moment::shown);
    vec![system, row.controls.to_string(), since]
}
