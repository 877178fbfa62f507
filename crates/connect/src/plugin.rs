//! Any system behind a separate process that speaks plugin protocol 0 (docs/reference/plugin-protocol.md).
//! Reading and writing are two processes with two credentials (law 13). A process that dies, hangs
//! or breaks the protocol is ended and its request fails; the next request starts a new one. What the
//! plugin says about the past or about itself is kept, never judged, here.

mod config;
mod evidence;
mod limit;
mod process;
mod session;
mod trouble;
pub mod wire;

use std::sync::{Arc, Mutex, PoisonError};

use countersign_access::change::{Claim, Evidence, Manifest, Order, Preview, Receipt};
use countersign_access::fact::{Chunk, SourceId};
use serde::de::DeserializeOwned;
use tokio::sync::mpsc::Sender;
use tokio::sync::{Semaphore, SemaphorePermit};

pub use config::Config;
pub use limit::Limits;

use crate::{Fault, Seen};
use limit::PROCESSES_MAX;
use session::{Answered, Session};
use trouble::Trouble;
use wire::{Ask, Done, ReadBack, Role};

/// A configured system behind a plugin.
#[derive(Debug)]
pub struct Plugin {
    config: Arc<Config>,
    read: Line,
    write: Line,
}

/// The processes of one role: at most [`PROCESSES_MAX`] at work, one kept when none is needed.
#[derive(Debug)]
struct Line {
    role: Role,
    turns: Semaphore,
    idle: Mutex<Option<Box<Session>>>,
}

/// An answer, and which of its fields the plugin calls secret.
struct Said<T> {
    answer: T,
    secret_fields: Vec<String>,
}

impl Plugin {
    /// A plugin; nothing is started before it is needed.
    #[must_use]
    pub fn new(config: Config) -> Self {
        let config = Arc::new(config);
        Self { config, read: Line::new(Role::Read), write: Line::new(Role::Write) }
    }

    pub(crate) fn system(&self) -> &SourceId {
        &self.config.system
    }

    pub(crate) async fn manifest(&self) -> Result<Manifest, Fault> {
        let _turn = self.turn(&self.read).await?;
        let (session, answered) = match self.read.idle() {
            Some(mut kept) => {
                let answered = kept.hello().await;
                (kept, answered)
            }
            None => {
                let (session, manifest) = Session::open(&self.config, Role::Read).await?;
                (Box::new(session), Ok(Ok(manifest)))
            }
        };
        self.read.finish(session, answered).await
    }

    pub(crate) async fn observe(&self, chunks: Sender<Chunk>) -> Result<Seen, Fault> {
        let _turn = self.turn(&self.read).await?;
        let mut session = self.session(&self.read).await?;
        let answered = session.observe(&chunks).await;
        let end = self.read.finish(session, answered).await?;
        Ok(Seen { unreadable: end.unreadable })
    }

    pub(crate) async fn preview(&self, order: &Order) -> Result<Preview, Fault> {
        self.ours(order)?;
        let line = if self.config.read_only { &self.read } else { &self.write };
        let ask = Ask::Preview { order: order.clone() };
        let mut preview: Preview = self.ask(line, ask, |_| Ok(())).await?.answer;
        if self.config.read_only {
            preview.obstacles.push(format!(
                "the system `{}` is connected read-only: run the script by hand, then have it verified",
                self.config.system
            ));
        }
        Ok(preview)
    }

    pub(crate) async fn enforce(&self, order: &Order) -> Result<Receipt, Fault> {
        self.ours(order)?;
        if self.config.read_only {
            return Err(Fault::Permanent(format!(
                "the system `{}` is connected read-only: run the script of the preview by hand, then have it verified",
                self.config.system
            )));
        }
        let ask = Ask::Enforce { order: order.clone() };
        let same_key = |done: &Done| {
            if done.key == order.key {
                return Ok(());
            }
            Err(Trouble::WrongKey { asked: order.key.clone(), got: done.key.clone() })
        };
        let Done { key, outcome, statements } = self.ask(&self.write, ask, same_key).await?.answer;
        Ok(Receipt { key, outcome, at: (self.config.clock)(), statements })
    }

    pub(crate) async fn verify(&self, claim: &Claim) -> Result<Evidence, Fault> {
        let read_at = (self.config.clock)();
        let same_claim = |back: &ReadBack| {
            if back.claim == *claim { Ok(()) } else { Err(Trouble::WrongClaim) }
        };
        let ask = Ask::Verify { claim: claim.clone() };
        let said = self.ask(&self.read, ask, same_claim).await?;
        Ok(evidence::of(said.answer, &said.secret_fields, self.system(), read_at))
    }

    async fn ask<T: DeserializeOwned>(
        &self,
        line: &Line,
        ask: Ask,
        check: impl FnOnce(&T) -> Result<(), Trouble>,
    ) -> Result<Said<T>, Fault> {
        let _turn = self.turn(line).await?;
        let mut session = self.session(line).await?;
        let changes = matches!(ask, Ask::Enforce { .. });
        let answered = session.ask::<T>(ask).await.and_then(|answered| match answered {
            Ok(answer) => check(&answer).map(|()| Ok(answer)),
            Err(refused) => Ok(Err(refused)),
        });
        let secret_fields = session.secret_fields();
        let in_doubt = changes && answered.is_err();
        match line.finish(session, answered).await {
            Ok(answer) => Ok(Said { answer, secret_fields }),
            Err(fault) if in_doubt => Err(doubted(fault)),
            Err(fault) => Err(fault),
        }
    }

    async fn turn<'a>(&self, line: &'a Line) -> Result<SemaphorePermit<'a>, Fault> {
        line.turns.acquire().await.map_err(|_| {
            let system = &self.config.system;
            Fault::Transient(format!("the system `{system}` is being closed: try again"))
        })
    }

    async fn session(&self, line: &Line) -> Result<Box<Session>, Fault> {
        match line.idle() {
            Some(session) => Ok(session),
            None => {
                let (session, _) = Session::open(&self.config, line.role).await?;
                Ok(Box::new(session))
            }
        }
    }

    fn ours(&self, order: &Order) -> Result<(), Fault> {
        if order.system == self.config.system {
            return Ok(());
        }
        Err(Fault::Permanent(format!(
            "the order `{}` is for the system `{}`, not for `{}`: send it there",
            order.key, order.system, self.config.system
        )))
    }
}

impl Line {
    fn new(role: Role) -> Self {
        Self { role, turns: Semaphore::new(PROCESSES_MAX), idle: Mutex::new(None) }
    }

    /// The kept process, taken out so that a request that is given up half-way never leaves a
    /// process behind that owes an answer.
    fn idle(&self) -> Option<Box<Session>> {
        let mut kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).take()?;
        kept.is_usable().then_some(kept)
    }

    /// Keeps the process for the next request, or ends it because of what it did.
    async fn finish<T>(
        &self,
        session: Box<Session>,
        answered: Result<Answered<T>, Trouble>,
    ) -> Result<T, Fault> {
        match answered {
            Ok(answered) => {
                let answer = answered.map_err(|refused| session.refused(&refused));
                *self.idle.lock().unwrap_or_else(PoisonError::into_inner) = Some(session);
                answer
            }
            Err(trouble) => Err(session.close(&trouble).await),
        }
    }
}

/// A writing process that broke down may have changed the system before it did.
fn doubted(fault: Fault) -> Fault {
    let doubt = "; whether the order was carried out is not known: read the system back before it is sent again";
    match fault {
        Fault::Transient(text) => Fault::Transient(text + doubt),
        Fault::Permanent(text) => Fault::Permanent(text + doubt),
    }
}
