//! Real systems, one folder each: observe what stands there, enforce an order, read back whether a
//! claim holds. A connector closes nothing (law 5): it hands over facts and evidence. `enforce` and
//! `observe` use different credentials (law 13).

mod csv;
pub mod file;
mod kubernetes;
pub mod plugin;
pub mod postgres;
mod reading;

use countersign_access::change::{Claim, Evidence, Manifest, Order, Preview, Receipt};
use countersign_access::fact::{Chunk, SourceId, Unreadable};
use tokio::sync::mpsc::Sender;

/// A configured system.
#[derive(Debug)]
pub enum Connector {
    /// PostgreSQL roles and grants.
    Postgres(postgres::Postgres),
    /// Any system behind a separate process that speaks the plugin protocol.
    Plugin(plugin::Plugin),
}

/// Why a system could not be asked or changed.
#[derive(Debug, thiserror::Error)]
pub enum Fault {
    /// May work when tried again: unreachable, timed out, too many connections.
    #[error("{0}")]
    Transient(String),
    /// Will not work until somebody changes something: denied, wrong address, unknown object.
    #[error("{0}")]
    Permanent(String),
}

/// What a read saw, apart from the facts themselves.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Seen {
    /// What could not be read; empty means complete.
    pub unreadable: Vec<Unreadable>,
}

impl Connector {
    /// The name under which the system is configured.
    #[must_use]
    pub fn system(&self) -> &SourceId {
        match self {
            Self::Postgres(it) => it.system(),
            Self::Plugin(it) => it.system(),
        }
    }

    /// What the system can do.
    ///
    /// # Errors
    /// When it cannot be reached or asked.
    pub async fn manifest(&self) -> Result<Manifest, Fault> {
        match self {
            Self::Postgres(it) => it.manifest().await,
            Self::Plugin(it) => it.manifest().await,
        }
    }

    /// Reads everything the read credential can see and sends it in chunks of bounded size.
    ///
    /// # Errors
    /// When nothing can be read at all. What is denied in part is in [`Seen::unreadable`].
    pub async fn observe(&self, chunks: Sender<Chunk>) -> Result<Seen, Fault> {
        match self {
            Self::Postgres(it) => it.observe(chunks).await,
            Self::Plugin(it) => it.observe(chunks).await,
        }
    }

    /// Says what an order would run, how it is undone, and why it could not be done.
    ///
    /// # Errors
    /// When the system cannot be asked.
    pub async fn preview(&self, order: &Order) -> Result<Preview, Fault> {
        match self {
            Self::Postgres(it) => it.preview(order).await,
            Self::Plugin(it) => it.preview(order).await,
        }
    }

    /// Carries an order out under the write credential. Idempotent under the order's key.
    ///
    /// # Errors
    /// When it was refused or could not be done.
    pub async fn enforce(&self, order: &Order) -> Result<Receipt, Fault> {
        match self {
            Self::Postgres(it) => it.enforce(order).await,
            Self::Plugin(it) => it.enforce(order).await,
        }
    }

    /// Reads the system back under the read credential and says whether the claim holds.
    ///
    /// # Errors
    /// When the system cannot be asked at all.
    pub async fn verify(&self, claim: &Claim) -> Result<Evidence, Fault> {
        match self {
            Self::Postgres(it) => it.verify(claim).await,
            Self::Plugin(it) => it.verify(claim).await,
        }
    }
}
