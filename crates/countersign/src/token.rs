//! `countersign token`: issue and end tokens. For whoever runs the database: it works on the store
//! itself, and each use of a token acts under the person's own seats.

use clap::{Args, Subcommand};
use countersign_governance::id::PersonId;
use countersign_server::act::Door;
use countersign_server::ask::person::{Row, page};
use countersign_server::token::{self, DAYS_MAX, NotIssued, Scope};
use secrecy::ExposeSecret;

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Issue tokens, and end them
#[derive(Debug, Args)]
#[command(subcommand_required = true, arg_required_else_help = true)]
pub(crate) struct Token {
    #[command(subcommand)]
    verb: Verb,
}

#[derive(Debug, Subcommand)]
enum Verb {
    /// Issue a token for a person; it is shown once and kept nowhere
    #[command(
        after_help = "Example: countersign token issue --data .countersign/demo --person \"Marieke Groeneveld\""
    )]
    Issue(Issue),
    /// End all tokens of a person at once
    #[command(
        after_help = "Example: countersign token revoke --data .countersign/demo --person \"Marieke Groeneveld\""
    )]
    Revoke(Whose),
}

#[derive(Debug, Args)]
struct Issue {
    #[command(flatten)]
    whose: Whose,
    /// What it is good for: `read` asks, `act` also changes
    #[arg(long, value_parser = ["read", "act"], default_value = "act")]
    scope: String,
    /// What it is for, in a word or two
    #[arg(long, default_value = "command line")]
    label: String,
    /// Days that it is good for
    #[arg(long, default_value_t = 30, value_parser = clap::value_parser!(i64).range(1..=DAYS_MAX))]
    days: i64,
}

#[derive(Debug, Args)]
struct Whose {
    #[command(flatten)]
    instance: Instance,
    /// The person's name or id
    #[arg(long, value_name = "NAME|ID")]
    person: String,
}

impl Token {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        output::finish(block_on(async {
            match self.verb {
                Verb::Issue(issue) => issue.run().await,
                Verb::Revoke(whose) => whose.revoke().await,
            }
        }))
    }
}

impl Issue {
    async fn run(self) -> Result<Exit, Failure> {
        let (door, person) = self.whose.find().await?;
        let scope = Scope::parse(&self.scope).unwrap_or(Scope::Read);
        let issued = token::issue(&door, person, scope, &self.label, self.days).await;
        let secret = issued.map_err(|no| failed(&no))?;
        door.store.close().await;
        output::write(None, &format!("{}\n", secret.expose_secret())).map(|()| Exit::Done)
    }
}

fn failed(no: &NotIssued) -> Failure {
    match no {
        NotIssued::Inactive => Failure { exit: Exit::Findings, words: no.to_string() },
        NotIssued::Store(_) | NotIssued::Chance(_) | NotIssued::Unread(_) => {
            Failure::fault(no.to_string())
        }
    }
}

impl Whose {
    async fn revoke(self) -> Result<Exit, Failure> {
        let (door, person) = self.find().await?;
        let ended = token::revoke_all(&door, person).await;
        let ended = ended.map_err(|error| Failure::fault(error.to_string()))?;
        door.store.close().await;
        output::write(None, &format!("{ended} tokens ended\n")).map(|()| Exit::Done)
    }

    async fn find(&self) -> Result<(Door, PersonId), Failure> {
        let door = self.instance.door().await?;
        let person = named(&door, &self.person).await?;
        Ok((door, person))
    }
}

/// The one person of this name or id.
///
/// # Errors
/// When there is none, or more than one.
pub(crate) async fn named(door: &Door, name: &str) -> Result<PersonId, Failure> {
    let mut found: Vec<Row> = Vec::new();
    let mut cursor = None;
    loop {
        let page = page(door, cursor.as_deref(), countersign_store::PAGE_MAX).await;
        let page = page.map_err(|error| Failure::fault(error.to_string()))?;
        found.extend(page.items.into_iter().filter(|row| row.name == name || row.id == name));
        cursor = page.next;
        if cursor.is_none() {
            break;
        }
    }
    match found.as_slice() {
        [one] => one.id.parse().map_err(|_| Failure::fault("an id is damaged: restore a backup")),
        [] => Err(Failure::malformed(format!(
            "nobody is called `{name}`: give the whole name or the id, as `person list` shows them"
        ))),
        many => Err(Failure::malformed(format!(
            "{} people are called `{name}`: give the id, as `person list` shows it",
            many.len()
        ))),
    }
}
