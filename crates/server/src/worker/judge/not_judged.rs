//! Why what was read was not judged this time.

use countersign_store::Fault;

use crate::clock::NoChance;
use crate::door::NotDone;
use crate::graph::Unfinished;
use countersign_store::stage::facts::NotReadBack;

/// Why a run was not judged this time.
#[derive(Debug, thiserror::Error)]
pub enum NotJudged {
    /// The store failed, or the lease is somebody else's.
    #[error("{0}")]
    Store(#[from] Fault),
    /// A finding could not be brought in line.
    #[error("{0}")]
    Act(#[from] NotDone),
    /// No randomness for ids.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// A run was not read back from the store.
    #[error("{0}")]
    NotReadBack(#[from] NotReadBack),
    /// The server ends.
    #[error("the server was told to stop")]
    ToldToStop,
    /// The evaluation was cut short.
    #[error("{0}")]
    Unfinished(#[from] Unfinished),
}
