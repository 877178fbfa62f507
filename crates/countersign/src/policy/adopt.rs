//! `countersign policy adopt`: put the given policy in force. Needed when the one that a server is started
//! with is not the one in force; a person in the security seat signs for it.

use clap::Args;
use countersign_governance::{Command, policy};
use countersign_server::act::{Asked, NotDone};
use countersign_server::token::{self, Holder, Scope};

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;

/// Put the policy that is given here in force, signed from the security seat
///
/// Whose signature it is says the token in COUNTERSIGN_TOKEN. Findings of rules that are no
/// longer there end as `rule changed` at the server's next start.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: COUNTERSIGN_TOKEN=... countersign policy adopt --policy my-policy"
)]
pub(super) struct Adopt {
    #[command(flatten)]
    instance: Instance,
}

impl Adopt {
    pub(super) fn run(self) -> Exit {
        output::finish(block_on(adopt(self.instance)))
    }
}

async fn adopt(instance: Instance) -> Result<Exit, Failure> {
    let door = instance.door().await?;
    let secret = std::env::var("COUNTERSIGN_TOKEN").unwrap_or_default();
    let checked = token::check(&door.store, &secret, door.clock.now()).await;
    let checked = checked.map_err(|error| Failure::fault(error.to_string()))?;
    let Some(Holder { person, scope: Scope::Act, signed }) = checked else {
        return Err(Failure::malformed(
            "COUNTERSIGN_TOKEN holds no token that may act: `countersign token issue` makes one",
        ));
    };
    let digest = door.policy.digest.clone();
    let command = Command::Policy(policy::Command::Adopt(digest.clone()));
    let done = door.act(Asked::of_person(person, signed, command)).await;
    door.store.close().await;
    match done {
        Ok(_) => output::write(None, &format!("in force now: {digest}\n")).map(|()| Exit::Done),
        Err(NotDone::Refused(refusal)) => {
            let words = format!("{refusal}: {}: {}", refusal.who_could(), refusal.next());
            Err(Failure { exit: Exit::Findings, words })
        }
        Err(error) => Err(Failure::fault(error.to_string())),
    }
}
