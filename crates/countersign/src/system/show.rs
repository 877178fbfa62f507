//! `countersign system show`

use clap::Args;
use owo_colors::OwoColorize;
use serde_json::Value;

use super::row::Row;
use crate::client::list::read_row;
use crate::client::table::field;
use crate::client::{Format, Remote, input};
use crate::exit::Exit;
use crate::output::{self, plain};

/// One connected system
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign system show erp --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Show {
    /// Its configured name
    #[arg(value_name = "NAME", value_parser = input::reference)]
    name: String,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

impl Show {
    pub(super) fn run(self) -> Exit {
        let Self { name, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let sent: Value = client.get(&["systems", &name], &[]).await?;
            match format {
                Format::Json => Ok(output::json(&sent)?),
                Format::Table => Ok(words(&read_row(&sent)?)),
            }
        })
    }
}

fn words(row: &Row) -> String {
    let mut text = format!("{}\n", plain(&row.name).bold());
    text.push_str(&field("kind", &row.kind));
    text.push_str(&field("last read", &row.read()));
    text.push_str(&field("at", &row.sequence.to_string()));
    if let Some(held) = &row.held_run {
        text.push_str(&field("held read", held));
        text.push_str(&field("next", &format!("countersign run release {held}")));
    }
    text
}
