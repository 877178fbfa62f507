//! `countersign person list`

use clap::Args;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::Person;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// People, with their seats
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person list --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct List {
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &["id", "name", "active", "seats", "manager", "only", "sequence"];

impl List {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["people"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "Nobody yet: `countersign init` brings in the first people.",
            goes_on_by: None,
        };
        self.flags.run(listing, async |_, items| {
            let people = items.iter().map(read_row).collect::<Result<Vec<Person>, _>>()?;
            let columns = [Broken("NAME"), Broken("SEATS"), Whole("ACTIVE"), Whole("ID")];
            Ok(table(&columns, people.iter().map(cells).collect()))
        })
    }
}

fn cells(person: &Person) -> Vec<String> {
    let active = if person.active { "yes" } else { "no" };
    vec![person.name.clone(), person.seated(), active.to_owned(), person.id.clone()]
}
