//! `countersign accountability list`

use clap::Args;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::People;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Each control plane of each system, with who answers for it and what is the matter
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign accountability list --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct List {
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    plane: String,
    system: String,
    named: Vec<String>,
    deputies: Vec<String>,
    attested: Option<String>,
    gaps: Vec<String>,
    offered_to: Option<String>,
}

const FIELDS: &[&str] = &[
    "plane",
    "system",
    "accountable",
    "named",
    "deputies",
    "attested",
    "gaps",
    "offered_to",
    "offered_until",
    "measure",
    "sequence",
];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["accountability"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "No system is connected, so there is nothing to answer for.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let people = People::read(client).await?;
            let columns = [
                Whole("CONTROL PLANE"),
                Broken("SYSTEM"),
                Broken("ANSWERS FOR IT"),
                Whole("ATTESTED"),
                Broken("THE MATTER"),
            ];
            Ok(table(&columns, rows.iter().map(|row| cells(row, &people)).collect()))
        })
    }
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    let mut who = row.named.join(", ");
    if let Some(to) = &row.offered_to {
        who.push_str(&format!(", handed to {} who has not taken it over", people.name(to)));
    }
    let deputies: Vec<String> = row.deputies.iter().map(|id| people.name(id)).collect();
    if !deputies.is_empty() {
        who.push_str(&format!(" (stands in: {})", deputies.join(", ")));
    }
    let attested = row.attested.clone().unwrap_or_default();
    vec![row.plane.clone(), row.system.clone(), who, attested, row.gaps.join(", ")]
}
