//! Whom a finding affects, one by one: since when, and by which exception in force each is covered. Who
//! joined later has a clock of their own, so nothing here is a sum alone.

use super::super::moment::{At, Moments};
use super::super::refusal::{quoted, sentence};
use super::read::short;
use crate::ask::finding::Whole;

/// Most identities that are listed.
const LISTED_MAX: usize = 50;

/// Whom it affects, one by one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Listed {
    pub(super) rows: Vec<One>,
    /// How many are not listed.
    pub(super) more: usize,
    /// How many no exception covers.
    pub(super) uncovered: usize,
    /// Whether an exception can be asked for that would cover somebody.
    pub(super) can_ask: bool,
}

/// One of them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct One {
    pub(super) id: String,
    pub(super) name: String,
    pub(super) since: At,
    pub(super) ago: String,
    /// The exception that covers them.
    pub(super) by: Option<String>,
}

/// What an order waits for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Waiting {
    pub(super) why: String,
    pub(super) tries: i64,
    pub(super) next: Option<At>,
}

/// Whom a finding affects.
pub(super) fn listed(whole: &Whole, moments: &Moments) -> Listed {
    let nodes = whole.detail.as_ref().map(|toxic| toxic.affected.as_slice()).unwrap_or_default();
    let name = |id: &str| {
        let node = nodes.iter().find(|node| node.id.as_str() == id && !node.name.is_empty());
        node.map_or_else(|| short(id).to_owned(), |node| node.name.clone())
    };
    let rows = whole.affected.iter().take(LISTED_MAX).map(|it| One {
        id: it.identity.clone(),
        name: name(&it.identity),
        since: moments.at(it.since),
        ago: moments.ago(it.since),
        by: it.excepted_by.clone(),
    });
    let uncovered = whole.affected.iter().filter(|it| it.excepted_by.is_none()).count();
    let is_open = whole.row.ended_at.is_none() && whole.detail.is_some();
    Listed {
        rows: rows.collect(),
        more: whole.affected.len().saturating_sub(LISTED_MAX),
        uncovered,
        can_ask: is_open && (uncovered > 0 || whole.affected.is_empty()),
    }
}

/// What the order of a finding waits for.
pub(super) fn waiting(whole: &Whole, moments: &Moments) -> Option<Waiting> {
    let waits = whole.waits.as_ref()?;
    Some(Waiting {
        why: sentence(&quoted(&waits.why)),
        tries: waits.tries,
        next: waits.next_at.map(|at| moments.at(at)),
    })
}
