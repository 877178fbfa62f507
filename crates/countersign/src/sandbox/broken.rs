//! Why the sandbox could not do something, for its exit code and for the plugin protocol.

use countersign_connect::plugin::wire::{Refused, RefusedKind};

use crate::exit::Failure;

/// What went wrong.
#[derive(Debug, thiserror::Error)]
pub(super) enum Broken {
    /// Somebody has to change what was given.
    #[error("{0}")]
    Malformed(String),
    /// The machine would not.
    #[error("{0}")]
    Fault(String),
}

impl Broken {
    /// A failed operation on a file.
    pub(super) fn io(what: &str, path: &std::path::Path, error: &std::io::Error) -> Self {
        let text = format!(
            "could not {what} `{}` ({error}): check that it is there and may be used",
            path.display()
        );
        match error.kind() {
            std::io::ErrorKind::NotFound => Self::Malformed(text),
            _ => Self::Fault(text),
        }
    }

    /// The same as an answer of the plugin protocol.
    pub(super) fn refused(&self) -> Refused {
        let kind = match self {
            Self::Malformed(_) => RefusedKind::Permanent,
            Self::Fault(_) => RefusedKind::Transient,
        };
        Refused { kind, message: self.to_string() }
    }
}

impl From<Broken> for Failure {
    fn from(broken: Broken) -> Self {
        match broken {
            Broken::Malformed(words) => Self::malformed(words),
            Broken::Fault(words) => Self::fault(words),
        }
    }
}
