//! PostgreSQL 15 and later as a target: roles, memberships and privileges of a cluster as facts,
//! orders that take them away, and read-backs that show whether they are gone. Reading and writing use
//! different accounts. Judges nothing, closes nothing, and never shows a type of the client library.

mod batch;
mod class;
mod credential;
mod enforce;
mod fault;
mod grants;
mod id;
mod login;
mod membership;
mod observe;
mod plan;
mod privilege;
mod reach;
mod rights;
mod roles;
mod session;
mod tag;
mod verify;
mod wish;

use countersign_access::change::{Claim, Evidence, Manifest, Order, Preview, Receipt};
use countersign_access::fact::{Chunk, SourceId};
use jiff::Timestamp;
use tokio::sync::mpsc::Sender;

pub use self::credential::Credential;
pub use self::tag::ObjectTag;
use crate::{Fault, Seen};

/// How one cluster is reached.
#[derive(Debug, Clone)]
pub struct Config {
    /// The name under which the system is configured.
    pub system: SourceId,
    /// The account that reads and reads back.
    pub read: Credential,
    /// The account that carries orders out; without it orders are only written down.
    pub write: Option<Credential>,
    /// The databases to read; empty means all that take connections and are no templates.
    pub databases: Vec<String>,
    /// Orders are written down and never carried out, whatever the write account could do.
    pub read_only: bool,
    /// Tags for objects, so that business rules can speak of them.
    pub tags: Vec<ObjectTag>,
    /// Our clock.
    pub clock: fn() -> Timestamp,
}

/// One PostgreSQL cluster.
#[derive(Debug)]
pub struct Postgres {
    config: Config,
}

impl Postgres {
    /// Takes a cluster as configured; connects when asked something.
    #[must_use]
    pub fn new(config: Config) -> Self {
        Self { config }
    }

    pub(crate) fn system(&self) -> &SourceId {
        &self.config.system
    }

    pub(crate) async fn manifest(&self) -> Result<Manifest, Fault> {
        let session = session::Session::open(&self.config.read, None, session::Mode::Read).await?;
        let version = session.about().version_text.clone();
        session.close().await;
        Ok(Manifest {
            kind: "postgres".to_owned(),
            version,
            revoke_membership: true,
            revoke_grant: true,
            disable_account: true,
            secret_fields: vec!["rolpassword".to_owned(), "passwd".to_owned()],
        })
    }

    pub(crate) async fn observe(&self, chunks: Sender<Chunk>) -> Result<Seen, Fault> {
        observe::observe(&self.config, batch::Batch::new(chunks)).await
    }

    pub(crate) async fn preview(&self, order: &Order) -> Result<Preview, Fault> {
        enforce::preview(&self.config, order).await
    }

    pub(crate) async fn enforce(&self, order: &Order) -> Result<Receipt, Fault> {
        enforce::enforce(&self.config, order).await
    }

    pub(crate) async fn verify(&self, claim: &Claim) -> Result<Evidence, Fault> {
        verify::verify(&self.config, claim).await
    }
}
