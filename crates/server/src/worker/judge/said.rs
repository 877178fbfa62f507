//! What the judge has said in the log: what stays as it is, is said once and not with every try.

use std::collections::BTreeSet;

use super::not_judged::NotJudged;

/// Most things that are remembered to have been said; then everything may be said once more.
const SAID_MAX: usize = 1_000;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Said {
    problems: BTreeSet<String>,
    aside: BTreeSet<String>,
}

impl Said {
    /// Why nothing was judged: once for each cause, until all is well again.
    pub(super) fn problem(&mut self, problem: &NotJudged) {
        if is_new(&mut self.problems, problem.to_string()) {
            tracing::warn!(%problem, "what was read was not judged");
        } else {
            tracing::debug!(%problem, "what was read was still not judged");
        }
    }

    /// All is well.
    pub(super) fn well(&mut self) {
        self.problems.clear();
    }

    /// That a run cannot be used: once for each.
    pub(super) fn aside(&mut self, run: &str) {
        if is_new(&mut self.aside, run.to_owned()) {
            tracing::warn!(%run, "a run is incomplete in the store and is left aside");
        }
    }
}

fn is_new(said: &mut BTreeSet<String>, words: String) -> bool {
    if said.len() >= SAID_MAX {
        said.clear();
    }
    said.insert(words)
}
