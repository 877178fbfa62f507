//! Named points at which a test ends the process at once, to prove that a restart on the same data
//! loses and repeats nothing. Compiled to nothing without the feature `crash-points`.
//!
//! The points, in the order in which an order passes them: after-commit, after-claim, after-enforce,
//! after-receipt, after-read-back, after-evidence.

/// Ends the process when the environment names this point in `COUNTERSIGN_CRASH_AT`.
#[cfg(feature = "crash-points")]
pub(crate) fn point(name: &str) {
    if std::env::var_os("COUNTERSIGN_CRASH_AT").is_some_and(|at| at == name) {
        std::process::abort();
    }
}

/// Does nothing in a build without the feature.
#[cfg(not(feature = "crash-points"))]
pub(crate) fn point(_name: &str) {}
