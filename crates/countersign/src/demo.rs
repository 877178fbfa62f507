//! `countersign demo`: an invented hospital group with ninety days behind it, a target that can really
//! be changed, and the main job played once from a finding to its proof; then the server goes on.
//! Everything that history and story do goes through the same door as everything else.

mod cast;
mod deed;
mod history;
mod hospital;
mod owed;
mod script;
mod sign_in;
mod story;
mod voice;

use std::collections::BTreeMap;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use countersign_governance::id::PersonId;
use countersign_server::clock::{Chance, Clock};
use countersign_server::start::{Held, LOCK, NotStarted, Running, Settings, hold, start_in};
use tokio::net::TcpListener;

use crate::exit::{Exit, Failure};
use crate::instance::{Instance, block_on};
use crate::output;
use crate::serve::{LISTEN, failed, until_told};
use hospital::Hospital;

/// The people by their key in the sample, with their ids in the ledger.
type Ids = BTreeMap<String, PersonId>;

/// Where this is, a demo has been; it names the finding of the story once that has been told.
const MARK: &str = "demo";

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
        let (held, told) = self.prepare().await?;
        let hospital = Hospital::lay_out(&self.data, told.is_none())?;
        let begun = self.begin(&held, &hospital, told.is_some()).await;
        let (running, ids) = match begun {
            Ok(begun) => begun,
            Err(failure) => {
                // What no story was begun in is nothing to begin anew.
                if told.is_none() {
                    self.clear().map_err(|error| could_not(&self.data, &error))?;
                }
                return Err(failure);
            }
        };
        let told = match told {
            Some(finding) => voice::told_before(&self.data).map(|()| finding),
            None => self.tell(&running, &hospital, &ids).await,
        };
        let said = match told {
            Ok(finding) => sign_in::links(&running)
                .await
                .and_then(|()| voice::what_next(running.address, &self.data, &finding)),
            Err(failure) => Err(failure),
        };
        if self.story_only || said.is_err() {
            running.stop().await;
        } else {
            until_told(running).await?;
        }
        said.map(|()| Exit::Done)
    }

    /// Makes the days before today where they are not there yet, and starts the server for today.
    async fn begin(
        &self,
        held: &Held,
        hospital: &Hospital,
        is_told: bool,
    ) -> Result<(Running, Ids), Failure> {
        let settings = self.settings(hospital).await?;
        let mut ids = Ids::new();
        if !is_told {
            ids = history::make(held.clone(), settings.clone(), hospital).await?;
        }
        let started = start_in(held.clone(), settings, Clock::real(), Chance::real()).await;
        Ok((started.map_err(failed)?, ids))
    }

    async fn tell(
        &self,
        running: &Running,
        hospital: &Hospital,
        ids: &Ids,
    ) -> Result<String, Failure> {
        let finding = story::tell(running, hospital, (&self.data, ids)).await?;
        let mark = self.data.join(MARK);
        std::fs::write(&mark, &finding).map_err(|error| could_not(&mark, &error))?;
        Ok(finding)
    }

    /// Takes the folder for this demo; with `--fresh` it is emptied, but only where a demo left it.
    /// Answers the finding of the story where it was told here before.
    async fn prepare(&self) -> Result<(Held, Option<String>), Failure> {
        let mark = self.data.join(MARK);
        if !mark.exists() && !self.is_empty() {
            let data = self.data.display();
            return Err(Failure::malformed(format!(
                "`{data}` holds something that is no demo: give another folder with `--data`"
            )));
        }
        let held = hold(&self.data).await.map_err(failed)?;
        if self.fresh && mark.exists() {
            self.clear().map_err(|error| could_not(&self.data, &error))?;
        }
        match std::fs::read_to_string(&mark) {
            Ok(finding) if finding.is_empty() => Err(Failure {
                exit: Exit::Findings,
                words: format!(
                    "a demo in `{}` was broken off before its story was told: begin anew with \
                     `--fresh`",
                    self.data.display()
                ),
            }),
            Ok(finding) => Ok((held, Some(finding))),
            Err(_) => {
                std::fs::write(&mark, "").map_err(|error| could_not(&mark, &error))?;
                Ok((held, None))
            }
        }
    }

    /// A lock alone is what a demo left that was broken off at once.
    fn is_empty(&self) -> bool {
        let Ok(entries) = std::fs::read_dir(&self.data) else { return !self.data.exists() };
        entries.flatten().all(|entry| entry.file_name() == LOCK)
    }

    /// Removes all but the lock, by which the folder is ours, and the mark last, by which it may be
    /// removed.
    fn clear(&self) -> std::io::Result<()> {
        for entry in std::fs::read_dir(&self.data)? {
            let entry = entry?;
            if entry.file_name() == LOCK || entry.file_name() == MARK {
                continue;
            }
            if entry.file_type()?.is_dir() {
                std::fs::remove_dir_all(entry.path())?;
            } else {
                std::fs::remove_file(entry.path())?;
            }
        }
        std::fs::remove_file(self.data.join(MARK))
    }

    async fn settings(&self, hospital: &Hospital) -> Result<Settings, Failure> {
        let instance = Instance::embedded(&self.data);
        let policy = hospital.policy.is_dir().then_some(hospital.policy.as_path());
        Ok(Settings {
            database: instance.database(),
            data: self.data.clone(),
            listen: self.free_port().await?,
            config: hospital.config()?,
            policy: instance.with_policy(policy).policy()?,
        })
    }

    /// Where to listen, known to be free before the history is made.
    async fn free_port(&self) -> Result<SocketAddr, Failure> {
        match TcpListener::bind(self.listen).await {
            Ok(_) => Ok(self.listen),
            // Somebody else has the usual port: any other will do for a demo.
            Err(_) if self.listen.to_string() == LISTEN => {
                Ok(SocketAddr::from((Ipv4Addr::LOCALHOST, 0)))
            }
            Err(source) => Err(failed(NotStarted::Listen { address: self.listen, source })),
        }
    }
}

fn could_not(path: &Path, error: &std::io::Error) -> Failure {
    let path = path.display();
    Failure::fault(format!("could not write `{path}`: {error}; give another folder with `--data`"))
}
