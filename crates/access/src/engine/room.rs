//! How many of those whom findings affect all findings of one evaluation list together. Every finding lists
//! as many, where it affects so many, and how many that is follows from all findings and not from the
//! order in which they were found, so that it does not depend on the number of threads either.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

use crate::finding::{AFFECTED_MAX, Finding};

/// Most of those whom findings affect that all findings of one evaluation list together: about 0.8 GB. A
/// finding lists the first half, quarter, eighth … of [`AFFECTED_MAX`] where all of them would be more, and
/// always one; how many it affects is exact all the same, and the answer says that lists were cut.
pub const AFFECTED_KEPT_MAX: usize = 5_000_000;

/// As often as [`AFFECTED_MAX`] can be halved.
const LEVELS: usize = 10;

/// What is left of the room, shared by all threads that judge.
#[derive(Debug)]
pub(super) struct Room {
    most: usize,
    /// By level: how many would be listed there.
    listed: [AtomicUsize; LEVELS],
}

impl Room {
    /// For so many altogether.
    pub(super) fn new(most: usize) -> Self {
        Self { most, listed: std::array::from_fn(|_| AtomicUsize::new(0)) }
    }

    /// Counts findings.
    pub(super) fn take<'f>(&self, findings: impl IntoIterator<Item = &'f Finding>) {
        let mut more = [0usize; LEVELS];
        for finding in findings {
            for (more, length) in more.iter_mut().zip(lengths()) {
                *more = more.saturating_add(finding.affected_total.min(length));
            }
        }
        for (listed, more) in self.listed.iter().zip(more) {
            listed.fetch_add(more, Ordering::Relaxed);
        }
    }

    /// How many each finding may list, as far as findings were counted.
    pub(super) fn length(&self) -> usize {
        let fits = |listed: &AtomicUsize| listed.load(Ordering::Relaxed) <= self.most;
        let level = self.listed.iter().position(fits).unwrap_or(LEVELS);
        lengths().nth(level).unwrap_or(1)
    }
}

/// From all to one.
fn lengths() -> impl Iterator<Item = usize> {
    (0..LEVELS).map(|level| AFFECTED_MAX >> level)
}

/// Cuts lists that are longer.
pub(super) fn cut(findings: &mut Arc<[Arc<Finding>]>, length: usize) {
    if findings.iter().all(|finding| finding.affected.len() <= length) {
        return;
    }
    let cut = |finding: &Arc<Finding>| {
        let mut finding = Arc::clone(finding);
        cut_one(&mut finding, length);
        finding
    };
    *findings = findings.iter().map(cut).collect();
}

/// Cuts one list if it is longer.
pub(super) fn cut_one(finding: &mut Arc<Finding>, length: usize) {
    if finding.affected.len() > length {
        let kept = Arc::make_mut(finding);
        kept.affected.truncate(length);
        kept.affected.shrink_to_fit();
    }
}
