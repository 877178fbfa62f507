//! `countersign person appoint-for-case`

use clap::Args;
use jiff::Timestamp;
use serde_json::{Value, json};

use super::appoint::{Whom, known, unsaid};
use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::{input, moment};
use crate::exit::Exit;

/// Give somebody from outside one seat for one case
///
/// They sign that case from that seat, until the end that is given, and nothing else. With `--name` somebody
/// new; with `--person` somebody who was called in before, whose former case is over then.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person appoint-for-case --name \"Ines Vermeulen\" --case FN-12 --seat control --no-identity --until 14d --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct AppointForCase {
    #[command(flatten)]
    whom: Whom,
    /// The case, such as EX-3 or FN-12
    #[arg(long, value_name = "EX-N|FN-N", value_parser = input::reference)]
    case: String,
    /// The seat: control, legal or security for an exception, control or security for a finding
    #[arg(long, value_name = "SEAT", value_parser = ["control", "legal", "security"])]
    seat: String,
    /// An identity of the access graph that is theirs: nobody signs for what they hold themselves
    /// (may be given again)
    #[arg(long, value_name = "ID")]
    identity: Vec<String>,
    /// None of the identities in the access graph is theirs
    #[arg(long, conflicts_with = "identity")]
    no_identity: bool,
    /// Until the end of a day in UTC, an instant, or so many days from now; at most 90 days
    #[arg(long, value_name = "DATE|INSTANT|DAYS", value_parser = moment::end_in_utc)]
    until: Timestamp,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

impl AppointForCase {
    pub(super) fn run(self) -> Exit {
        let Self { whom, case, seat, identity, no_identity, until, seen, flags } = self;
        flags.run(async move |client| {
            if identity.is_empty() && !no_identity {
                return Err(unsaid());
            }
            let (name, id) = match whom.person {
                None => (whom.name.unwrap_or_default(), None),
                Some(person) => known(client, &person).await?,
            };
            let body = json!({
                "name": name, "seat": seat, "case": case, "identities": identity, "until": until,
            });
            let path = match &id {
                None => vec!["people", "appoint-for-case"],
                Some(id) => vec!["people", id, "appoint-for-case"],
            };
            let done = client.change(&path, &body, seen.seen).await?;
            let subject = done.get("subject").and_then(Value::as_str).unwrap_or_default();
            let now =
                format!("{name} has the {seat} seat for {case} alone, until {until}; {subject}");
            let next = format!("`countersign token issue --person \"{name}\"` gives them a token");
            Ok((done, Said { now, next: Some(next) }))
        })
    }
}
