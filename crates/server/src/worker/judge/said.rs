//! What the judge has said in the log: what stays as it is, is said once and not with every try.

use super::super::said;
use super::not_judged::NotJudged;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Said {
    problems: said::Said,
    aside: said::Said,
}

impl Said {
    /// Why nothing was judged: once for each cause, until all is well again.
    pub(super) fn problem(&mut self, problem: &NotJudged) {
        if self.problems.is_new(problem.to_string()) {
            tracing::warn!(%problem, "what was read was not judged");
        } else {
            tracing::debug!(%problem, "what was read was still not judged");
        }
    }

    /// All is well.
    pub(super) fn well(&mut self) {
        self.problems.well();
    }

    /// That a run cannot be used: once for each.
    pub(super) fn aside(&mut self, run: &str) {
        if self.aside.is_new(run.to_owned()) {
            tracing::warn!(%run, "a run is incomplete in the store and is left aside");
        }
    }
}
