//! How much a question may cost, and who may call it off. Work is counted in edges followed; nobody is
//! asked for every single one.

use std::fmt;
use std::num::NonZero;

/// Work that a question may cost when nobody says otherwise: about a minute on a machine of 2026.
pub const WORK_MAX: u64 = 5_000_000_000;

/// Work between two times of asking whether to stop: some milliseconds.
const ASK_EVERY: u64 = 1 << 20;

/// What a question may cost.
#[derive(Clone, Copy)]
pub struct Limits<'a> {
    /// Most work, in edges followed.
    pub work: u64,
    /// Whether to stop now, for a deadline or because nobody waits any more. Asked every few milliseconds.
    pub should_stop: &'a dyn Fn() -> bool,
    /// Told now and then how many parts of how many are done.
    pub progress: &'a dyn Fn(usize, usize),
    /// Threads that may work at once, where a question can be dealt out.
    pub threads: NonZero<usize>,
}

impl Default for Limits<'_> {
    fn default() -> Self {
        let threads = NonZero::<usize>::MIN;
        Self { work: WORK_MAX, should_stop: &|| false, progress: &|_, _| {}, threads }
    }
}

impl fmt::Debug for Limits<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Limits").field("work", &self.work).finish_non_exhaustive()
    }
}

/// A limit was met, or somebody called it off.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in crate::engine) struct Stopped;

/// The work of one question.
#[derive(Debug)]
pub(in crate::engine) struct Meter<'a> {
    limits: Limits<'a>,
    used: u64,
    ask_at: u64,
    is_stopped: bool,
}

impl<'a> Meter<'a> {
    pub(in crate::engine) fn new(limits: Limits<'a>) -> Self {
        Self { limits, used: 0, ask_at: 0, is_stopped: false }
    }

    /// Counts work; an error once there must be no more.
    #[inline]
    pub(in crate::engine) fn spend(&mut self, work: usize) -> Result<(), Stopped> {
        self.used = self.used.saturating_add(work as u64);
        if self.used < self.ask_at && !self.is_stopped { Ok(()) } else { self.ask() }
    }

    #[cold]
    fn ask(&mut self) -> Result<(), Stopped> {
        self.ask_at = self.used.saturating_add(ASK_EVERY).min(self.limits.work);
        self.is_stopped |= self.used >= self.limits.work || (self.limits.should_stop)();
        if self.is_stopped { Err(Stopped) } else { Ok(()) }
    }

    /// Work that there may still be.
    pub(super) fn left(&self) -> u64 {
        self.limits.work.saturating_sub(self.used)
    }

    /// Counts work that was measured elsewhere and is less than what was left.
    pub(super) fn add(&mut self, work: u64) {
        self.used = self.used.saturating_add(work);
    }

    /// Whether whoever asked wants no answer any more.
    pub(super) fn is_called_off(&self) -> bool {
        (self.limits.should_stop)()
    }

    pub(super) fn done(&self, parts: usize, of: usize) {
        (self.limits.progress)(parts, of);
    }
}
