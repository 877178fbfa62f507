//! `countersign accountability gaps`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Where nobody, or not one person alone, is there to answer, worst first
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign accountability gaps --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Gaps {
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    kind: String,
    words: String,
    plane: Option<String>,
    system: Option<String>,
    opened_at: Timestamp,
    tier: Option<String>,
    due_at: Option<Timestamp>,
    overdue: bool,
}

const FIELDS: &[&str] =
    &["id", "kind", "words", "plane", "system", "people", "opened_at", "tier", "due_at", "overdue"];

impl Gaps {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["accountability", "gaps"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "No gap: one active person answers for each control plane of each system.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let columns = [
                Whole("GAP"),
                Broken("WHERE"),
                Broken("WHAT"),
                Whole("TIER"),
                Whole("SINCE"),
                Whole("DUE"),
            ];
            Ok(table(&columns, rows.iter().map(cells).collect()))
        })
    }
}

fn cells(row: &Row) -> Vec<String> {
    let place = match (&row.plane, &row.system) {
        (Some(plane), Some(system)) => format!("{plane} of {system}"),
        _ => String::new(),
    };
    let due = match (row.due_at, row.overdue) {
        (None, _) => String::new(),
        (Some(due), false) => moment::shown(due),
        (Some(due), true) => format!("{}, overdue", moment::shown(due)),
    };
    let tier = row.tier.clone().unwrap_or_default();
    let since = moment::shown(row.opened_at);
    vec![row.kind.clone(), place, row.words.clone(), tier, since, due]
}
