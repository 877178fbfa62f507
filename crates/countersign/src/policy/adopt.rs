//! `countersign policy adopt`: put the given policy in force, or propose it where the policy in force asks
//! for a second person. Needed when the one that a server is started with is not the one in force.

use clap::Args;
use countersign_governance::policy::Policy;
use countersign_server::adoption;
use serde_json::{Value, json};

use super::signed::{Signer, Through};
use crate::client::Stopped;
use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Put the policy that is given here in force, or propose it, signed from the security seat
///
/// Whose signature it is says the token in COUNTERSIGN_TOKEN. Where the policy in force asks for a second
/// person this only proposes, and another person in the security or the legal seat countersigns within
/// 30 days. A running server takes up by itself what is in force; with --server it is asked itself. Findings of rules that are no longer
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
    #[command(flatten)]
    through: Through,
}

impl Adopt {
    pub(super) fn run(self) -> Exit {
        if self.through.is_named() {
            return self.propose();
        }
        output::finish(block_on(self.adopt()))
    }

    /// Through a running server, which decides by its own policy.
    fn propose(self) -> Exit {
        let wanted = match self.instance.policy() {
            Ok(wanted) => wanted,
            Err(failure) => return output::finish(Err(failure)),
        };
        let files: Vec<Value> =
            wanted.texts.iter().map(|it| json!({ "path": it.name, "text": it.text })).collect();
        let body = json!({ "reason": self.why, "files": files });
        let digest = wanted.digest;
        let done = self.through.change("propose", &body, async |client| {
            let now: Value = client.get(&["policy"], &[]).await?;
            let waits = now.get("proposal").filter(|it| it["digest"] == digest.as_str());
            let until = waits.and_then(|it| it["until"].as_str());
            Ok::<_, Stopped>(words(&digest, until))
        });
        done.unwrap_or(Exit::Done)
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
    let waits = after.and_then(|it| it.proposal.as_ref()).filter(|it| it.digest == digest);
    words(digest, waits.map(|it| it.until.to_string()).as_deref())
}

fn words(digest: &str, until: Option<&str>) -> String {
    match until {
        Some(until) => format!(
            "proposed, and not in force yet: {digest}\nanother person in the security or the legal seat \
             puts it in force until {until}: countersign policy countersign {digest}\n"
        ),
        None => format!("in force now: {digest}\n"),
    }
}
