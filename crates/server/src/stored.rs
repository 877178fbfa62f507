//! Reads a stored run back, whole or not at all: what is stored must have the digest that the run was
//! offered with, because facts that are lost here would look like access that is gone.

use countersign_access::fact::{Chunk, Run};
use countersign_store::{Fault, Store, stage};
use sha2::{Digest, Sha256};

use crate::graph::{Unfinished, aside};

/// Why a run was not read back.
#[derive(Debug, thiserror::Error)]
pub enum NotReadBack {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// What is stored of a run is not what was read.
    #[error("run `{0}` is incomplete in the store: restore a backup or read the system again")]
    Torn(String),
    /// Unpacking it was cut short.
    #[error("{0}")]
    Unfinished(#[from] Unfinished),
}

/// The facts of a run.
///
/// # Errors
/// [`NotReadBack::Torn`] when they are not those that were read.
pub(crate) async fn whole(store: &Store, run: &stage::run::Run) -> Result<Run, NotReadBack> {
    let mut gathered = Gathered::default();
    for n in 0..stage::CHUNKS_MAX {
        let Some(json) = stage::chunk_json(store, &run.id, n).await? else { break };
        let id = run.id.clone();
        gathered = aside(move || gathered.with(&id, n, &json)).await??;
    }
    let unreadable = run.unreadable.clone();
    let says_why = run.complete || !unreadable.is_empty();
    if !says_why || run.digest != Some(gathered.digest()) {
        return Err(NotReadBack::Torn(run.id.clone()));
    }
    let (source, read_at) = (run.source.clone(), run.read_at);
    Ok(Run { source, read_at, unreadable, facts: gathered.facts })
}

/// What was read back so far.
#[derive(Default)]
struct Gathered {
    facts: Chunk,
    hash: Sha256,
}

impl Gathered {
    fn with(mut self, run: &str, n: i64, json: &[u8]) -> Result<Self, Fault> {
        let chunk = stage::parse_chunk(run, n, json)?;
        self.hash.update(json);
        self.facts.nodes.extend(chunk.nodes);
        self.facts.edges.extend(chunk.edges);
        Ok(self)
    }

    /// As the reader of the system made it of the chunks that it stored.
    fn digest(&self) -> String {
        let hash: [u8; 32] = self.hash.clone().finalize().into();
        format!("sha256:{}", countersign_ledger::tree::Hash(hash))
    }
}
