//! The graph as it was known at a past time: a view that is built from the reads of that time, which the
//! store keeps for good, and judged by the rules of this node. Each answer names the reads behind it.

use std::sync::Arc;
use std::time::Duration;

use countersign_access::engine::Engine;
use countersign_store::{Fault, stage};
use jiff::Timestamp;
use tokio::time::{Instant, timeout_at};

use crate::door::Door;
use crate::graph::{QUESTION_WITHIN, Shown, Unfinished, aside};
use countersign_store::stage::facts::{self, NotReadBack, Progress};

/// Why there is no graph of a past time.
#[derive(Debug, thiserror::Error)]
pub(crate) enum NotKnown {
    /// It has not come yet.
    #[error("{0} is not over yet: ask for a time in the past, or leave the time out")]
    Ahead(Timestamp),
    /// Nothing had been read.
    #[error("{}", nothing(*.at, *.first))]
    Nothing {
        /// The time.
        at: Timestamp,
        /// When the first read began, if there is any.
        first: Option<Timestamp>,
    },
    /// Other past graphs are being built, or this one is not done.
    #[error("the graph of that time is still being put together, and goes on being so")]
    NotYet,
    /// A read of that time cannot be told.
    #[error("{0}")]
    NotReadBack(#[from] NotReadBack),
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// Building it broke off.
    #[error(transparent)]
    Unfinished(#[from] Unfinished),
}

fn nothing(at: Timestamp, first: Option<Timestamp>) -> String {
    match first {
        Some(first) => format!("nothing had been read at {at:.0}: the first read began at {first}"),
        None => "nothing was ever read here: read a system first".to_owned(),
    }
}

/// The graph as it was known at an instant. Who asks waits no longer than for any question; what is being
/// built then goes on, and is there for whoever asks again.
///
/// # Errors
/// When there is none, or not in time.
pub(crate) async fn at(door: &Door, instant: Timestamp) -> Result<Arc<Shown>, NotKnown> {
    within(door, instant, QUESTION_WITHIN).await
}

/// The same for whoever waits no longer than this.
///
/// # Errors
/// When there is none, or not in time.
pub(crate) async fn within(
    door: &Door,
    instant: Timestamp,
    longest: Duration,
) -> Result<Arc<Shown>, NotKnown> {
    if instant > door.clock.now() {
        return Err(NotKnown::Ahead(instant));
    }
    let runs = stage::run::known_at(&door.store, instant).await?;
    if runs.is_empty() {
        let first = stage::run::first_accepted(&door.store).await?.map(|run| run.read_at);
        return Err(NotKnown::Nothing { at: instant, first });
    }
    let past = door.graph.past();
    // What other rules made of the same runs is another graph.
    let rules = std::iter::once(door.policy.digest.clone());
    let ids: Vec<String> = rules.chain(runs.iter().map(|run| run.id.clone())).collect();
    if let Some(shown) = past.kept(&ids) {
        return Ok(shown);
    }
    let end = Instant::now().checked_add(longest).unwrap_or_else(Instant::now);
    let place = timeout_at(end, past.to_build()).await;
    let place = place.map_err(|_| NotKnown::NotYet)?;
    let door = door.clone();
    let work = tokio::spawn(async move {
        let _place = place;
        if let Some(shown) = past.kept(&ids) {
            return Ok(shown);
        }
        let shown = build(&door, &runs).await?;
        past.keep(ids, Arc::clone(&shown));
        Ok(shown)
    });
    match timeout_at(end, work).await {
        Ok(done) => done.map_err(Unfinished::from)?,
        Err(_) => Err(NotKnown::NotYet),
    }
}

async fn build(door: &Door, runs: &[stage::run::Run]) -> Result<Arc<Shown>, NotKnown> {
    let read = facts::all(&door.store, runs, &Progress::of(runs)).await?;
    let facts = read.into_iter().collect::<Result<Vec<_>, _>>()?;
    let position = runs.iter().filter_map(|run| run.position).max().unwrap_or_default();
    let packs = door.policy.rules.packs.clone();
    let engine = aside(move || Engine::build(facts, packs)).await?;
    Ok(Arc::new(Shown::new(engine, position)))
}
