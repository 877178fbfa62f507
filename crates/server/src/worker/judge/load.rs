//! Reads a stored run back, whole or not at all: what is stored must have the digest that the run was
//! accepted with, because facts that are lost here would look like access that is gone.

use countersign_access::fact::{Chunk, Run, Unreadable};
use countersign_store::{Fault, Store, stage};
use sha2::{Digest, Sha256};

use super::not_judged::NotJudged;
use super::said::Said;
use crate::graph::aside;

/// The facts of an accepted run. One that is torn is an error until its source was read completely
/// again; from then on it is a read that saw nothing, which adds nothing and ends nothing.
pub(super) async fn load(
    store: &Store,
    run: &stage::run::Run,
    said: &mut Said,
) -> Result<Run, NotJudged> {
    match whole(store, run).await {
        Err(NotJudged::Torn(id)) if is_read_again(store, &id).await? => {
            said.aside(&id);
            let why = "what was stored of this read is incomplete".to_owned();
            let unreadable = vec![Unreadable { place: format!("run `{id}`"), why }];
            let (source, read_at) = (run.source.clone(), run.read_at);
            Ok(Run { source, read_at, unreadable, facts: Chunk::default() })
        }
        other => other,
    }
}

async fn whole(store: &Store, run: &stage::run::Run) -> Result<Run, NotJudged> {
    let mut gathered = Gathered::default();
    for n in 0..stage::CHUNKS_MAX {
        let Some(json) = stage::chunk_json(store, &run.id, n).await? else { break };
        let id = run.id.clone();
        gathered = aside(move || gathered.with(&id, n, &json)).await??;
    }
    let unreadable = run.unreadable.clone();
    let says_why = run.complete || !unreadable.is_empty();
    if !says_why || run.digest != Some(gathered.digest()) {
        return Err(NotJudged::Torn(run.id.clone()));
    }
    let (source, read_at) = (run.source.clone(), run.read_at);
    Ok(Run { source, read_at, unreadable, facts: gathered.facts })
}

/// Whether a later complete read stands for this one.
async fn is_read_again(store: &Store, run: &str) -> Result<bool, Fault> {
    let visible = stage::run::visible(store, i64::MAX).await?;
    Ok(!visible.iter().any(|it| it.id == run))
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
