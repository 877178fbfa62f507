//! Whom an exception covers, as frozen when it was asked for, and who joined later and is not covered.

use super::super::finding::short;
use super::super::moment::{At, Moments};
use super::matter::names;
use crate::about::Coverage;
use crate::ask::exception::Whole;

/// What was frozen.
#[derive(Debug, Clone)]
pub(super) struct Covers {
    pub(super) identities: String,
    pub(super) credentials: String,
    pub(super) systems: String,
    pub(super) resources: usize,
    /// What a limit kept out, in words.
    pub(super) left_out: Vec<String>,
}

/// Somebody who joined later.
#[derive(Debug, Clone)]
pub(super) struct Joined {
    pub(super) name: String,
    pub(super) since: At,
    pub(super) ago: String,
    pub(super) by: Option<String>,
}

/// What was frozen.
pub(super) fn covers(covers: &Coverage) -> Covers {
    let or_none =
        |names: String| if names.is_empty() { "none that is known".to_owned() } else { names };
    Covers {
        identities: or_none(names(&covers.identities)),
        credentials: or_none(names(&covers.credentials)),
        systems: or_none(covers.systems.join(", ")),
        resources: covers.resources_total,
        left_out: covers.left_out.clone(),
    }
}

/// Whom the finding affects by now, and this does not cover.
pub(super) fn joined(whole: &Whole, moments: &Moments) -> Vec<Joined> {
    let uncovered = whole.not_covered.iter();
    let joined = uncovered.map(|it| Joined {
        name: short(&it.identity).to_owned(),
        since: moments.at(it.since),
        ago: moments.ago(it.since),
        by: it.excepted_by.clone(),
    });
    joined.collect()
}
