//! Named points at which a test ends the process at once, to prove that a restart on the same data
//! loses and repeats nothing. Compiled to nothing without the feature `crash-points`.
//!
//! The points, in the order in which an order passes them: after-commit, after-claim, after-enforce,
//! after-receipt, after-read-back, after-evidence. Every decision passes after-commit, so that one can
//! be narrowed to an event: `after-commit:finding.ordered`.

/// Ends the process when the environment names this point in `COUNTERSIGN_CRASH_AT`.
#[cfg(feature = "crash-points")]
pub(crate) fn point(name: &str) {
    if std::env::var_os("COUNTERSIGN_CRASH_AT").is_some_and(|at| at == name) {
        std::process::abort();
    }
}

/// The point after-commit, passed with the names of the committed events.
#[cfg(feature = "crash-points")]
pub(crate) fn after_commit(events: &[String]) {
    point("after-commit");
    let at = std::env::var("COUNTERSIGN_CRASH_AT").unwrap_or_default();
    let Some(event) = at.strip_prefix("after-commit:") else { return };
    if events.iter().any(|name| name.starts_with(event)) {
        std::process::abort();
    }
}

/// Breaks a worker off when the environment names it in `COUNTERSIGN_BREAK_WORKER`.
#[cfg(feature = "crash-points")]
#[expect(clippy::panic, reason = "a test wants to see what becomes of the server then")]
pub(crate) fn worker(name: &str) {
    if std::env::var_os("COUNTERSIGN_BREAK_WORKER").is_some_and(|named| named == name) {
        panic!("told to break off");
    }
}

/// Does nothing in a build without the feature.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn worker(_name: &str) {}

/// Does nothing in a build without the feature.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn point(_name: &str) {}

/// Does nothing in a build without the feature.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn after_commit(_events: &[String]) {}
