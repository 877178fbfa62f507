//! `countersign exception propose`

use std::path::PathBuf;

use clap::Args;
use serde::Deserialize;
use serde_json::{Value, json};

use super::draft::Draft;
use crate::client::done::{ChangeFlags, Said};
use crate::client::list::read_row;
use crate::client::people::with_names;
use crate::client::{input, moment};
use crate::exit::{Exit, Failure};

/// Most identities that are named.
const NAMED_MAX: usize = 10;

/// Put an exception forward; what it covers is frozen from what the finding affects now
///
/// A date for `--until` means the end of that day in UTC, until an organisation can have a time zone
/// of its own here.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception propose --finding FN-12 --owner \"Annelies Kuipers\" --need \"discharge letters are drafted from the whole record\" --not-removable \"the export and the reading come with one group\" --would-change \"the group is split with the release of next month\" --control \"the assistant cannot touch the log that shows an export\" --control-owner \"Oliver Pemberton\" --test path-absent=sandbox/records/account/ai-triage-assistant:sandbox/records/entitlement/audit-log.edit --until 14d --token-file .countersign/demo/tokens/annelies-kuipers"
)]
pub(super) struct Propose {
    /// Take it whole from this file, as JSON in the form of the API; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "Draft")]
    from: Option<PathBuf>,
    /// The finding that it is about
    #[arg(long, value_name = "REFERENCE", value_parser = input::reference, required_unless_present = "from", conflicts_with = "from")]
    finding: Option<String>,
    #[command(flatten)]
    draft: Draft,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl Propose {
    pub(super) fn run(self) -> Exit {
        let Self { from, finding, draft, flags } = self;
        flags.run(async move |client| {
            let body = match &from {
                Some(path) => read(path)?,
                None => with(draft.body(client).await?, "finding", json!(finding)),
            };
            let done = client.change(&["exceptions"], &body, None).await?;
            let word = |value: &Value, field: &str| {
                value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let (reference, finding) = (word(&done, "reference"), word(&body, "finding"));
            let until = word(&body, "until");
            let until = until.parse().map_or(until, moment::shown);
            let owner = with_names(client, &word(&body, "owner")).await;
            let now = format!(
                "{reference} is put forward for {finding}, until {until}; {}",
                covers(&done)?
            );
            let next = format!(
                "{owner} accepts it with `countersign exception accept {reference}`; `countersign \
                 exception show {reference}` says what it waits for"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}

/// Whom it covers and whom it does not, as far as it is shown here.
#[derive(Debug, Deserialize)]
struct Covered {
    covers: Vec<String>,
    not_covered_total: u64,
    not_covered_exact: bool,
    left_out: Vec<String>,
}

/// Whom what was put forward covers, in words.
///
/// # Errors
/// When the answer has another form.
pub(super) fn covers(done: &Value) -> Result<String, Failure> {
    Ok(covered(&read_row(done)?))
}

fn covered(it: &Covered) -> String {
    let identities = |count: u64| if count == 1 { "identity" } else { "identities" };
    let named: Vec<&str> = it.covers.iter().take(NAMED_MAX).map(String::as_str).collect();
    let more = match it.covers.len().saturating_sub(NAMED_MAX) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let count = u64::try_from(it.covers.len()).unwrap_or(u64::MAX);
    let mut words = format!("it covers {count} {}: {}{more}", identities(count), named.join(", "));
    let least = if it.not_covered_exact { "" } else { "at least " };
    match it.not_covered_total {
        0 => words.push_str("; that is all whom the finding affects"),
        others => words.push_str(&format!(
            "; {least}{others} more {} stay open, with clocks of their own",
            identities(others)
        )),
    }
    for cut in &it.left_out {
        words.push_str(&format!("; {cut}"));
    }
    words
}

/// The body with one field more.
pub(super) fn with(mut body: Value, field: &str, value: Value) -> Value {
    if let Value::Object(fields) = &mut body {
        fields.insert(field.to_owned(), value);
    }
    body
}

pub(super) fn read(path: &std::path::Path) -> Result<Value, Failure> {
    let text = input::file_or_stdin(path)?;
    serde_json::from_str(&text).map_err(|error| {
        Failure::malformed(format!(
            "`{}` is no JSON ({error}): write it as /openapi.json describes it",
            path.display()
        ))
    })
}
