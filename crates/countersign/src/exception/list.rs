//! `countersign exception list`

use clap::Args;
use owo_colors::OwoColorize;

use super::whole::Row;
use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::people::People;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Exceptions as they stand now, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception list --status active --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct List {
    /// Only where they stand now: in_review, active, suspended, expired, moot, revoked, withdrawn,
    /// rejected, vetoed
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only whose: name or id of a person
    #[arg(long, value_name = "NAME|ID")]
    owner: Option<String>,
    /// Only about this finding
    #[arg(long, value_name = "REFERENCE")]
    finding: Option<String>,
    /// Only by this rule
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &[
    "reference",
    "status",
    "in_force",
    "finding",
    "finding_status",
    "finding_due_at",
    "rule",
    "severity",
    "owner",
    "covered_total",
    "proposed_at",
    "until",
    "sequence",
    "id",
];

impl List {
    pub(super) fn run(self) -> Exit {
        let Self { status, owner, finding, rule, flags } = self;
        let query = [("status", status), ("finding", finding), ("rule", rule)];
        let query = query.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let listing = Listing {
            path: &["exceptions"],
            query,
            of_person: owner.map(|owner| ("owner", owner)),
            fields: FIELDS,
            none: "No exceptions of this kind.",
            goes_on_by: None,
        };
        flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let people = People::read(client).await?;
            Ok(shown(&rows, &people))
        })
    }
}

fn shown(rows: &[Row], people: &People) -> String {
    let columns = [
        Whole("EXCEPTION"),
        Whole("STATUS"),
        Whole("COVERS"),
        Broken("OWNER AND END"),
        Broken("FINDING AND RULE"),
    ];
    let cells = rows.iter().map(|row| cells(row, people)).collect();
    let mut text = String::new();
    for line in table(&columns, cells).lines() {
        text.push_str(&line.replacen(" active ", &format!(" {} ", "active".green().bold()), 1));
        text.push('\n');
    }
    text
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    let end = if row.is_over() { "ended" } else { "ends" };
    let end = match row.status.as_str() {
        // Of these the end that was planned is not the end that came.
        "moot" | "revoked" | "withdrawn" | "rejected" | "vetoed" => String::new(),
        _ => format!("\n{end} {}", moment::day(row.until)),
    };
    let due = row.finding_due_at.map(|due| format!(", due {}", moment::day(due)));
    vec![
        row.reference.clone(),
        row.status.clone(),
        row.covered_total.to_string(),
        format!("{}{end}", people.name(&row.owner)),
        format!(
            "{} {} {}{}\n{}",
            row.finding,
            row.severity,
            row.finding_status,
            due.unwrap_or_default(),
            row.rule
        ),
    ]
}
