//! `countersign person show`

use clap::Args;
use owo_colors::OwoColorize;
use serde_json::Value;

use crate::client::list::read_row;
use crate::client::people::{Person, id_of};
use crate::client::table::field;
use crate::client::{Format, Remote};
use crate::exit::Exit;
use crate::output::{self, plain};

/// One person and their seats
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person show \"Marieke Groeneveld\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Show {
    /// Whole name or id
    #[arg(value_name = "NAME|ID")]
    person: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Show {
    pub(super) fn run(self) -> Exit {
        let Self { person, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let id = id_of(client, &person).await?;
            let sent: Value = client.get(&["people", &id], &[]).await?;
            match format {
                Format::Json => Ok(output::json(&sent)?),
                Format::Table => Ok(words(&read_row(&sent)?)),
            }
        })
    }
}

fn words(person: &Person) -> String {
    let standing = if person.active { "active" } else { "not active any more" };
    let mut text = format!("{}\n", plain(&person.name).bold());
    text.push_str(&field("seats", &person.seated()));
    text.push_str(&field("standing", standing));
    text.push_str(&field("reports to", person.manager.as_deref().unwrap_or("nobody known")));
    text.push_str(&field("id", &person.id));
    text
}
