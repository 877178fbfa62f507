//! The stored side of the ledger: gives each committed event its position, keeps the tree's right
//! edge, and keeps signed checkpoints. Signs nothing and makes no proof.

use countersign_ledger::tree::{Frontier, Hash};
use jiff::Timestamp;

use crate::fault::Fault;
use crate::lease::Fence;
use crate::store::Store;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

/// Most events sealed in one transaction.
pub const SEALED_MAX: i64 = 2_000;

const UNSEALED: &str = "select u.ordinal, e.hash from unsealed u \
     join event e on e.ordinal = u.ordinal order by u.ordinal limit $1";
// In the snapshot that was read above: an event whose transaction is still open has a lower ordinal
// than some that are sealed here, is seen by neither statement, and gets a later position.
const SEAL: &str = "insert into leaf (position, subject, sequence, hash) \
     select $1 - 1 + row_number() over (order by u.ordinal), e.subject, e.sequence, e.hash \
     from unsealed u join event e on e.ordinal = u.ordinal where u.ordinal <= $2";
const LEAVE: &str = "delete from unsealed where ordinal <= $1";
const EDGE: &str = "select bytes from frontier where name = 'ledger'";
const PUT_EDGE: &str = "insert into frontier (name, size, bytes) values ('ledger', $1, $2) \
     on conflict (name) do update set size = excluded.size, bytes = excluded.bytes \
     where frontier.size = $3";
const OLDEST: &str = "select min(at) from unsealed";
const OLDEST_UNSIGNED: &str = "select e.at from leaf l \
     join event e on e.subject = l.subject and e.sequence = l.sequence \
     where l.position = (select coalesce(max(c.size), 0) from checkpoint c)";
const PUT_CHECKPOINT: &str = "insert into checkpoint (size, root, note, at) \
     values ($1, $2, $3, $4) on conflict (size) do nothing";
const CHECKPOINT_AT: &str = "select size, root, note, at from checkpoint where size = $1";
const LATEST: &str = "select size, root, note, at from checkpoint order by size desc limit 1";

/// What one sealing did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Sealed {
    /// First position that was given.
    pub from: u64,
    /// The position after the last one: the tree's size.
    pub to: u64,
    /// The tree's root.
    pub root: Hash,
}

/// A signed checkpoint.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Number of leaves.
    pub size: i64,
    /// The tree's root.
    pub root: Hash,
    /// The signed note.
    pub note: String,
    /// When it was signed.
    pub at: Timestamp,
}

impl Store {
    /// Gives positions to the oldest events that have none, at most `limit` and [`SEALED_MAX`];
    /// in one transaction that stops when the lease has passed to somebody else.
    ///
    /// # Errors
    /// [`crate::Kind::Fenced`] when the lease has passed on, [`crate::Kind::Conflict`] when
    /// another sealer was first.
    pub async fn seal(&self, fence: &Fence, limit: i64) -> Result<Sealed, Fault> {
        self.transact_with(fence.clone(), move |tx, fence| {
            Box::pin(async move {
                tx.hold(fence).await?;
                seal(tx, limit).await
            })
        })
        .await
    }

    /// Keeps a signed checkpoint. One that is kept already is left as it is.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when another root is kept for this size: the ledger has forked.
    pub async fn put_checkpoint(&self, checkpoint: &Checkpoint) -> Result<(), Fault> {
        self.transact_with(checkpoint.clone(), |tx, new| Box::pin(put_checkpoint(tx, new))).await
    }
}

/// When the oldest event happened that has no position yet. Not for use inside an act: it would
/// read, and so contend with, every other act's event.
///
/// # Errors
/// When the database cannot answer.
pub async fn oldest_unsealed(store: &Store) -> Result<Option<Timestamp>, Fault> {
    let rows = store.ask(OLDEST, args![]).await?;
    rows.first().map_or(Ok(None), |row| row.maybe_instant(0))
}

/// When the oldest sealed event happened that no signed checkpoint covers.
///
/// # Errors
/// When the database cannot answer.
pub async fn oldest_unsigned(store: &Store) -> Result<Option<Timestamp>, Fault> {
    let rows = store.ask(OLDEST_UNSIGNED, args![]).await?;
    rows.first().map(|row| row.instant(0)).transpose()
}

/// The right edge of the tree over all positions that were given.
///
/// # Errors
/// When the database cannot answer, or the stored edge is damaged.
pub async fn frontier(ask: impl Ask) -> Result<Frontier, Fault> {
    edge(ask.ask(EDGE, args![]).await?.first())
}

/// The checkpoint over the most leaves.
///
/// # Errors
/// When the database cannot answer.
pub async fn latest_checkpoint(ask: impl Ask) -> Result<Option<Checkpoint>, Fault> {
    ask.ask(LATEST, args![]).await?.first().map(checkpoint).transpose()
}

/// Gives positions without asking for a lease; what keeps two sealers apart then is that a position
/// and an event stand in `leaf` once.
pub(crate) async fn seal(tx: &mut Tx, limit: i64) -> Result<Sealed, Fault> {
    let mut frontier = edge(tx.row(EDGE, args![]).await?.as_ref())?;
    let from = frontier.size();
    let queued = tx.rows(UNSEALED, args![limit.clamp(1, SEALED_MAX)]).await?;
    let Some(last) = queued.last() else {
        return Ok(Sealed { from, to: from, root: frontier.root() });
    };
    for row in &queued {
        frontier.push(Hash(row.digest(1)?));
    }
    let (before, last) = (position(from)?, last.int(0)?);
    let sealed = tx.run(SEAL, args![before, last]).await?;
    let left = tx.run(LEAVE, args![last]).await?;
    if usize::try_from(sealed) != Ok(queued.len()) || sealed != left {
        return Err(Fault::conflict("another sealer is at work; let that one seal").raced());
    }
    let args = args![position(frontier.size())?, frontier.to_bytes(), before];
    tx.run_one(PUT_EDGE, args, || Fault::conflict("another sealer is at work; let that one seal"))
        .await?;
    Ok(Sealed { from, to: frontier.size(), root: frontier.root() })
}

async fn put_checkpoint(tx: &mut Tx, new: &Checkpoint) -> Result<(), Fault> {
    let args = args![new.size, &new.root.0, &new.note, new.at];
    if tx.run(PUT_CHECKPOINT, args).await? == 1 {
        return Ok(());
    }
    let kept = tx.row(CHECKPOINT_AT, args![new.size]).await?;
    match kept.as_ref().map(checkpoint).transpose()? {
        Some(kept) if kept.root == new.root => Ok(()),
        Some(_) | None => Err(Fault::conflict(format!(
            "a checkpoint over {} leaves with another root is kept: stop, and compare both with \
             what a witness holds",
            new.size
        ))),
    }
}

fn edge(row: Option<&Row>) -> Result<Frontier, Fault> {
    let Some(row) = row else { return Ok(Frontier::new()) };
    Frontier::from_bytes(&row.blob(0)?).map_err(|source| {
        Fault::permanent("the stored edge of the ledger is damaged; restore a backup")
            .because(source)
    })
}

fn position(size: u64) -> Result<i64, Fault> {
    i64::try_from(size)
        .map_err(|source| Fault::permanent("the ledger is full; report it").because(source))
}

fn checkpoint(row: &Row) -> Result<Checkpoint, Fault> {
    Ok(Checkpoint {
        size: row.int(0)?,
        root: Hash(row.digest(1)?),
        note: row.text(2)?,
        at: row.instant(3)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[
        UNSEALED,
        SEAL,
        LEAVE,
        EDGE,
        PUT_EDGE,
        OLDEST,
        OLDEST_UNSIGNED,
        PUT_CHECKPOINT,
        CHECKPOINT_AT,
        LATEST,
    ]
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::both::{Place, at, both};
    use crate::read;

    both! {
        two_sealers_that_ignore_their_leases_neither_fork_nor_seal_twice,
    }

    async fn two_sealers_that_ignore_their_leases_neither_fork_nor_seal_twice(place: &Place) {
        let stores = [place.store().await, place.store().await];
        for number in 0..60_i64 {
            let appended: Result<_, Fault> = stores[0]
                .transact(move |tx| {
                    Box::pin(async move {
                        let subject = format!("f-{number}");
                        let event = crate::Event {
                            subject: &subject,
                            sequence: 1,
                            name: "finding.noted.1",
                            at: at(0),
                            actor: "p",
                            cause: None,
                            bytes: subject.as_bytes(),
                        };
                        tx.append(&event).await
                    })
                })
                .await;
            appended.unwrap();
        }
        let sealers = stores.iter().cloned().map(|store| {
            tokio::spawn(async move {
                loop {
                    let sealed = store.transact(|tx| Box::pin(seal(tx, 4))).await;
                    match sealed {
                        Ok(Sealed { from, to, .. }) if from == to => return,
                        Ok(_) => {}
                        Err(fault) => assert_eq!(fault.kind(), crate::Kind::Conflict, "{fault}"),
                    }
                }
            })
        });
        for sealer in sealers.collect::<Vec<_>>() {
            sealer.await.unwrap();
        }
        let leaves = read::leaf::from(&stores[0], 0, 100).await.unwrap();
        let positions: Vec<i64> = leaves.iter().map(|leaf| leaf.position).collect();
        assert_eq!(positions, (0..60).collect::<Vec<_>>());
        let mut edge = Frontier::new();
        leaves.iter().for_each(|leaf| edge.push(leaf.hash));
        assert_eq!(frontier(&stores[1]).await.unwrap(), edge);
    }
}
