//! `countersign review decide`

use clap::Args;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Value, json};

use crate::client::done::{ChangeFlags, Said};
use crate::client::list::read_row;
use crate::client::{input, moment};
use crate::exit::Exit;

/// Decide about one item of a review, or about several that are named
///
/// Nothing is suggested and nothing is chosen beforehand. Several at once need one reason for all of them,
/// and that it was done in bulk is kept with each decision.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign review decide RV-1 1 --decision keep --until 60d --reason \"the night shift works with it each day\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Decide {
    /// Reference of the review
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Numbers of the items, each named: there is no "all"
    #[arg(value_name = "ITEM", required = true)]
    items: Vec<i64>,
    /// What you decide
    #[arg(
        long,
        value_name = "DECISION",
        value_parser = ["keep", "revoke", "reduce", "rescope", "short_lived", "just_in_time", "exception", "not_mine"]
    )]
    decision: String,
    /// Until when it is kept: a date that is meant whole, an instant, or days from now (`60d`)
    #[arg(long, value_name = "END", value_parser = moment::end_in_utc)]
    until: Option<Timestamp>,
    /// Why, in a sentence; `-` reads it from standard input
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: Option<String>,
    #[command(flatten)]
    flags: ChangeFlags,
}

/// What came of a decision about several items.
#[derive(Debug, Deserialize)]
struct Came {
    done: Vec<i64>,
    refused: Vec<No>,
}

#[derive(Debug, Deserialize)]
struct No {
    item: i64,
    detail: String,
    next: String,
}

impl Decide {
    pub(super) fn run(self) -> Exit {
        let Self { reference, items, decision, until, reason, flags } = self;
        flags.run(async move |client| {
            let body = json!({
                "decision": decision,
                "until": until.map(|until| until.to_string()),
                "reason": reason,
            });
            if let [item] = items.as_slice() {
                let item = item.to_string();
                let path = ["reviews", &reference, "items", &item, "decide"];
                let done = client.change(&path, &body, None).await?;
                let now = format!("{reference} item {item}: {}", decision.replace('_', " "));
                return Ok((done, Said { now, next: None }));
            }
            let body = json!({ "items": items, "decision": body });
            let came = client.change(&["reviews", &reference, "decide"], &body, None).await?;
            let said = many(&reference, &decision, &read_row(&came)?);
            Ok((as_done(&came), said))
        })
    }
}

/// In the form in which a change is shown.
fn as_done(came: &Value) -> Value {
    let mut came = came.clone();
    if let Some(fields) = came.as_object_mut() {
        fields.insert("sequence".to_owned(), 0.into());
        fields.insert("events".to_owned(), json!(["item.decided.1"]));
    }
    came
}

fn many(reference: &str, decision: &str, came: &Came) -> Said {
    let done: Vec<String> = came.done.iter().map(ToString::to_string).collect();
    let mut now =
        format!("{reference}: {} for items {}", decision.replace('_', " "), done.join(", "));
    if done.is_empty() {
        now = format!("{reference}: nothing was decided");
    }
    for no in &came.refused {
        now.push_str(&format!("; item {} was refused: {}", no.item, no.detail));
    }
    let next = came.refused.first().map(|no| no.next.clone()).filter(|next| !next.is_empty());
    Said { now, next }
}
