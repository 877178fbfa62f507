//! `countersign finding settle`

use clap::Args;
use jiff::Timestamp;
use serde_json::json;

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::{input, moment};
use crate::exit::Exit;

/// Answer a dispute; the security seat does, and never the owner of the case
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign finding settle FN-27 --reject --reason \"one person must never do both\" --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Settle {
    /// Reference of the finding
    #[arg(value_name = "REFERENCE", value_parser = input::reference)]
    reference: String,
    #[command(flatten)]
    answer: Answer,
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT", value_parser = input::sentence)]
    reason: String,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
struct Answer {
    /// It is not toxic here until then: the end of a day on this machine's clock, or an instant
    #[arg(long, value_name = "DATE|INSTANT", value_parser = moment::end)]
    not_toxic_until: Option<Timestamp>,
    /// It is toxic: the dispute is rejected
    #[arg(long)]
    reject: bool,
}

impl Settle {
    pub(super) fn run(self) -> Exit {
        let Self { reference, answer, reason, seen, flags } = self;
        flags.run(async move |client| {
            let until = answer.not_toxic_until;
            let body = json!({"reason": reason, "not_toxic_until": until});
            let done = client.change(&["findings", &reference, "settle"], &body, seen.seen).await?;
            let said = match until {
                Some(until) => {
                    let until = moment::shown(until);
                    Said { now: format!("{reference} is not toxic until {until}"), next: None }
                }
                None => {
                    let now = format!("the dispute of {reference} is rejected");
                    let next = format!("`countersign finding show {reference}` says who goes on");
                    Said { now, next: Some(next) }
                }
            };
            Ok((done, said))
        })
    }
}
