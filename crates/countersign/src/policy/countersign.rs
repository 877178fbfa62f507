//! `countersign policy countersign`: the second signature on a proposed policy, which puts it in force.

use clap::Args;
use countersign_governance::{Command, policy};
use countersign_server::act::Asked;

use serde_json::json;

use super::signed::{Signer, Through};
use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Countersign a proposed policy, which puts it in force
///
/// By another person than who proposed it, in the security or the legal seat; neither may stand in for
/// the other. Whose signature it is says the token in COUNTERSIGN_TOKEN. What it changes for open cases says
/// `countersign policy diff --cases`, or the page `/policy`.
#[derive(Debug, Args)]
#[command(after_help = "Example: COUNTERSIGN_TOKEN=... countersign policy countersign c51f4fa0...")]
pub(super) struct Countersign {
    /// Digest of the policy, whole, as `policy adopt` and `policy check` say it
    #[arg(value_name = "DIGEST")]
    digest: String,
    #[command(flatten)]
    instance: Instance,
    #[command(flatten)]
    through: Through,
}

impl Countersign {
    pub(super) fn run(self) -> Exit {
        if !self.through.is_named() {
            return output::finish(block_on(self.countersign()));
        }
        let Self { digest, through, .. } = self;
        let body = json!({ "digest": digest });
        let done = through.change("countersign", &body, async |_| Ok(said(&digest)));
        done.unwrap_or(Exit::Done)
    }

    async fn countersign(self) -> Result<Exit, Failure> {
        let signer = Signer::open(&self.instance).await?;
        let command = Command::Policy(policy::Command::Countersign(self.digest.clone()));
        let asked = Asked::new(signer.actor, command);
        signer.ask(Ok(asked)).await?;
        output::write(None, &said(&self.digest)).map(|()| Exit::Done)
    }
}

fn said(digest: &str) -> String {
    format!("in force now: {digest}\n")
}
