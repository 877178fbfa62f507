//! `countersign review items`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;

use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::people::People;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::client::{input, moment};
use crate::exit::Exit;

/// The items of a review, in order of their numbers
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review items RV-1 --standing open --token-file .countersign/demo/tokens/sanne-dijkstra"
)]
pub(super) struct Items {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Only where they stand: open, kept, changing, proven
    #[arg(long, value_name = "STANDING")]
    standing: Option<String>,
    /// Only those before somebody: name or id
    #[arg(long, value_name = "NAME|ID")]
    reviewer: Option<String>,
    /// Only those of whose use nothing is known
    #[arg(long)]
    never_used: bool,
    /// Only those that take part in a finding at least as bad: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<String>,
    #[command(flatten)]
    flags: ListFlags,
}

/// An item in a list.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    pub(super) number: i64,
    pub(super) standing: String,
    pub(super) wish: Option<String>,
    pub(super) identity: Option<String>,
    pub(super) entitlement: Option<String>,
    pub(super) system: String,
    pub(super) last_used: Option<Timestamp>,
    pub(super) peers_have: Option<usize>,
    pub(super) peers_of: Option<usize>,
    pub(super) severity: Option<String>,
    pub(super) reviewers: Vec<String>,
}

const FIELDS: &[&str] = &[
    "number",
    "standing",
    "wish",
    "stage",
    "identity",
    "identity_kind",
    "identity_id",
    "entitlement",
    "entitlement_id",
    "system",
    "last_used",
    "peers_have",
    "peers_of",
    "severity",
    "kept_until",
    "reviewers",
    "sequence",
    "id",
];

impl Items {
    pub(super) fn run(self) -> Exit {
        let Self { reference, standing, reviewer, never_used, severity, flags } = self;
        let unused = never_used.then(|| "true".to_owned());
        let query = [("standing", standing), ("never_used", unused), ("severity", severity)];
        let listing = Listing {
            path: &["reviews", &reference, "items"],
            query: query.into_iter().filter_map(|(key, value)| Some((key, value?))).collect(),
            of_person: reviewer.map(|reviewer| ("reviewer", reviewer)),
            fields: FIELDS,
            none: "No items of this kind.",
            goes_on_by: None,
        };
        flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let people = People::read(client).await?;
            let columns = [
                Whole("ITEM"),
                Broken("WHO HAS WHAT"),
                Whole("LAST USE"),
                Whole("PEERS"),
                Whole("RISK"),
                Broken("STANDS"),
            ];
            Ok(table(&columns, rows.iter().map(|row| cells(row, &people)).collect()))
        })
    }
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    let erased = || "erased".to_owned();
    let (who, what) = (row.identity.clone(), row.entitlement.clone());
    let peers = row.peers_have.zip(row.peers_of);
    vec![
        row.number.to_string(),
        format!(
            "{} has {}\nin {}",
            who.unwrap_or_else(erased),
            what.unwrap_or_else(erased),
            row.system
        ),
        row.last_used.map_or_else(|| "not known".to_owned(), moment::day),
        peers.map(|(have, of)| format!("{have} of {of}")).unwrap_or_default(),
        row.severity.clone().unwrap_or_else(|| "none known".to_owned()),
        stands(row, people),
    ]
}

/// Where an item stands, and with whom.
pub(super) fn stands(row: &Row, people: &People) -> String {
    let asked: Vec<String> = row.reviewers.iter().map(|id| people.name(id)).collect();
    match (&row.wish, asked.is_empty()) {
        (Some(wish), _) => format!("{}: {}", row.standing, wish.replace('_', " ")),
        (None, false) => format!("{} before {}", row.standing, asked.join(", ")),
        (None, true) => row.standing.clone(),
    }
}
