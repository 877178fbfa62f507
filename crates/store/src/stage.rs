//! Staged runs: what a source said, written chunk by chunk in transactions of its own, invisible
//! until one small governed event accepts the run. Judges nothing; a run that was cut off goes on
//! where it stopped.

pub mod accept;
pub mod facts;
mod form;
pub mod run;

use countersign_access::fact::{Chunk, SourceId, Unreadable};
use countersign_ledger::tree::Hash;
use jiff::Timestamp;

use self::form::Packed;
use crate::fault::Fault;
use crate::store::Store;
use crate::tx::{Ask, Tx};
use crate::value::args;

/// Largest chunk before it is packed, in bytes.
pub const CHUNK_BYTES_MAX: usize = 16 << 20;

/// Most chunks of one run.
pub const CHUNKS_MAX: i64 = 20_000;

/// Most unreadable places that are kept with a run; the run stays incomplete with all of them.
pub const UNREADABLE_MAX: usize = 1_000;

const BEGIN: &str = "insert into run (id, source, read_at, standing, complete) \
     values ($1, $2, $3, 'staging', 0) on conflict (id) do nothing";
const RESUME: &str = "select r.standing, r.source, r.read_at, \
     (select count(*) from chunk c where c.run = r.id) from run r where r.id = $1";
const PUT: &str = "insert into chunk (run, n, digest, bytes) \
     select id, $2, $3, $4 from run where id = $1 and standing = 'staging' \
     on conflict (run, n) do nothing";
const DIGEST: &str = "select c.digest, r.standing from run r \
     left join chunk c on c.run = r.id and c.n = $2 where r.id = $1";
const CHUNK: &str = "select digest, bytes from chunk where run = $1 and n = $2";
const FINISH: &str = "update run set standing = 'staged', complete = $2, counts = $3, digest = $4, \
     unreadable = $5 where id = $1 and standing = 'staging' \
     and (select count(*) from chunk c where c.run = run.id) = $6 \
     and coalesce((select max(c.n) from chunk c where c.run = run.id), -1) = $6 - 1 returning id";
// A held run that nobody overtook may still be released by a person, however old it is.
const STALE: &str = "select r.id from run r where r.standing in ('staging', 'staged', 'held') \
     and r.read_at < $1 and (r.standing <> 'held' or exists (select 1 from run w \
     where w.source = r.source and w.standing in ('held', 'accepted') and w.read_at > r.read_at)) \
     order by r.read_at limit $2";
const DISCARD: &str = "update run set standing = 'discarded' \
     where id = $1 and standing in ('staging', 'staged', 'held')";
const EMPTY: &str = "delete from chunk where run = $1";

/// Most runs discarded at once.
pub const DISCARDED_MAX: i64 = 100;

/// How the end of a read is told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// Number of chunks, which are numbered from 0.
    pub chunks: i64,
    /// Counts for people, as JSON.
    pub counts: String,
    /// Digest over what was read, for the event that accepts the run.
    pub digest: String,
    /// What could not be read; nothing means that the read is complete.
    pub unreadable: Vec<Unreadable>,
}

impl Store {
    /// Begins a run, or finds the one of this id that was cut off; says how many chunks are there.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when the run has ended, or has this id for something else.
    pub async fn begin_run(
        &self,
        run: &str,
        source: &SourceId,
        read_at: Timestamp,
    ) -> Result<i64, Fault> {
        self.once(BEGIN, args![run, source.as_str(), read_at]).await?;
        let rows = self.ask(RESUME, args![run]).await?;
        let row = rows.first().ok_or_else(|| no_run(run))?;
        let is_this = row.text(0)? == "staging" && row.text(1)? == source.as_str();
        if !is_this || row.int(2)? != read_at.as_microsecond() {
            return Err(Fault::conflict(format!(
                "the run `{run}` has ended or is another read; begin one with a new id"
            )));
        }
        row.int(3)
    }

    /// Stores chunk `n` of a run, and answers its digest, of which [`facts::RunDigest`] makes that of the
    /// run; storing it again changes nothing.
    ///
    /// # Errors
    /// [`crate::Kind::Malformed`] over a limit, [`crate::Kind::Conflict`] when the run has ended or
    /// another chunk `n` is stored.
    pub async fn put_chunk(&self, run: &str, n: i64, chunk: &Chunk) -> Result<Hash, Fault> {
        if !(0..CHUNKS_MAX).contains(&n) {
            return Err(Fault::malformed(format!(
                "a read of more than {CHUNKS_MAX} chunks is too large; make its chunks larger"
            )));
        }
        let Packed { bytes, digest } = form::pack(chunk)?;
        let args = args![run, n, digest.to_hex(), bytes];
        self.transact_with(args, |tx, args| Box::pin(tx.run(PUT, args.clone()))).await?;
        let rows = self.ask(DIGEST, args![run, n]).await?;
        let row = rows.first().ok_or_else(|| no_run(run))?;
        if row.maybe_text(0)?.as_ref() == Some(&digest.to_hex()) {
            return Ok(digest);
        }
        Err(Fault::conflict(format!(
            "chunk {n} of the run `{run}` is another one, or the run has ended; begin a new run"
        )))
    }

    /// Ends the read of a run, all of whose chunks are stored.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when a chunk is missing or the run has ended.
    pub async fn finish_run(&self, run: &str, finish: &Finish) -> Result<(), Fault> {
        let kept: Vec<_> = finish.unreadable.iter().take(UNREADABLE_MAX).collect();
        let unreadable = serde_json::to_string(&kept).map_err(not_json)?;
        let complete = i64::from(finish.unreadable.is_empty());
        let Finish { chunks, counts, digest, unreadable: _ } = finish;
        let args = args![run, complete, counts, digest, unreadable, *chunks];
        if self.once(FINISH, args).await?.is_empty() {
            return Err(Fault::conflict(format!(
                "the run `{run}` has ended already or not all of its {chunks} chunks are stored; \
                 store them, or begin a new run"
            )));
        }
        Ok(())
    }

    /// Discards runs that were read before `before` and never became visible, with their chunks, at
    /// most [`DISCARDED_MAX`]; says how many. One that is held is only discarded when a later read of
    /// its source is held or visible: until then a person may release it. What became visible is
    /// never touched.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn discard_runs(&self, before: Timestamp) -> Result<usize, Fault> {
        self.transact(move |tx| {
            Box::pin(async move {
                let stale = tx.rows(STALE, args![before, DISCARDED_MAX]).await?;
                for row in &stale {
                    discard(tx, &row.text(0)?).await?;
                }
                Ok(stale.len())
            })
        })
        .await
    }
}

/// Chunk `n` of a run; `None` after the last.
///
/// # Errors
/// When the database cannot answer, or the chunk is damaged.
pub async fn chunk(ask: impl Ask, run: &str, n: i64) -> Result<Option<Chunk>, Fault> {
    let rows = ask.ask(CHUNK, args![run, n]).await?;
    let Some(row) = rows.first() else { return Ok(None) };
    let mut facts = Chunk::default();
    form::open(&row.blob(1)?, &row.text(0)?, &mut facts).map_err(|why| {
        Fault::permanent(format!("chunk {n} of the run `{run}` is damaged; read the source again"))
            .because(why)
    })?;
    Ok(Some(facts))
}

async fn discard(tx: &mut Tx, run: &str) -> Result<(), Fault> {
    tx.run_one(DISCARD, args![run], || no_run(run)).await?;
    tx.run(EMPTY, args![run]).await?;
    Ok(())
}

fn no_run(run: &str) -> Fault {
    Fault::conflict(format!("there is no run `{run}` that goes on; begin a new one"))
}

fn not_json(source: serde_json::Error) -> Fault {
    Fault::permanent("what was read cannot be written as JSON; report it").because(source)
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[BEGIN, RESUME, PUT, DIGEST, CHUNK, FINISH, STALE, DISCARD, EMPTY]
}
