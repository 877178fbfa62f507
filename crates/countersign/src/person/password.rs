//! `countersign person password` and `person sign-out`: for whoever runs the database. They work on the
//! store itself, because before the first password nobody can sign in.

use std::io::{IsTerminal as _, Read as _};

use clap::Args;
use countersign_server::auth::{NotSigned, account, password, session};
use countersign_store::Kind;
use secrecy::{ExposeSecret as _, SecretString};

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;
use crate::token::named;

/// Name of the variable that holds a password.
const VARIABLE: &str = "COUNTERSIGN_PASSWORD";

/// Set the password by which a person signs in to the pages
///
/// It is read from standard input or from COUNTERSIGN_PASSWORD, never from an argument, which every
/// account of the machine can see. Whatever sessions and unspent sign-in links the person has are over
/// with it.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: COUNTERSIGN_PASSWORD='a long enough one' countersign person password \"Marieke Groeneveld\" --data .countersign/demo"
)]
pub(super) struct Password {
    /// Whole name or id
    #[arg(value_name = "NAME|ID")]
    person: String,
    /// Name to sign in with, where it is not the person's in lower case with dashes
    #[arg(long, value_name = "NAME")]
    sign_in_name: Option<String>,
    #[command(flatten)]
    instance: Instance,
}

/// End all sessions of a person at once, and the sign-in links they have not spent
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign person sign-out \"Marieke Groeneveld\" --data .countersign/demo"
)]
pub(super) struct SignOut {
    /// Whole name or id
    #[arg(value_name = "NAME|ID")]
    person: String,
    #[command(flatten)]
    instance: Instance,
}

impl Password {
    pub(super) fn run(self) -> Exit {
        output::finish(block_on(self.set()))
    }

    async fn set(self) -> Result<Exit, Failure> {
        let words = words()?;
        let door = self.instance.door().await?;
        let person = named(&door, &self.person).await?;
        let name = match self.sign_in_name {
            Some(name) => name,
            None => {
                let row = countersign_server::ask::person::one(&door, &person.to_string()).await;
                let row = row.map_err(|error| Failure::fault(error.to_string()))?;
                account::usual_name(&row.map(|row| row.name).unwrap_or_default())
            }
        };
        account::set(&door, person, &name, words.expose_secret())
            .await
            .map_err(|no| failed(&no))?;
        door.store.close().await;
        output::write(None, &output::plain(&format!("signs in as {}\n", name.to_lowercase())))
            .map(|()| Exit::Done)
    }
}

impl SignOut {
    pub(super) fn run(self) -> Exit {
        output::finish(block_on(async {
            let door = self.instance.door().await?;
            let person = named(&door, &self.person).await?;
            let ended = session::end_all(&door, person).await;
            let ended = ended.map_err(|error| Failure::fault(error.to_string()))?;
            door.store.close().await;
            output::write(None, &format!("{ended} sessions ended\n")).map(|()| Exit::Done)
        }))
    }
}

/// The password, without the line break that a shell puts after it.
fn words() -> Result<SecretString, Failure> {
    if let Ok(words) = std::env::var(VARIABLE) {
        return Ok(SecretString::from(words));
    }
    let stdin = std::io::stdin();
    if stdin.is_terminal() {
        return Err(Failure::malformed(format!(
            "a password typed here would be seen: set {VARIABLE}, or write it to standard input, as in \
             `read -rs P; printf %s \"$P\" | countersign person password NAME`"
        )));
    }
    let most = u64::try_from(password::BYTES_MAX).unwrap_or(u64::MAX).saturating_add(2);
    let mut words = String::new();
    stdin.take(most).read_to_string(&mut words).map_err(|error| {
        Failure::malformed(format!("standard input holds no password: {error}; write UTF-8"))
    })?;
    let words = words.strip_suffix('\n').unwrap_or(&words);
    Ok(SecretString::from(words.strip_suffix('\r').unwrap_or(words).to_owned()))
}

fn failed(no: &NotSigned) -> Failure {
    match no {
        NotSigned::Password(_) | NotSigned::NameTaken(_) | NotSigned::BadName(_) => {
            Failure::malformed(no.to_string())
        }
        NotSigned::Store(fault) if fault.kind() == Kind::Malformed => {
            Failure::malformed(no.to_string())
        }
        NotSigned::Inactive => Failure { exit: Exit::Findings, words: no.to_string() },
        NotSigned::Store(_) | NotSigned::Chance(_) | NotSigned::Unread(_) | NotSigned::Busy(_) => {
            Failure::fault(no.to_string())
        }
    }
}
