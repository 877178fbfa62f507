//! How a command ends: the four exit codes that scripts build on, and a failure in words.

use std::process::ExitCode;

/// How a command ended. The greater one counts where several apply.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Exit {
    /// Done, and nothing to report: 0.
    Done,
    /// Refused, or something was found: 1.
    Findings,
    /// Something could not be read: 2.
    Malformed,
    /// We or a neighbour failed: 3.
    Fault,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        match exit {
            Exit::Done => Self::SUCCESS,
            Exit::Findings => Self::from(1),
            Exit::Malformed => Self::from(2),
            Exit::Fault => Self::from(3),
        }
    }
}

/// Why a command could not be done, in words that end with a next step.
#[derive(Debug, thiserror::Error)]
#[error("{words}")]
pub(crate) struct Failure {
    /// How the command ends.
    pub(crate) exit: Exit,
    /// Why.
    pub(crate) words: String,
}

impl Failure {
    /// What was given could not be read.
    pub(crate) fn malformed(words: impl Into<String>) -> Self {
        Self { exit: Exit::Malformed, words: words.into() }
    }

    /// We or a neighbour failed.
    pub(crate) fn fault(words: impl Into<String>) -> Self {
        Self { exit: Exit::Fault, words: words.into() }
    }
}
