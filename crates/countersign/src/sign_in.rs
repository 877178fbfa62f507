//! `countersign sign-in`: a token for this command line, confirmed by a person in their browser (OAuth 2.0
//! Device Authorization Grant, RFC 8628).

use std::path::PathBuf;
use std::time::{Duration, Instant};

use clap::Args;
use secrecy::{ExposeSecret as _, SecretString};
use serde::{Deserialize, Deserializer};
use serde_json::json;

use crate::client::send::Client;
use crate::client::{Remote, Stopped, token};
use crate::exit::{Exit, Failure};
use crate::instance::block_on;
use crate::output;

/// By how much longer it waits when it is told to slow down (RFC 8628 section 3.5).
const SLOWER: u64 = 5;

/// Longest pause between two questions, whatever a server says, in seconds.
const INTERVAL_MAX: u64 = 60;

/// Longest time that is waited for a person, whatever a server says, in seconds.
const WAIT_MAX: u64 = 3_600;

/// Sign this command line in: you confirm it in your browser
///
/// It prints an address and a code. Open the address where you are signed in, type the code and say yes.
/// What comes of it is a token that is good for a day and acts in your name.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign sign-in --server https://countersign.example.com --token-file ~/.countersign-token"
)]
pub(crate) struct SignIn {
    /// Address of the server
    #[arg(
        long,
        value_name = "URL",
        env = "COUNTERSIGN_SERVER",
        default_value = "http://127.0.0.1:7411"
    )]
    server: String,
    /// File to keep the token in, which only you can read then; without one the token is printed
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// What the page calls this program, so that you know it again
    #[arg(long, value_name = "NAME", default_value = "countersign on the command line")]
    name: String,
}

#[derive(Debug, Deserialize)]
struct Begun {
    #[serde(deserialize_with = "secret")]
    device_code: SecretString,
    user_code: String,
    verification_uri: String,
    expires_in: u64,
    interval: u64,
}

#[derive(Debug, Deserialize)]
struct Given {
    #[serde(deserialize_with = "secret")]
    access_token: SecretString,
}

fn secret<'de, D: Deserializer<'de>>(from: D) -> Result<SecretString, D::Error> {
    String::deserialize(from).map(SecretString::from)
}

impl SignIn {
    /// Does what was asked and says how it ended.
    pub(crate) fn run(self) -> Exit {
        output::finish(block_on(self.sign_in()))
    }

    async fn sign_in(self) -> Result<Exit, Failure> {
        let client = Client::of_nobody(&Remote::of_nobody(self.server))?;
        let given = match signed(&client, &self.name).await {
            Ok(given) => given,
            Err(Stopped::Failed(failure)) => return Err(failure),
            Err(Stopped::Problem(problem)) => {
                output::say(&problem.words(&client).await);
                return Ok(problem.exit());
            }
        };
        let Some(file) = self.token_file else {
            let line = format!("{}\n", given.access_token.expose_secret());
            return output::write(None, &line).map(|()| Exit::Done);
        };
        token::keep(&file, &given.access_token)?;
        let line = format!("signed in; the token is in `{}`\n", file.display());
        output::write(None, &output::plain(&line)).map(|()| Exit::Done)
    }
}

async fn signed(client: &Client, name: &str) -> Result<Given, Stopped> {
    let begun: Begun = client.ask(&["sign-in", "device"], &json!({ "name": name })).await?;
    output::say(&format!("open {} and type the code {}", begun.verification_uri, begun.user_code));
    let until = Duration::from_secs(begun.expires_in.min(WAIT_MAX));
    let mut interval = begun.interval.clamp(1, INTERVAL_MAX);
    let body = json!({ "device_code": begun.device_code.expose_secret() });
    let began = Instant::now();
    loop {
        tokio::time::sleep(Duration::from_secs(interval)).await;
        match client.ask(&["sign-in", "device", "token"], &body).await {
            Ok(given) => return Ok(given),
            Err(Stopped::Problem(problem)) if began.elapsed() < until => match problem.error() {
                "authorization_pending" => {}
                "slow_down" => interval = interval.saturating_add(SLOWER).min(INTERVAL_MAX),
                _ => return Err(Stopped::Problem(problem)),
            },
            Err(stopped) => return Err(stopped),
        }
    }
}
