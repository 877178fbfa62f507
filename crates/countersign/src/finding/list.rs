//! `countersign finding list`

use clap::Args;
use owo_colors::OwoColorize;

use super::heading::coloured;
use super::whole::Row;
use crate::client::list::{ListFlags, Listing, read_row};
use crate::client::moment;
use crate::client::people::People;
use crate::client::table::Column::{Broken, Whole};
use crate::client::table::table;
use crate::exit::Exit;

/// Findings, the newest first
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding list --status open --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct List {
    /// Only where they are in their life: open, assigned, chosen, remediating, fulfilled, fixed, gone,
    /// rule_changed, not_toxic; or not_ended for all that have not
    #[arg(long, value_name = "STATUS")]
    status: Option<String>,
    /// Only how bad: low, medium, high, critical
    #[arg(long, value_name = "SEVERITY")]
    severity: Option<String>,
    /// Only whose: name or id of a person
    #[arg(long, value_name = "NAME|ID")]
    owner: Option<String>,
    /// Only where: name of a system
    #[arg(long, value_name = "NAME")]
    system: Option<String>,
    /// Only by this rule
    #[arg(long, value_name = "RULE")]
    rule: Option<String>,
    #[command(flatten)]
    flags: ListFlags,
}

const FIELDS: &[&str] = &[
    "reference",
    "status",
    "severity",
    "rule",
    "class",
    "certainty",
    "system",
    "root_cause",
    "affected_total",
    "owner",
    "due_at",
    "overdue",
    "excepted_total",
    "opened_at",
    "ended_at",
    "sequence",
    "id",
];

impl List {
    pub(super) fn run(self) -> Exit {
        let Self { status, severity, owner, system, rule, flags } = self;
        let query =
            [("status", status), ("severity", severity), ("system", system), ("rule", rule)];
        let query = query.into_iter().filter_map(|(key, value)| Some((key, value?))).collect();
        let listing = Listing {
            path: &["findings"],
            query,
            of_person: owner.map(|owner| ("owner", owner)),
            fields: FIELDS,
            none: "No findings of this kind.",
            goes_on_by: None,
        };
        flags.run(listing, async |client, items| {
            let rows = items.iter().map(read_row).collect::<Result<Vec<Row>, _>>()?;
            let has_owner = rows.iter().any(|row| row.owner.is_some());
            let people = if has_owner { People::read(client).await? } else { People::default() };
            Ok(shown(&rows, &people))
        })
    }
}

fn shown(rows: &[Row], people: &People) -> String {
    let columns = [
        Whole("FINDING"),
        Whole("SEVERITY"),
        Whole("STATUS"),
        Broken("OWNER AND DATE"),
        Broken("RULE AND ROOT CAUSE"),
    ];
    let cells = rows.iter().map(|row| cells(row, people)).collect();
    let mut text = String::new();
    for line in table(&columns, cells).lines() {
        text.push_str(&with_colour(line));
        text.push('\n');
    }
    text
}

/// How many of them an exception in force covers: it hides nothing and stops no clock.
fn excepted(row: &Row) -> String {
    match row.excepted_total {
        0 => String::new(),
        covered => format!("\n{covered} excepted"),
    }
}

fn cells(row: &Row, people: &People) -> Vec<String> {
    let owner = row.owner.as_deref().map(|id| people.name(id)).unwrap_or_default();
    let date = match (row.ended_at, row.due_at) {
        (Some(ended), _) => format!("ended {}", moment::day(ended)),
        (None, Some(due)) if row.overdue => format!("overdue {}", moment::day(due)),
        (None, Some(due)) => format!("due {}", moment::day(due)),
        (None, None) => String::new(),
    };
    vec![
        row.reference.clone(),
        format!("{}\naffects {}{}", row.severity, row.affected_total, excepted(row)),
        row.status.clone(),
        if owner.is_empty() { date } else { format!("{owner}\n{date}") },
        format!("{}\n{}", row.rule, row.root_cause),
    ]
}

/// The first severity of a line is the one of its column; a cell with colour in it would be
/// measured wrongly.
fn with_colour(line: &str) -> String {
    let severity = ["critical", "high", "medium", "low"]
        .into_iter()
        .filter_map(|it| line.find(&format!(" {it} ")).map(|at| (at, it)))
        .min();
    let line = match severity {
        Some((_, word)) => line.replacen(word, &coloured(word, word), 1),
        None => line.to_owned(),
    };
    line.replacen(" overdue ", &format!(" {} ", "overdue".red().bold()), 1)
}
