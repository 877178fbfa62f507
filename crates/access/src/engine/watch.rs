//! Who waits for an engine that is being built: is told how far it is, and may call it off. Nothing is
//! kept of what was called off.

use std::convert::Infallible;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

/// Edges read between two times of asking whether to go on: some milliseconds.
pub(super) const ASK_EVERY: usize = 1 << 16;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What sources say of the same nodes and edges is united; counted in edges that were read.
    Uniting,
    /// Rules are judged; counted in rules.
    Judging,
    /// Edges are looked at and sorted by who gains; counted in edges and times that each is read.
    Sorting,
    /// Who reaches whom is found out, and nodes are numbered by it; counted in edges and
    /// times that each is read.
    Numbering,
    /// Lists of neighbours are written in the new numbers, both ways; counted in edges and times
    /// that each is read.
    Listing,
    /// What a sample of the rules costs is found out; counted in edges that were followed, of which nobody
    /// knows beforehand how many there are.
    Sampling,
    /// Rules are dealt into planes and what they ask for is handed out; counted in nodes that are asked for.
    Dealing,
    /// Rows of bits are pulled through the graph; counted in edges.
    Pulling,
    /// Rules are searched for one by one; counted in edges that were followed, of which nobody knows
    /// beforehand how many there are.
    Searching,
    /// Two graphs are compared; counted in nodes and edges.
    Comparing,
    /// Who joined and who left findings is counted; counted in findings.
    Moving,
}

/// How somebody watches. Both are called from any thread, every few milliseconds or before each rule.
pub struct Watch<'a, E> {
    /// Whether to go on; an error to call it off with.
    pub go_on: &'a (dyn Fn() -> Result<(), E> + Sync),
    /// Told how many of how many are done; of none where nobody knows how many there are.
    pub progress: &'a (dyn Fn(Stage, usize, usize) + Sync),
}

impl Watch<'static, Infallible> {
    /// Nobody watches, so that nobody calls it off.
    pub const NOBODY: Self = Self { go_on: &|| Ok(()), progress: &|_, _, _| {} };
}

impl<E> Clone for Watch<'_, E> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<E> Copy for Watch<'_, E> {}

impl<E> fmt::Debug for Watch<'_, E> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Watch")
    }
}

impl<E> Watch<'_, E> {
    /// Whether to go on.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn go_on(&self) -> Result<(), E> {
        (self.go_on)()
    }
}

impl Pace<'static, Infallible> {
    /// Of work that nobody watches.
    pub(super) fn nobody() -> Self {
        let Ok(pace) = Self::begin(Watch::NOBODY, Stage::Pulling, 0);
        pace
    }
}

/// Counts pieces of work of one stage, and asks now and then. Threads that share a stage have one each.
#[derive(Debug)]
pub(super) struct Pace<'a, E> {
    watch: Watch<'a, E>,
    stage: Stage,
    all: usize,
    done: Arc<AtomicUsize>,
    /// What was done since somebody was asked.
    own: usize,
}

impl<'a, E> Pace<'a, E> {
    /// The beginning of a stage. Whoever does not know how much there is to do says none.
    ///
    /// # Errors
    /// When somebody calls it off.
    pub(super) fn begin(watch: Watch<'a, E>, stage: Stage, all: usize) -> Result<Self, E> {
        watch.go_on()?;
        (watch.progress)(stage, 0, all);
        Ok(Self { watch, stage, all, done: Arc::default(), own: 0 })
    }

    /// The same stage for another thread.
    pub(super) fn share(&self) -> Self {
        let Self { watch, stage, all, .. } = *self;
        Self { watch, stage, all, done: Arc::clone(&self.done), own: 0 }
    }

    /// So much more is done: an edge or a node of lists each.
    ///
    /// # Errors
    /// When somebody calls it off.
    #[inline(always)]
    pub(super) fn step(&mut self, more: usize) -> Result<(), E> {
        self.own = self.own.saturating_add(more);
        if self.own < ASK_EVERY { Ok(()) } else { self.ask() }
    }

    #[cold]
    fn ask(&mut self) -> Result<(), E> {
        let own = std::mem::take(&mut self.own);
        let done = self.done.fetch_add(own, Ordering::Relaxed).saturating_add(own);
        self.watch.go_on()?;
        (self.watch.progress)(self.stage, done, self.all);
        Ok(())
    }
}
