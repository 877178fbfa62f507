//! Who waits for an engine that is being built: is told how far it is, and may call it off. Nothing is
//! kept of what was called off.

use std::convert::Infallible;
use std::fmt;

/// Edges read between two times of asking whether to go on: some milliseconds.
const ASK_EVERY: usize = 1 << 16;

/// What is being done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// What sources say of the same nodes and edges is united; counted in edges that were read.
    Uniting,
    /// Rules are judged; counted in rules.
    Judging,
}

/// How somebody watches. Both are called from any thread, every few milliseconds or before each rule.
pub struct Watch<'a, E> {
    /// Whether to go on; an error to call it off with.
    pub go_on: &'a (dyn Fn() -> Result<(), E> + Sync),
    /// Told how many of how many are done.
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

/// Counts what is read, and asks now and then.
#[derive(Debug)]
pub(super) struct Reading<'a, E> {
    watch: Watch<'a, E>,
    done: usize,
    all: usize,
}

impl<'a, E> Reading<'a, E> {
    pub(super) fn of(watch: Watch<'a, E>, all: usize) -> Self {
        Self { watch, done: 0, all }
    }

    /// One more is read.
    ///
    /// # Errors
    /// When somebody calls it off.
    #[inline]
    pub(super) fn next(&mut self) -> Result<(), E> {
        if self.done.is_multiple_of(ASK_EVERY) {
            self.watch.go_on()?;
            (self.watch.progress)(Stage::Uniting, self.done, self.all);
        }
        self.done = self.done.saturating_add(1);
        Ok(())
    }
}
