//! The other end of the HTTP API: which server, whose token, and how what came back is told. What is
//! asked stands with its noun (`finding`, `person` and so on). Decides nothing: a refusal is the
//! server's, and is handed on in its own words.

pub(crate) mod csv;
pub(crate) mod done;
pub(crate) mod entry;
pub(crate) mod input;
pub(crate) mod list;
pub(crate) mod moment;
pub(crate) mod people;
pub(crate) mod problem;
pub(crate) mod send;
pub(crate) mod table;
pub(crate) mod token;
pub(crate) mod told;

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use crate::exit::{Exit, Failure};
use crate::instance::block_on;
use crate::output;
use problem::Problem;
use send::Client;

/// Where the server is and whose word counts.
#[derive(Debug, Clone, Args)]
pub(crate) struct Remote {
    /// Address of the server
    #[arg(
        long,
        value_name = "URL",
        env = "COUNTERSIGN_SERVER",
        default_value = "http://127.0.0.1:7411"
    )]
    server: String,
    /// File with your token, which only you can read; else `COUNTERSIGN_TOKEN` holds the token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
}

impl Remote {
    /// A server, and the file with the token for it.
    pub(crate) fn of(server: String, token_file: Option<PathBuf>) -> Self {
        Self { server, token_file }
    }

    /// A server to which nobody shows a token.
    pub(crate) fn of_nobody(server: String) -> Self {
        Self { server, token_file: None }
    }
}

/// How one record or what came of a change is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(crate) enum Format {
    /// For people
    Table,
    /// For programs, as the server sent it
    Json,
}

/// Why nothing came of it.
#[derive(Debug)]
pub(crate) enum Stopped {
    /// The server says no, or why it cannot.
    Problem(Box<Problem>),
    /// It did not get that far.
    Failed(Failure),
}

impl From<Failure> for Stopped {
    fn from(failure: Failure) -> Self {
        Self::Failed(failure)
    }
}

/// Does something with a server, prints what it answers, and says how it ended. A problem is told in
/// words on standard error; who asked for JSON gets it as JSON too.
pub(crate) fn run(
    remote: &Remote,
    wants_json: bool,
    work: impl AsyncFnOnce(&Client) -> Result<String, Stopped>,
) -> Exit {
    output::finish(block_on(async {
        let client = Client::new(remote)?;
        match work(&client).await {
            Ok(text) => output::write(None, &text).map(|()| Exit::Done),
            Err(Stopped::Failed(failure)) => Err(failure),
            Err(Stopped::Problem(problem)) => {
                let words = problem.words(&client).await;
                if wants_json {
                    output::write(None, &output::json(&problem.sent)?)?;
                }
                output::say(&words);
                Ok(problem.exit())
            }
        }
    }))
}
