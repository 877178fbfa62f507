//! `countersign finding history`: a timeline in words, refusals included.

use std::fmt::Write as _;

use clap::Args;
use owo_colors::OwoColorize;

use super::entry::Entry;
use super::said::told;
use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::{People, who};
use crate::client::{input, moment};
use crate::exit::Exit;
use crate::output::{plain, wrap};

/// What happened to a finding: who decided, who was told no, what was read back
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding history FN-3 --token-file .countersign/demo/tokens/ruth-abelson"
)]
pub(super) struct History {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &["sequence", "at", "name", "actor", "cause", "position", "texts", "event"];

/// Where the words of an entry begin.
const INDENT: &str = "      ";

impl History {
    pub(super) fn run(self) -> Exit {
        let listing = Listing {
            path: &["findings", &self.reference, "history"],
            query: Vec::new(),
            of_person: None,
            fields: FIELDS,
            none: "Nothing has happened here.",
            goes_on_by: Some("sequence"),
        };
        self.flags.run(listing, async |client, items| {
            let entries = items.iter().map(read_row).collect::<Result<Vec<Entry>, _>>()?;
            let people = People::read(client).await?;
            Ok(entries.iter().map(|entry| shown(entry, &people)).collect())
        })
    }
}

fn shown(entry: &Entry, people: &People) -> String {
    let told = told(entry, people);
    let who = plain(&who(&entry.actor, people));
    let sealed = match entry.position {
        Some(position) => format!("entry {position}"),
        None => "not sealed yet".to_owned(),
    };
    let at = moment::shown(entry.at);
    let mut text = String::new();
    let _infallible = writeln!(text, "{:>4}  {}  {}", entry.sequence.bold(), at, sealed.dimmed());
    let what = wrap(&format!("{who} {}", plain(&told.what)), INDENT);
    let is_refusal = entry.what() == "refused";
    let what = if is_refusal { what.red().to_string() } else { what };
    text.push_str(&what);
    for words in told.with {
        text.push_str(&wrap(&plain(&words), "        ").dimmed().to_string());
    }
    text
}
