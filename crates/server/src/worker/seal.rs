//! Gives every event its position in the tree and signs a checkpoint about every second. One sealer at
//! a time by lease; two that both believe to be it collide in the table and cannot fork. Each
//! checkpoint is also written outside the database: without one, a cut-off end could not be found.

use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use countersign_ledger::key::SigningKey;
use countersign_ledger::note;
use countersign_store::seal::{Checkpoint, SEALED_MAX, latest_checkpoint};
use countersign_store::{Fault, Fence};
use jiff::{SignedDuration, Timestamp};
use tokio::sync::watch;

use super::{Workers, pause};

/// The lease's name.
const LEASE: &str = "sealer";

/// How long the lease is good without being renewed.
const LEASE_FOR: SignedDuration = SignedDuration::from_secs(20);

/// Between two looks for events that are not sealed.
const EVERY: Duration = Duration::from_millis(250);

/// Between two times that the same trouble is said.
const SAY_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// Who seals.
#[derive(Debug)]
pub struct Sealer {
    /// The log's name in its checkpoints.
    pub origin: String,
    /// Signs them.
    pub key: SigningKey,
    /// A folder outside the database for a copy of each.
    pub outside: Option<PathBuf>,
    /// What keeps checkpoints from being signed and kept, while something does.
    pub trouble: Mutex<Option<Trouble>>,
}

/// What keeps checkpoints from being signed and kept.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trouble {
    /// Since when.
    pub since: Timestamp,
    /// What, and what to repair.
    pub words: String,
    said_at: Timestamp,
}

/// Why sealing did not happen this time.
#[derive(Debug, thiserror::Error)]
pub enum NotSealed {
    /// The store failed, or the lease is somebody else's.
    #[error("{0}")]
    Store(#[from] Fault),
    /// A checkpoint could not be signed.
    #[error("a checkpoint could not be signed: {0}; check the ledger's name and key")]
    Sign(#[from] note::BadNote),
    /// Another key signs this ledger.
    #[error(
        "the ledger is signed with another key than the `ledger.key` of this server: give it the one \
         of the server that began the ledger"
    )]
    OtherKey,
    /// It could not be written outside the database.
    #[error(
        "a checkpoint could not be written to `{path}`: {source}; free space or mend its rights"
    )]
    Outside {
        /// Where.
        path: String,
        /// Why.
        source: std::io::Error,
    },
}

impl Sealer {
    /// What keeps checkpoints from being signed and kept, while something does.
    #[must_use]
    pub fn trouble(&self) -> Option<Trouble> {
        self.trouble.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// Keeps in mind what came of a try, and says it aloud: at once, and then again and again.
    fn came(&self, problem: Option<&NotSealed>, now: Timestamp) {
        let mut trouble = self.trouble.lock().unwrap_or_else(PoisonError::into_inner);
        let problem = match problem {
            None => {
                if let Some(over) = trouble.take() {
                    tracing::info!(since = %over.since, "checkpoints are signed and kept again");
                }
                return;
            }
            // Somebody else seals, or the database is away: nothing that a folder would mend.
            Some(problem @ NotSealed::Store(_)) => {
                tracing::warn!(%problem, "the ledger was not sealed");
                return;
            }
            Some(problem) => problem,
        };
        let before = trouble.take();
        let since = before.as_ref().map_or(now, |it| it.since);
        let is_said = before.filter(|it| now.duration_since(it.said_at) < SAY_AGAIN);
        if is_said.is_none() {
            tracing::error!(
                %problem, %since,
                "events are sealed and no checkpoint is kept: soon nothing more can be decided"
            );
        }
        let said_at = is_said.map_or(now, |it| it.said_at);
        *trouble = Some(Trouble { since, words: problem.to_string(), said_at });
    }

    /// Whether a checkpoint is signed with this key.
    #[must_use]
    pub fn signed(&self, checkpoint: &Checkpoint) -> bool {
        note::open(&checkpoint.note, &[&self.key.verifier()]).is_ok()
    }
}

/// Seals until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    let mut fence = None;
    loop {
        let kept = step(&workers, fence.take()).await;
        let now = workers.door.clock.now();
        workers.sealer.came(kept.as_ref().err(), now);
        fence = kept.ok().flatten();
        if pause(&mut stop, std::future::pending(), EVERY).await {
            break;
        }
    }
    // What was decided last is sealed too, so that an export right after a stop is whole.
    once(&workers).await;
}

/// Seals once what waits, and gives the work back, so that another node need not wait for the lease
/// to run out.
pub(super) async fn once(workers: &Workers) {
    let sealed = async {
        if let Some(fence) = step(workers, None).await? {
            workers.door.store.release(&fence).await?;
        }
        Ok::<_, NotSealed>(())
    };
    let sealed = sealed.await;
    workers.sealer.came(sealed.as_ref().err(), workers.door.clock.now());
}

async fn step(workers: &Workers, fence: Option<Fence>) -> Result<Option<Fence>, NotSealed> {
    let store = &workers.door.store;
    let now = workers.door.clock.now();
    let fence = match fence {
        Some(fence) if store.renew(&fence, now, LEASE_FOR).await? => Some(fence),
        _ => store.lease(LEASE, &workers.holder, now, LEASE_FOR).await?,
    };
    if let Some(fence) = &fence {
        let sealed = seal(workers, fence).await;
        if sealed.as_ref().is_err_and(|problem| !matches!(problem, NotSealed::Store(_))) {
            // What this node cannot keep or sign, another one may.
            store.release(fence).await?;
        }
        sealed?;
    }
    Ok(fence)
}

/// Seals everything that waits, then signs one checkpoint over it.
async fn seal(workers: &Workers, fence: &Fence) -> Result<(), NotSealed> {
    let store = &workers.door.store;
    let sealed = loop {
        let sealed = store.seal(fence, SEALED_MAX).await?;
        if sealed.to.saturating_sub(sealed.from) < u64::try_from(SEALED_MAX).unwrap_or(u64::MAX) {
            break sealed;
        }
    };
    let size = i64::try_from(sealed.to).unwrap_or(i64::MAX);
    let sealer = &workers.sealer;
    if let Some(latest) = latest_checkpoint(store).await? {
        if size == latest.size {
            return Ok(());
        }
        // A ledger that two keys sign cannot be checked with one.
        if !sealer.signed(&latest) {
            return Err(NotSealed::OtherKey);
        }
    }
    let body =
        note::Checkpoint { origin: sealer.origin.clone(), size: sealed.to, root: sealed.root };
    let signed = body.sign(&[&sealer.key])?;
    // Outside first: a checkpoint that only the database knows proves nothing about its end.
    if let Some(folder) = &sealer.outside {
        write_outside(folder, sealed.to, &signed)?;
    }
    let at = workers.door.clock.now();
    store.put_checkpoint(&Checkpoint { size, root: sealed.root, note: signed, at }).await?;
    Ok(())
}

fn write_outside(folder: &Path, size: u64, signed: &str) -> Result<(), NotSealed> {
    for name in [format!("{size}.checkpoint"), "latest".to_owned()] {
        let path = folder.join(&name);
        let part = folder.join(format!(".{name}.part"));
        let written = std::fs::File::create(&part).and_then(|mut file| {
            file.write_all(signed.as_bytes())?;
            file.sync_all()?;
            std::fs::rename(&part, &path)
        });
        written
            .map_err(|source| NotSealed::Outside { path: path.display().to_string(), source })?;
    }
    Ok(())
}
