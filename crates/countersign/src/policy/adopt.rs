//! `countersign policy adopt`: put the given policy in force, or propose it where the policy in force asks
//! for a second person. Needed when the one that a server is started with is not the one in force.

use clap::Args;
use countersign_governance::policy::Policy;
use countersign_server::adoption;

use super::signed::Signer;
use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Put the policy that is given here in force, or propose it, signed from the security seat
///
/// Whose signature it is says the token in COUNTERSIGN_TOKEN. Where the policy in force asks for a second
/// person this only proposes, and another person in the security or the legal seat countersigns within
/// 30 days. A running server takes up by itself what is in force. Findings of rules that are no longer
/// there end as `rule changed`.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: COUNTERSIGN_TOKEN=... countersign policy adopt --policy my-policy --why \"exceptions end after 120 days\""
)]
pub(super) struct Adopt {
    /// Why the policy changes, in a sentence
    #[arg(long, value_name = "TEXT")]
    why: String,
    #[command(flatten)]
    instance: Instance,
}

impl Adopt {
    pub(super) fn run(self) -> Exit {
        output::finish(block_on(self.adopt()))
    }

    async fn adopt(self) -> Result<Exit, Failure> {
        let wanted = self.instance.policy()?;
        let signer = Signer::open(&self.instance).await?;
        let asked = adoption::adopt(&signer.door.chance, signer.actor, &wanted, &self.why);
        let (_, after) = signer.ask(asked).await?;
        output::write(None, &said(&wanted.digest, after.as_ref())).map(|()| Exit::Done)
    }
}

fn said(digest: &str, after: Option<&Policy>) -> String {
    match after.and_then(|it| it.proposal.as_ref()) {
        Some(proposal) if proposal.digest == digest => format!(
            "proposed, and not in force yet: {digest}\nanother person in the security or the legal seat \
             puts it in force until {}: countersign policy countersign {digest}\n",
            proposal.until
        ),
        Some(_) | None => format!("in force now: {digest}\n"),
    }
}
