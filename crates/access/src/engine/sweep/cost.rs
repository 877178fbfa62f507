//! What either way of a sweep would cost, in nanoseconds of one core as measured once on a machine of
//! 2026: good enough to choose by, and the same on every machine, so that the choice is too.

use super::plane::Plane;
use super::sparse::Search;
use super::{Demand, How};
use crate::engine::snapshot::Snapshot;
use crate::engine::watch::{Pace, Stage, Watch};

/// Most rules of which the sides are searched for as a sample.
const SAMPLE_MAX: usize = 8;
/// Of so many rules at most one is in the sample, so that looking costs little beside the answer.
const SAMPLE_OF: usize = 16;
/// One edge and one plane.
const PULL_NS: f64 = 10.0;
/// One edge of a search back.
const SEARCH_NS: f64 = 15.0;

/// Costs of the two ways.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    /// Of planes, in seconds of one core.
    pub dense_seconds: f64,
    /// Of searches, in seconds of one core.
    pub sparse_seconds: f64,
}

impl Estimate {
    /// The cheaper way.
    #[must_use]
    pub fn how(&self) -> How {
        if self.sparse_seconds < self.dense_seconds { How::Sparse } else { How::Dense }
    }
}

pub(super) fn estimate<E>(
    snapshot: &Snapshot,
    rules: &[Demand],
    watch: Watch<'_, E>,
) -> Result<Estimate, E> {
    let mut pace = Pace::begin(watch, Stage::Sampling, 0)?;
    let planes = Plane::needed(rules);
    let edges = snapshot.pull().edges();
    let step = rules.len().div_ceil(SAMPLE_MAX).max(SAMPLE_OF);
    let mut search = Search::new(snapshot);
    let mut sampled = 0usize;
    for rule in rules.iter().step_by(step) {
        search.run(rule, &mut pace, |_| {})?;
        sampled += 1;
    }
    let share = ratio(rules.len(), sampled.max(1));
    let second = 1e-9;
    Ok(Estimate {
        dense_seconds: number(edges) * number(planes) * PULL_NS * second,
        sparse_seconds: number(search.followed) * share * SEARCH_NS * second,
    })
}

fn ratio(a: usize, b: usize) -> f64 {
    number(a) / number(b)
}

/// Exact up to 2^32, which is as many as there can be of anything here.
fn number(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
