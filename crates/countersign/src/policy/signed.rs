//! What the verbs that change the policy share: whose signature it is, by which policy it is decided, and
//! how a refusal is told. With `--server` they ask a running server; without, they work on the database,
//! because a server does not start with a policy that is not in force.

use std::path::PathBuf;

use clap::Args;
use countersign_governance::actor::Actor;
use countersign_governance::policy::Policy;
use countersign_governance::{State, Subject};
use countersign_server::act::{Asked, Committed, Door, NotDone};
use countersign_server::adoption::{self, NotPutForward};
use countersign_server::kept;
use countersign_server::signed::Signed;
use countersign_server::token::{self, Holder, Scope};

use serde_json::Value;

use crate::client::{Remote, Stopped};
use crate::exit::{Exit, Failure};
use crate::instance::Instance;

/// A running server that is asked instead of its database.
#[derive(Debug, Args)]
pub(super) struct Through {
    /// Address of a running server to ask, instead of working on the database
    #[arg(long, value_name = "URL", conflicts_with = "data")]
    server: Option<String>,
    /// File with your token, which only you can read; else COUNTERSIGN_TOKEN holds the token
    #[arg(long, value_name = "FILE", requires = "server")]
    token_file: Option<PathBuf>,
}

impl Through {
    /// Makes the change through the server, and says these words; nothing where none is named.
    pub(super) fn change(
        self,
        verb: &str,
        body: &Value,
        words: impl AsyncFnOnce(&crate::client::send::Client) -> Result<String, Stopped>,
    ) -> Option<Exit> {
        let remote = Remote::of(self.server?, self.token_file);
        Some(crate::client::run(&remote, false, async |client| {
            client.change(&["policy", verb], body, None).await?;
            words(client).await
        }))
    }

    /// Whether one is named.
    pub(super) fn is_named(&self) -> bool {
        self.server.is_some()
    }
}

/// The door, and whoever signs.
pub(super) struct Signer {
    pub(super) door: Door,
    pub(super) actor: Actor,
    signed: Signed,
}

impl Signer {
    /// Opens the door, which decides by the policy in force where that is kept.
    pub(super) async fn open(instance: &Instance) -> Result<Self, Failure> {
        let mut door = instance.door().await?;
        let in_force = adoption::in_force(&door.store).await;
        if let Some(Ok(folder)) = in_force.map_err(|error| Failure::fault(error.to_string()))? {
            door = door.by(folder);
        }
        let secret = std::env::var("COUNTERSIGN_TOKEN").unwrap_or_default();
        let checked = token::check(&door.store, &secret, door.clock.now()).await;
        let checked = checked.map_err(|error| Failure::fault(error.to_string()))?;
        let Some(Holder { person, scope: Scope::Act, signed }) = checked else {
            return Err(Failure::malformed(
                "COUNTERSIGN_TOKEN holds no token that may act: `countersign token issue` makes one",
            ));
        };
        Ok(Self { door, actor: Actor::Person(person), signed })
    }

    /// Asks, and answers how the policy stands afterwards.
    pub(super) async fn ask(
        self,
        asked: Result<Asked, NotPutForward>,
    ) -> Result<(Committed, Option<Policy>), Failure> {
        let asked = asked.map_err(|error| match error {
            NotPutForward::Chance(_) => Failure::fault(error.to_string()),
            NotPutForward::Reason(_) | NotPutForward::TooLarge => {
                Failure::malformed(error.to_string())
            }
        })?;
        let done = self.door.act(asked.shown(self.signed)).await;
        let after = kept::look(&self.door.store, Subject::Policy).await;
        self.door.store.close().await;
        let done = done.map_err(|error| refused(&error))?;
        match after {
            Ok((State::Policy(policy), _)) => Ok((done, policy)),
            Ok(_) => Ok((done, None)),
            Err(error) => Err(Failure::fault(error.to_string())),
        }
    }
}

fn refused(error: &NotDone) -> Failure {
    let NotDone::Refused(refusal) = error else { return Failure::fault(error.to_string()) };
    let parts = [refusal.to_string(), refusal.who_could(), refusal.next().to_owned()];
    let words: Vec<String> = parts.into_iter().filter(|it| !it.is_empty()).collect();
    Failure { exit: Exit::Findings, words: words.join(": ") }
}
