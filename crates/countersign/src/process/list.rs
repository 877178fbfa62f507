//! `countersign process list`

use clap::Args;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::People;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Processes, with who owns their risk
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign process list --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct List {
    #[command(flatten)]
    flags: ListFlags,
}

#[derive(Debug, Deserialize)]
struct Row {
    id: String,
    name: String,
    criticality: String,
    owner: Option<String>,
    regulated: bool,
}

const FIELDS: &[&str] = &["id", "name", "criticality", "owner", "regulated", "sequence"];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["processes"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "No process yet: `countersign process define` makes one.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let people = People::read(client).await?;
            let columns = [
                Broken("NAME"),
                Whole("CRITICALITY"),
                Whole("REGULATED"),
                Broken("OWNER"),
                Whole("ID"),
            ];
            Ok(table(&columns, rows.iter().map(|row| cells(row, &people)).collect()))
        })
    }
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    let owner = row.owner.as_deref().map(|id| people.name(id)).unwrap_or_default();
    let regulated = if row.regulated { "yes" } else { "no" };
    vec![row.name.clone(), row.criticality.clone(), regulated.to_owned(), owner, row.id.clone()]
}
