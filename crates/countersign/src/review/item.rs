//! `countersign review item`: one item with what stands beside a decision.

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::items::{Row, stands};
use crate::client::list::read_row;
use crate::client::people::People;
use crate::client::table::field;
use crate::client::{Format, Remote, input, moment};
use crate::exit::Exit;
use crate::output;

/// One item of a review with its last use, peers, sources and risk
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review item RV-1 1 --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Item {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Number of the item
    #[arg(value_name = "ITEM")]
    item: i64,
    #[command(flatten)]
    remote: Remote,
    /// How to show it
    #[arg(long, value_enum, default_value_t = Format::Table)]
    format: Format,
}

#[derive(Debug, Deserialize)]
struct Whole {
    #[serde(flatten)]
    row: Row,
    access: Option<Access>,
    due_at: Option<Timestamp>,
    decisions: Vec<Decision>,
    finding: Option<String>,
    finding_status: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Access {
    sources: Vec<Source>,
    sources_total: usize,
    findings: Vec<Part>,
}

#[derive(Debug, Deserialize)]
struct Source {
    node: Named,
    edge: String,
    grantor: Option<String>,
}

#[derive(Debug, Deserialize)]
struct Named {
    name: String,
}

#[derive(Debug, Deserialize)]
struct Part {
    title: String,
    severity: String,
}

#[derive(Debug, Deserialize)]
struct Decision {
    verdict: String,
    by: String,
    at: Timestamp,
    reason: Option<String>,
}

impl Item {
    pub(super) fn run(self) -> Exit {
        let Self { reference, item, remote, format } = self;
        crate::client::run(&remote, format == Format::Json, async move |client| {
            let number = item.to_string();
            let sent: Value = client.get(&["reviews", &reference, "items", &number], &[]).await?;
            if format == Format::Json {
                return Ok(output::json(&sent)?);
            }
            let whole: Whole = read_row(&sent)?;
            let people = People::read(client).await?;
            Ok(words(&reference, &whole, &people))
        })
    }
}

fn words(reference: &str, it: &Whole, people: &People) -> String {
    let row = &it.row;
    let erased = || "erased".to_owned();
    let mut text = field("item", &format!("{reference} {} of {}", row.number, row.system));
    text.push_str(&field("who", &row.identity.clone().unwrap_or_else(erased)));
    text.push_str(&field("has", &row.entitlement.clone().unwrap_or_else(erased)));
    let used =
        row.last_used.map_or_else(|| "nothing is known of its use".to_owned(), moment::shown);
    text.push_str(&field("last use", &used));
    if let Some((have, of)) = row.peers_have.zip(row.peers_of) {
        text.push_str(&field("peers", &format!("{have} of {of} like them have it")));
    }
    if let Some(access) = &it.access {
        text.push_str(&sources(access));
    }
    text.push_str(&field("stands", &stands(row, people)));
    if let Some(due) = it.due_at {
        text.push_str(&field("answer by", &moment::shown(due)));
    }
    for it in &it.decisions {
        let why = it.reason.as_ref().map(|reason| format!(": \u{201c}{reason}\u{201d}"));
        let words = format!(
            "{} by {}, {}{}",
            it.verdict.replace('_', " "),
            people.name(&it.by),
            moment::shown(it.at),
            why.unwrap_or_default()
        );
        text.push_str(&field("decided", &words));
    }
    if let Some((finding, status)) = it.finding.as_ref().zip(it.finding_status.as_ref()) {
        text.push_str(&field("proof", &format!("{finding} is {status}")));
    }
    text
}

fn sources(access: &Access) -> String {
    let mut text = String::new();
    for it in &access.sources {
        let by = it.grantor.as_ref().map(|by| format!(", granted by {by}"));
        let words =
            format!("{} {}{}", it.node.name, it.edge.replace('_', " "), by.unwrap_or_default());
        text.push_str(&field("through", &words));
    }
    let more = access.sources_total.saturating_sub(access.sources.len());
    if more > 0 {
        text.push_str(&field("through", &format!("{more} more")));
    }
    for part in &access.findings {
        text.push_str(&field("risk", &format!("{}: {}", part.severity, part.title)));
    }
    text
}
