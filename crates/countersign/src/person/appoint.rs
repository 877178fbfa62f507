//! `countersign person appoint`

use clap::Args;
use jiff::Timestamp;
use jiff::civil::Date;
use serde_json::{Value, json};

use crate::client::done::{ChangeFlags, Said, SeenFlag};
use crate::client::people::{Person, id_of};
use crate::client::send::Client;
use crate::client::{Stopped, input, moment};
use crate::exit::Exit;

/// Appoint somebody to their seats
///
/// With `--name` somebody new; with `--person` somebody known, whose seats, identities, stand-ins,
/// absence and manager are then the ones given here and no others.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person appoint --name \"Ida Holm\" --seat control --token-file .countersign/demo/tokens/rachel-lockwood"
)]
pub(super) struct Appoint {
    #[command(flatten)]
    whom: Whom,
    /// A seat: business, control, security, legal, operations, auditor (may be given again)
    #[arg(long, value_name = "SEAT", required = true, value_parser = SEATS)]
    seat: Vec<String>,
    /// An identity of the access graph that is theirs: nobody signs for what they hold themselves
    /// (may be given again)
    #[arg(long, value_name = "ID")]
    identity: Vec<String>,
    /// None of the identities in the access graph is theirs
    #[arg(long, conflicts_with = "identity")]
    no_identity: bool,
    /// For whom they stand in, until the end of a day or an instant (may be given again)
    #[arg(long, value_name = "NAME|ID=DATE|INSTANT", value_parser = stand_in)]
    stands_in: Vec<(String, Timestamp)>,
    /// The first and the last day on which they are away
    #[arg(long, value_name = "DATE..DATE", value_parser = absence)]
    away: Option<(Date, Date)>,
    /// To whom they report: nobody signs for what somebody above them holds or asked for
    #[arg(long, value_name = "NAME|ID")]
    manager: Option<String>,
    #[command(flatten)]
    seen: SeenFlag,
    #[command(flatten)]
    flags: ChangeFlags,
}

const SEATS: [&str; 6] = ["business", "control", "security", "legal", "operations", "auditor"];

#[derive(Debug, Args)]
#[group(required = true, multiple = false)]
pub(super) struct Whom {
    /// Somebody new, by their name
    #[arg(long, value_name = "NAME", value_parser = input::reference)]
    pub(super) name: Option<String>,
    /// Somebody known, by name or id; say whose identities are theirs again
    #[arg(long, value_name = "NAME|ID")]
    pub(super) person: Option<String>,
}

impl Appoint {
    pub(super) fn run(self) -> Exit {
        let Self { whom, seat, identity, no_identity, stands_in, away, manager, seen, flags } =
            self;
        flags.run(async move |client| {
            let (name, id) = match whom.person {
                None => (whom.name.unwrap_or_default(), None),
                Some(_) if identity.is_empty() && !no_identity => return Err(unsaid()),
                Some(person) => known(client, &person).await?,
            };
            let manager = match manager {
                Some(manager) => Some(id_of(client, &manager).await?),
                None => None,
            };
            let body = json!({
                "name": name,
                "seats": seat,
                "identities": identity,
                "stands_in": deputised(client, stands_in).await?,
                "manager": manager,
                "away": away.map(|(from, until)| json!({ "from": from, "until": until })),
            });
            let path = match &id {
                None => vec!["people"],
                Some(id) => vec!["people", id, "appoint"],
            };
            let done = client.change(&path, &body, seen.seen).await?;
            let subject = done.get("subject").and_then(Value::as_str).unwrap_or_default();
            let now = format!("{name} is appointed: {}; {subject}", seat.join(", "));
            let next = format!("`countersign token issue --person \"{name}\"` gives them a token");
            Ok((done, Said { now, next: id.is_none().then_some(next) }))
        })
    }
}

/// Leaving identities out must not make somebody free to sign for their own access.
pub(super) fn unsaid() -> Stopped {
    let words = "which identities are theirs is said anew with each appointment: give each with \
                 `--identity ID`, or `--no-identity` when there are none";
    Stopped::Failed(crate::exit::Failure::malformed(words))
}

pub(super) async fn known(
    client: &Client,
    person: &str,
) -> Result<(String, Option<String>), Stopped> {
    let id = id_of(client, person).await?;
    let person: Person = client.get(&["people", &id], &[]).await?;
    Ok((person.name, Some(id)))
}

async fn deputised(
    client: &Client,
    stands_in: Vec<(String, Timestamp)>,
) -> Result<Vec<Value>, Stopped> {
    let mut told = Vec::new();
    for (person, until) in stands_in {
        told.push(json!({"person": id_of(client, &person).await?, "until": until}));
    }
    Ok(told)
}

fn absence(text: &str) -> Result<(Date, Date), String> {
    let days = text.split_once("..");
    let days = days.and_then(|(from, until)| Some((from.parse().ok()?, until.parse().ok()?)));
    days.filter(|(from, until)| from <= until)
        .ok_or_else(|| "say the first and the last day: `--away 2026-12-21..2027-01-03`".to_owned())
}

fn stand_in(text: &str) -> Result<(String, Timestamp), String> {
    let Some((person, until)) = text.rsplit_once('=') else {
        return Err("say for whom and until when: `--stands-in \"NAME=2027-01-31\"`".to_owned());
    };
    Ok((input::reference(person)?, moment::end(until)?))
}
