//! One count over all rules by several threads. Rules are independent, so each thread takes the next one
//! and counts for itself, and what they counted is added up in the end: the answer does not depend on who
//! counted what. Whoever asks is only asked back, and told, on the thread that asked.

use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use super::meter::{Limits, Meter};
use super::single::Counting;
use crate::engine::snapshot::{Slot, Snapshot};
use crate::engine::sweep::Demand;

/// Between two looks at whether the others are done and whether to stop.
const WAIT: Duration = Duration::from_millis(1);

/// What the threads know of each other.
struct Crew<'a> {
    border: Slot,
    rules: &'a [Demand],
    /// Most work of all together.
    most: u64,
    next: AtomicUsize,
    done: AtomicUsize,
    work: AtomicU64,
    is_stopped: AtomicBool,
}

/// Counts the rules and says how many were done. None when there is more work than is left, or a thread
/// was lost: how far one thread comes is the answer then, so that it is always the same.
pub(super) fn count<'a>(
    snapshot: &'a Snapshot,
    border: Slot,
    rules: &[Demand],
    meter: &mut Meter<'_>,
    threads: usize,
) -> Option<(Counting<'a>, usize)> {
    let (next, done) = (AtomicUsize::new(0), AtomicUsize::new(0));
    // Asked before anybody begins: on a busy machine the others may be done before this thread asks.
    let (work, is_stopped) = (AtomicU64::new(0), AtomicBool::new(meter.is_called_off()));
    let most = meter.left();
    let crew = Crew { border, rules, most, next, done, work, is_stopped };
    let asking = &*meter;
    let count = thread::scope(|scope| {
        let started: Vec<_> = (1..threads.min(rules.len()))
            .map(|_| scope.spawn(|| crew.share(snapshot, &|| false, &|_| {})))
            .collect();
        let should_stop = || asking.is_called_off();
        let mut count = crew.share(snapshot, &should_stop, &|done| asking.done(done, rules.len()));
        while started.iter().any(|it| !it.is_finished()) {
            if asking.is_called_off() {
                crew.is_stopped.store(true, Ordering::Relaxed);
            }
            thread::park_timeout(WAIT);
        }
        let others: Vec<_> = started.into_iter().map(thread::ScopedJoinHandle::join).collect();
        for other in others {
            count.add(other.ok()?);
        }
        Some(count)
    })?;
    let work = crew.work.into_inner();
    if work >= most {
        return None;
    }
    meter.add(work);
    Some((count, crew.done.into_inner()))
}

impl Crew<'_> {
    /// One thread's share: rule after rule while there are any.
    fn share<'s>(
        &self,
        snapshot: &'s Snapshot,
        should_stop: &dyn Fn() -> bool,
        tell: &dyn Fn(usize),
    ) -> Counting<'s> {
        let should_stop = || {
            let is_stopped = self.is_stopped.load(Ordering::Relaxed) || should_stop();
            self.is_stopped.fetch_or(is_stopped, Ordering::Relaxed);
            is_stopped
        };
        let limits = Limits { work: self.most, should_stop: &should_stop, ..Limits::default() };
        let mut meter = Meter::new(limits);
        let mut count = Counting::new(snapshot, self.border);
        while !self.is_stopped.load(Ordering::Relaxed) {
            let next = self.next.fetch_add(1, Ordering::Relaxed);
            let Some(rule) = self.rules.get(next) else { break };
            tell(self.done.load(Ordering::Relaxed));
            let left = meter.left();
            let counted = count.rule(rule, &mut meter);
            let used = left - meter.left();
            let work = self.work.fetch_add(used, Ordering::Relaxed).saturating_add(used);
            if counted.is_err() || work >= self.most {
                self.is_stopped.store(true, Ordering::Relaxed);
            } else {
                self.done.fetch_add(1, Ordering::Relaxed);
            }
        }
        count
    }
}
