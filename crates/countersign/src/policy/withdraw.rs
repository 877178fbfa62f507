//! `countersign policy withdraw`: end the proposal of a policy. Who proposed it takes it back; anybody else
//! who may do this rejects it.

use clap::Args;
use countersign_server::adoption;

use serde_json::json;

use super::signed::{Signer, Through};
use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Take a proposed policy back, or reject it
///
/// By anybody in the security or the legal seat. Whose word it is says the token in COUNTERSIGN_TOKEN.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: COUNTERSIGN_TOKEN=... countersign policy withdraw --why \"one tier is missing in it\""
)]
pub(super) struct Withdraw {
    /// Why, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    instance: Instance,
    #[command(flatten)]
    through: Through,
}

/// What is said once it is done.
const SAID: &str = "not proposed any more\n";

impl Withdraw {
    pub(super) fn run(self) -> Exit {
        if !self.through.is_named() {
            return output::finish(block_on(self.withdraw()));
        }
        let body = json!({ "reason": self.why });
        let done = self.through.change("withdraw", &body, async |_| Ok(SAID.to_owned()));
        done.unwrap_or(Exit::Done)
    }

    async fn withdraw(self) -> Result<Exit, Failure> {
        let signer = Signer::open(&self.instance).await?;
        let asked = adoption::withdraw(&signer.door.chance, signer.actor, &self.why);
        signer.ask(asked).await?;
        output::write(None, SAID).map(|()| Exit::Done)
    }
}
