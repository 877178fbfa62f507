//! `countersign exception renew`

use std::path::PathBuf;

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::draft::Draft;
use super::propose::{covers, read, with};
use crate::client::done::{ChangeFlags, Said};
use crate::client::people::with_names;
use crate::client::{input, moment};
use crate::exit::Exit;

/// Put an exception forward once more; it is a new one, and everybody who signed is asked again
///
/// Nothing of the one before is taken over. What its last period showed is counted and kept with it:
/// `countersign exception show` has it afterwards.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign exception renew EX-6 --owner \"Marieke Groeneveld\" --used-for \"every order of the last weeks went out in one night\" --need \"the wards order at night until the second shift begins\" --not-removable \"the second shift begins after the summer\" --would-change \"two people order from the autumn on\" --control \"nobody who orders for a ward can reach a payment\" --control-owner \"Oliver Pemberton\" --test path-absent=sandbox/erp/role/ward-supplies:sandbox/erp/resource/payments --until 14d --plan \"10d=the second shift is trained and takes the orders over\" --ticket CHG-4711 --token-file .countersign/demo/tokens/marieke-groeneveld"
)]
pub(super) struct Renew {
    /// Reference of the exception that is renewed
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    /// Take it whole from this file, as JSON in the form of the API; `-` reads standard input
    #[arg(long, value_name = "FILE", conflicts_with = "Draft")]
    from: Option<PathBuf>,
    /// What the access was used for in the last period, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence, required_unless_present = "from", conflicts_with = "from")]
    used_for: Option<String>,
    /// A step by which the access goes, as `2027-03-31=what is done` or `30d=what is done`; once for each
    #[arg(long, value_name = "DAY=TEXT", value_parser = step, conflicts_with = "from")]
    plan: Vec<(Timestamp, String)>,
    #[command(flatten)]
    draft: Draft,
    #[command(flatten)]
    flags: ChangeFlags,
}

/// A step of a plan.
fn step(written: &str) -> Result<(Timestamp, String), String> {
    let Some((day, what)) = written.split_once('=') else {
        return Err("give the day, `=` and what is done: `2027-03-31=the role is split`".to_owned());
    };
    Ok((moment::end_in_utc(day.trim())?, input::sentence(what.trim())?))
}

impl Renew {
    pub(super) fn run(self) -> Exit {
        let Self { reference, from, used_for, plan, draft, flags } = self;
        flags.run(async move |client| {
            let body = match &from {
                Some(path) => read(path)?,
                None => {
                    let steps = plan.iter().map(|(by, what)| json!({"what": what, "by": by}));
                    let steps = Value::Array(steps.collect());
                    let body = with(draft.body(client).await?, "used_for", json!(used_for));
                    with(body, "plan", steps)
                }
            };
            let path = ["exceptions", &reference, "renew"];
            let done = client.change(&path, &body, None).await?;
            let word = |value: &Value, field: &str| {
                value.get(field).and_then(Value::as_str).unwrap_or_default().to_owned()
            };
            let renewal = word(&done, "reference");
            let owner = with_names(client, &word(&body, "owner")).await;
            let now = format!("{renewal} renews {reference}, once it is signed; {}", covers(&done)?);
            let next = format!(
                "{owner} accepts it with `countersign exception accept {renewal}`; nobody's signature \
                 was taken over from {reference}"
            );
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
