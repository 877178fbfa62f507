//! `countersign init`: the first people and processes of an instance, from two files, before anybody
//! can sign in. Afterwards people are appointed by people.

use std::path::PathBuf;

use clap::Args;
use countersign_server::setup::{self, NotSetUp};

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on, text_of};
use crate::output;

/// Bring in the first people and processes, once
///
/// `people.toml` and `processes.toml` have the form of examples/sample-organisation.
#[derive(Debug, Args)]
#[command(
    after_help = "Example: countersign init --data /tmp/nordhaven --organisation examples/sample-organisation"
)]
pub(crate) struct Init {
    #[command(flatten)]
    instance: Instance,
    /// Folder with `people.toml` and `processes.toml`
    #[arg(long, value_name = "DIR")]
    organisation: PathBuf,
}

impl Init {
    /// Does it and says who is in which seat.
    pub(crate) fn run(self) -> Exit {
        output::finish(block_on(self.set_up()))
    }

    async fn set_up(self) -> Result<Exit, Failure> {
        let people = text_of(&self.organisation.join("people.toml"))?;
        let processes = text_of(&self.organisation.join("processes.toml"))?;
        let (people, processes) = setup::parse(&people, &processes).map_err(failed)?;
        let door = self.instance.door().await?;
        let ids = setup::organisation(&door, &people, &processes).await.map_err(failed)?;
        let mut said = String::new();
        for person in &people.person {
            let seats: Vec<_> = person.seats.iter().map(|seat| seat.as_str()).collect();
            let id = ids.get(&person.id).map(ToString::to_string).unwrap_or_default();
            said.push_str(&format!("{id}  {}  {}\n", person.name, seats.join(", ")));
        }
        said.push_str("give each a token with `countersign token issue --person NAME`\n");
        door.store.close().await;
        output::write(None, &output::plain(&said)).map(|()| Exit::Done)
    }
}

/// A set-up that did not come about, as a command that failed.
pub(crate) fn failed(error: NotSetUp) -> Failure {
    match &error {
        NotSetUp::Malformed(_) => Failure::malformed(error.to_string()),
        NotSetUp::Already => Failure { exit: Exit::Findings, words: error.to_string() },
        NotSetUp::Policy(_) | NotSetUp::Act(_) | NotSetUp::Store(_) | NotSetUp::Chance(_) => {
            Failure::fault(error.to_string())
        }
    }
}
