//! Lists: the flags that every list has, pages put together, and the three ways to show them.

use clap::{Args, ValueEnum};
use owo_colors::OwoColorize;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::people::id_of;
use super::send::Client;
use super::{Remote, Stopped, csv};
use crate::exit::{Exit, Failure};
use crate::output;

/// Version of the JSON form of a list.
const VERSION: u32 = 1;

/// Most rows in one answer.
const ROWS_MAX: i64 = 10_000;

/// The same, as a number of rows.
const ROWS: usize = 10_000;

/// Rows on one page, the most that a server gives.
const PAGE: usize = 200;

/// Flags of every list.
#[derive(Debug, Args)]
pub(crate) struct ListFlags {
    #[command(flatten)]
    view: ViewFlags,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 50, value_parser = clap::value_parser!(i64).range(1..=ROWS_MAX))]
    limit: i64,
    /// Where to go on: `next` of the list before
    #[arg(long, value_name = "CURSOR")]
    cursor: Option<String>,
}

/// Flags of a list that is always whole.
#[derive(Debug, Args)]
pub(crate) struct ViewFlags {
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = ListFormat::Table)]
    format: ListFormat,
}

/// How a list is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum ListFormat {
    /// For people
    Table,
    /// For programs: `{version, items[], next}`
    Json,
    /// For spreadsheets
    Csv,
}

/// One list: where it is and how its rows look.
pub(crate) struct Listing<'a> {
    /// Its address.
    pub(crate) path: &'a [&'a str],
    /// Which of its rows.
    pub(crate) query: Vec<(&'static str, String)>,
    /// Only those of a person, who is given by name or id.
    pub(crate) of_person: Option<(&'static str, String)>,
    /// The fields that CSV has.
    pub(crate) fields: &'static [&'static str],
    /// What to say when there is nothing.
    pub(crate) none: &'static str,
    /// The field by which one goes on, where the server does not cut the pages.
    pub(crate) goes_on_by: Option<&'static str>,
}

/// Rows, and where to go on.
#[derive(Debug, Deserialize, Serialize)]
struct List {
    #[serde(skip_deserializing)]
    version: u32,
    items: Vec<Value>,
    next: Option<String>,
}

impl ListFlags {
    /// Reads the list and shows it; `rows` makes a table of its rows for people.
    pub(crate) fn run(
        &self,
        listing: Listing<'_>,
        rows: impl AsyncFnOnce(&Client, &[Value]) -> Result<String, Stopped>,
    ) -> Exit {
        let limit = usize::try_from(self.limit).unwrap_or(PAGE);
        self.view.show(listing, (limit, self.cursor.clone()), rows)
    }
}

impl ViewFlags {
    /// Reads the list and shows it; `rows` makes a table of its rows for people.
    pub(crate) fn run(
        &self,
        listing: Listing<'_>,
        rows: impl AsyncFnOnce(&Client, &[Value]) -> Result<String, Stopped>,
    ) -> Exit {
        self.show(listing, (usize::MAX, None), rows)
    }

    fn show(
        &self,
        listing: Listing<'_>,
        (limit, cursor): (usize, Option<String>),
        rows: impl AsyncFnOnce(&Client, &[Value]) -> Result<String, Stopped>,
    ) -> Exit {
        super::run(&self.remote, self.format == ListFormat::Json, async move |client| {
            let list = listing.read(client, limit, cursor).await?;
            match self.format {
                ListFormat::Json => Ok(output::json(&list)?),
                ListFormat::Csv => Ok(csv::csv(listing.fields, &list.items)?),
                ListFormat::Table if list.items.is_empty() => Ok(format!("{}\n", listing.none)),
                ListFormat::Table => {
                    let mut text = rows(client, &list.items).await?;
                    text.push_str(&more(&list));
                    Ok(text)
                }
            }
        })
    }
}

impl Listing<'_> {
    async fn read(
        &self,
        client: &Client,
        limit: usize,
        cursor: Option<String>,
    ) -> Result<List, Stopped> {
        let mut list = List { version: VERSION, items: Vec::new(), next: cursor };
        let mut fixed = self.query.clone();
        if let Some((field, person)) = &self.of_person {
            fixed.push((*field, id_of(client, person).await?));
        }
        loop {
            let wanted = limit.saturating_sub(list.items.len()).min(PAGE);
            let mut query = fixed.clone();
            query.push(("limit", wanted.to_string()));
            query.extend(list.next.take().map(|cursor| ("cursor", cursor)));
            let page: List = client.get(self.path, &query).await?;
            let is_empty = page.items.is_empty();
            list.items.extend(page.items);
            list.next = page.next;
            if let Some(field) = self.goes_on_by.filter(|_| list.items.len() > limit) {
                list.items.truncate(limit);
                let last = list.items.last().and_then(|row| row.get(field));
                list.next = last.map(ToString::to_string);
            }
            if list.next.is_none() || is_empty || list.items.len() >= limit.min(ROWS) {
                return Ok(list);
            }
        }
    }
}

/// A row in the form in which it is shown.
///
/// # Errors
/// When the server's rows have another form.
pub(crate) fn read_row<T: serde::de::DeserializeOwned>(row: &Value) -> Result<T, Failure> {
    serde_json::from_value(row.clone()).map_err(|error| {
        Failure::fault(format!(
            "the server speaks of this in another form ({error}): use the `countersign` of its \
             version, or `--format json`"
        ))
    })
}

fn more(list: &List) -> String {
    let Some(next) = &list.next else { return String::new() };
    let words = format!("{} shown; go on with `--cursor {next}`", list.items.len());
    format!("\n{}\n", words.dimmed())
}
