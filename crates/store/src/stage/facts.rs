//! Reads stored runs back, whole or not at all: what is stored must have the digest that the run was
//! offered with, because facts that are lost here would look like access that is gone. Chunks are fetched
//! while earlier ones are opened, on all cores; sources are read side by side.

use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_ledger::tree::Hash;
use sha2::{Digest as _, Sha256};
use tokio::task::{JoinHandle, JoinSet};

use super::form::{self, Damaged, Part};
use super::run;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Ask;
use crate::value::{Row, args};

const CHUNKS: &str =
    "select n, digest, bytes from chunk where run = $1 and n >= $2 order by n limit $3";

/// Chunks that are fetched and opened together.
const CHUNKS_AT_ONCE: i64 = 4;

/// Runs that are read back at once; each holds one connection now and then.
const RUNS_AT_ONCE: usize = 4;

/// Batches of one run that are open at once at the most.
const OPENING_MAX: usize = 2;

/// Most places that are made ready because a run says that it holds as many facts; more are made when they
/// come.
const READY_MAX: u64 = 1 << 25;

/// Why a run was not read back.
#[derive(Debug, thiserror::Error)]
pub enum NotReadBack {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// What is stored of a run is not what was read.
    #[error("run `{0}` is incomplete in the store: restore a backup or read the system again")]
    Torn(String),
    /// A part of it is not what was stored.
    #[error(
        "part {part} of run `{run}` is damaged in the store ({why}): restore a backup or read the \
         system again"
    )]
    Damaged {
        /// Which run.
        run: String,
        /// Which of its chunks, from 0.
        part: i64,
        /// What is wrong with it.
        why: String,
    },
}

/// The digest of a run: of the digests of its chunks, in their order.
#[derive(Debug, Clone, Default)]
pub struct RunDigest(Sha256);

impl RunDigest {
    /// Takes in the next chunk, by the digest that [`Store::put_chunk`] answered.
    pub fn add(&mut self, chunk: Hash) {
        self.0.update(chunk.0);
    }

    fn part(&mut self, part: &Part) {
        match part {
            Part::Digest(digest) => self.add(*digest),
            Part::Json(json) => self.0.update(json),
        }
    }

    /// As an event holds it.
    #[must_use]
    pub fn to_text(&self) -> String {
        let hash: [u8; 32] = self.0.clone().finalize().into();
        format!("sha256:{}", Hash(hash))
    }
}

/// How far runs have been read back, for whoever waits; clones share it.
#[derive(Debug, Clone, Default)]
pub struct Progress(Arc<Vec<Reading>>);

/// One run that is read back.
#[derive(Debug)]
pub struct Reading {
    /// Who says so.
    pub source: SourceId,
    /// Edges that the run holds, as was counted when it was read.
    pub edges: u64,
    /// Nodes that it holds.
    pub nodes: u64,
    read: [AtomicU64; 2],
}

impl Progress {
    /// Of these runs, none of which has begun.
    #[must_use]
    pub fn of(runs: &[run::Run]) -> Self {
        let reading = |run: &run::Run| {
            let run::Counted { nodes, edges } = run.counted();
            Reading { source: run.source.clone(), edges, nodes, read: Default::default() }
        };
        Self(Arc::new(runs.iter().map(reading).collect()))
    }

    /// Each run, in their order.
    #[must_use]
    pub fn runs(&self) -> &[Reading] {
        &self.0
    }

    fn add(&self, run: usize, facts: &Chunk) {
        let Some(reading) = self.0.get(run) else { return };
        for (sum, more) in reading.read.iter().zip([facts.nodes.len(), facts.edges.len()]) {
            sum.fetch_add(u64::try_from(more).unwrap_or_default(), Ordering::Relaxed);
        }
    }
}

impl Reading {
    /// Edges that were read back so far.
    #[must_use]
    pub fn edges_read(&self) -> u64 {
        let [_, edges] = &self.read;
        edges.load(Ordering::Relaxed)
    }

    /// Nodes that were read back so far.
    #[must_use]
    pub fn nodes_read(&self) -> u64 {
        let [nodes, _] = &self.read;
        nodes.load(Ordering::Relaxed)
    }
}

/// The facts of a run.
///
/// # Errors
/// [`NotReadBack`] when they are not those that were read.
pub async fn whole(store: &Store, run: &run::Run) -> Result<Run, NotReadBack> {
    one(store, run, (0, &Progress::default())).await
}

/// The facts of several runs, each in the place of its run and each for itself whole or not at all. Ends
/// early when the one who waits goes away.
///
/// # Errors
/// When the database cannot answer.
pub async fn all(
    store: &Store,
    runs: &[run::Run],
    progress: &Progress,
) -> Result<Vec<Result<Run, NotReadBack>>, Fault> {
    let mut places: Vec<Option<Result<Run, NotReadBack>>> = runs.iter().map(|_| None).collect();
    let mut waiting = runs.iter().cloned().enumerate();
    let mut reading = JoinSet::new();
    loop {
        while reading.len() < RUNS_AT_ONCE
            && let Some((at, run)) = waiting.next()
        {
            let (store, progress) = (store.clone(), progress.clone());
            reading.spawn(async move { (at, one(&store, &run, (at, &progress)).await) });
        }
        let Some(done) = reading.join_next().await else { break };
        let (at, read) = done.map_err(broken_off)?;
        if let Err(NotReadBack::Store(fault)) = read {
            return Err(fault);
        }
        if let Some(place) = places.get_mut(at) {
            *place = Some(read);
        }
    }
    Ok(places.into_iter().flatten().collect())
}

async fn one(
    store: &Store,
    run: &run::Run,
    (at, progress): (usize, &Progress),
) -> Result<Run, NotReadBack> {
    let mut gathered = Gathered::of(run);
    let mut opening: VecDeque<JoinHandle<Result<Opened, NotReadBack>>> = VecDeque::new();
    let mut next = Some(0);
    loop {
        while let Some(from) = next
            && opening.len() < OPENING_MAX
        {
            let rows = store.ask(CHUNKS, args![&run.id, from, CHUNKS_AT_ONCE]).await?;
            let is_last = i64::try_from(rows.len()).is_ok_and(|it| it < CHUNKS_AT_ONCE);
            let after = from.saturating_add(CHUNKS_AT_ONCE);
            next = (!is_last).then_some(after);
            let (id, room) = (run.id.clone(), gathered.room.pop().unwrap_or_default());
            opening.push_back(tokio::task::spawn_blocking(move || opened(&id, from, &rows, room)));
        }
        let Some(first) = opening.pop_front() else { break };
        let chunks = first.await.map_err(broken_off)??;
        progress.add(at, &chunks.facts);
        gathered.take_in(chunks);
    }
    gathered.checked(run)
}

/// Chunks that follow each other.
#[derive(Debug)]
struct Opened {
    facts: Chunk,
    parts: Vec<Part>,
}

/// Opens the chunks of a run from `from` on, which follow each other without a gap, into the room of earlier
/// ones: memory that was never touched is what costs most.
fn opened(run: &str, from: i64, rows: &[Row], room: Chunk) -> Result<Opened, NotReadBack> {
    let (mut facts, mut parts) = (room, Vec::with_capacity(rows.len()));
    for (part, row) in (from..).zip(rows) {
        if row.int(0)? != part {
            return Err(NotReadBack::Torn(run.to_owned()));
        }
        let opened = form::open(&row.blob(2)?, &row.text(1)?, &mut facts);
        parts.push(opened.map_err(|why| damaged(run, part, why))?);
    }
    Ok(Opened { facts, parts })
}

fn damaged(run: &str, part: i64, why: Damaged) -> NotReadBack {
    NotReadBack::Damaged { run: run.to_owned(), part, why: why.to_string() }
}

fn broken_off(why: tokio::task::JoinError) -> Fault {
    Fault::transient("reading a run back was broken off").because(why)
}

/// What was read back so far.
struct Gathered {
    facts: Chunk,
    digest: RunDigest,
    /// Emptied chunks, whose memory the next ones take.
    room: Vec<Chunk>,
}

impl Gathered {
    /// With places for as much as the run says that it holds.
    fn of(run: &run::Run) -> Self {
        let run::Counted { nodes, edges } = run.counted();
        let ready = |count: u64| usize::try_from(count.min(READY_MAX)).unwrap_or_default();
        let mut facts = Chunk::default();
        // Without them they are made when facts come.
        let _ = facts.nodes.try_reserve_exact(ready(nodes));
        let _ = facts.edges.try_reserve_exact(ready(edges));
        Self { facts, digest: RunDigest::default(), room: Vec::new() }
    }

    fn take_in(&mut self, mut chunks: Opened) {
        chunks.parts.iter().for_each(|part| self.digest.part(part));
        self.facts.nodes.append(&mut chunks.facts.nodes);
        self.facts.edges.append(&mut chunks.facts.edges);
        self.room.push(chunks.facts);
    }

    fn checked(self, run: &run::Run) -> Result<Run, NotReadBack> {
        let unreadable = run.unreadable.clone();
        let says_why = run.complete || !unreadable.is_empty();
        if !says_why || run.digest != Some(self.digest.to_text()) {
            return Err(NotReadBack::Torn(run.id.clone()));
        }
        let (source, read_at) = (run.source.clone(), run.read_at);
        Ok(Run { source, read_at, unreadable, facts: self.facts })
    }
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[CHUNKS]
}

#[cfg(test)]
mod tests {
    use countersign_access::fact::Chunk;

    use super::{NotReadBack, opened};
    use crate::stage::form::{Packed, pack};
    use crate::value::{Row, Value};

    fn row(n: i64, packed: &Packed) -> Row {
        let digest = Value::Text(Some(packed.digest.to_hex()));
        Row(vec![Value::Int(Some(n)), digest, Value::Blob(Some(packed.bytes.clone()))])
    }

    #[test]
    fn a_damaged_part_and_a_missing_one_are_refused_by_the_name_of_the_run() {
        let packed = pack(&Chunk::default()).unwrap();
        let open = |from, rows: &[Row]| opened("r-1", from, rows, Chunk::default());
        assert_eq!(open(3, &[row(3, &packed), row(4, &packed)]).unwrap().parts.len(), 2);
        let gap = open(3, &[row(3, &packed), row(5, &packed)]);
        assert!(matches!(gap, Err(NotReadBack::Torn(run)) if run == "r-1"));
        let mut bytes = packed.bytes.clone();
        bytes.pop();
        let cut = Packed { bytes, ..packed };
        let words = open(7, &[row(7, &cut)]).unwrap_err().to_string();
        assert!(words.starts_with("part 7 of run `r-1` is damaged in the store ("), "{words}");
        assert!(words.ends_with("restore a backup or read the system again"), "{words}");
    }
}
