//! `countersign demo`: a small organisation, a target that can really be changed, and the main job
//! played once from a finding to its proof; then the server goes on. Everything the story does goes
//! through the same door as everything else.

mod cast;
mod nordhaven;
mod story;
mod voice;

use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_server::clock::{Chance, Clock};
use countersign_server::start::{NotStarted, Running, Settings, start};

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;
use crate::serve::{LISTEN, failed, until_told};
use nordhaven::Nordhaven;

/// Play the main job once with an invented hospital group, then leave the server running
///
/// Nothing has to be set up. The target is a sandbox: a process of its own with accounts and grants
/// in its own file, so that every order really changes something and every proof really reads it.
#[derive(Debug, Args)]
#[command(after_help = "Example: countersign demo --fresh")]
pub(crate) struct Demo {
    /// Folder for everything the demo keeps
    #[arg(long, value_name = "DIR", default_value = ".countersign/demo")]
    data: PathBuf,
    /// Begin anew: what an earlier demo left in the folder is removed
    #[arg(long)]
    fresh: bool,
    /// Address and port to listen on
    #[arg(long, value_name = "ADDR:PORT", default_value = LISTEN)]
    listen: SocketAddr,
    /// End when the story has been told
    #[arg(long, hide = true)]
    story_only: bool,
}

impl Demo {
    /// Plays and serves.
    pub(crate) fn run(self) -> Exit {
        output::finish(voice::greet(&self.data).and_then(|()| block_on(self.play())))
    }

    async fn play(self) -> Result<Exit, Failure> {
        let is_new = self.prepare()?;
        let nordhaven = Nordhaven::lay_out(&self.data, is_new)?;
        let running = self.start(&nordhaven).await?;
        let told = if is_new {
            story::tell(&running, &nordhaven, &self.data).await
        } else {
            voice::told_before(&self.data).map(|()| "FN-1".to_owned())
        };
        let next = |finding: String| voice::what_next(running.address, &self.data, &finding);
        let said = told.and_then(next);
        if self.story_only || said.is_err() {
            running.stop().await;
        } else {
            until_told(running).await;
        }
        said.map(|()| Exit::Done)
    }

    /// Whether the folder is new; with `--fresh` it is made so, but only where a demo left it.
    fn prepare(&self) -> Result<bool, Failure> {
        let mark = self.data.join(nordhaven::SANDBOX);
        let is_demo = mark.exists();
        let is_empty = std::fs::read_dir(&self.data).map_or(true, |mut it| it.next().is_none());
        if self.fresh && is_demo {
            std::fs::remove_dir_all(&self.data).map_err(|error| could_not(&self.data, &error))?;
        } else if !is_empty && !is_demo {
            let data = self.data.display();
            return Err(Failure::malformed(format!(
                "`{data}` holds something that is no demo: give another folder with `--data`"
            )));
        } else if is_demo {
            return Ok(false);
        }
        std::fs::create_dir_all(&self.data).map_err(|error| could_not(&self.data, &error))?;
        Ok(true)
    }

    async fn start(&self, nordhaven: &Nordhaven) -> Result<Running, Failure> {
        let instance = Instance::embedded(&self.data);
        let settings = Settings {
            database: instance.database(),
            data: self.data.clone(),
            listen: self.listen,
            config: nordhaven.config()?,
            policy: instance.rules.load()?,
        };
        match start(settings.clone(), Clock::real(), Chance::real()).await {
            // Somebody else has the usual port: any other will do for a demo.
            Err(NotStarted::Listen { .. }) if self.listen.to_string() == LISTEN => {
                let listen = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
                let settings = Settings { listen, ..settings };
                start(settings, Clock::real(), Chance::real()).await.map_err(failed)
            }
            started => started.map_err(failed),
        }
    }
}

fn could_not(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::fault(format!("could not write `{path}`: {error}; give another folder with `--data`"))
}
