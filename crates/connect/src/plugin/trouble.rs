//! What a plugin can do wrong, in words for the person who runs it, and whether trying again may
//! help. What is done about it (the process is ended, the next request starts a new one) is
//! `session`'s.

use std::time::Duration;

/// Something after which a plugin process is not trusted any more.
#[derive(Debug, thiserror::Error)]
pub(super) enum Trouble {
    #[error("ended before it had answered")]
    Ended,
    #[error("said nothing for {} s", .0.as_secs_f64())]
    Silent(Duration),
    #[error("had not finished reading after {} s", .0.as_secs_f64())]
    Endless(Duration),
    #[error("could not be spoken to ({0})")]
    Pipe(std::io::Error),
    #[error("sent a line of more than {max} bytes: it must send smaller chunks")]
    LineTooLong { max: usize },
    #[error(
        "sent a line that is not an answer of plugin protocol 0 ({0}): make sure that it prints nothing else on its standard output"
    )]
    Garbage(String),
    #[error("answered request {got} when it was asked request {asked}")]
    WrongId { asked: u64, got: u64 },
    #[error("answered {0}")]
    WrongForm(&'static str),
    #[error("sent more than {max} chunks: split the system into smaller ones")]
    TooManyChunks { max: u64 },
    #[error("sent a chunk of {found} nodes and edges, more than the {max} that are accepted")]
    ChunkTooBig { found: usize, max: usize },
    #[error("says that it sent {said} chunks, but {seen} arrived")]
    ChunksLost { said: u64, seen: u64 },
    #[error("answered for the order `{got}` when it was given the order `{asked}`")]
    WrongKey { asked: String, got: String },
    #[error("answered another claim than the one it was asked about")]
    WrongClaim,
    #[error(
        "speaks plugin protocol {got}, which this program does not know: bring both to the same version"
    )]
    WrongProtocol { got: u32 },
    #[error(
        "says that it works as `{got}` though it was started as `{asked}`: it must follow the argument `--as`"
    )]
    WrongRole { asked: &'static str, got: &'static str },
    #[error("was no longer needed: the receiver of its facts has gone")]
    NobodyListens,
}

impl Trouble {
    /// True when trying again may help without anybody changing anything.
    pub(super) fn is_transient(&self) -> bool {
        match self {
            Self::Ended
            | Self::Silent(_)
            | Self::Endless(_)
            | Self::Pipe(_)
            | Self::NobodyListens => true,
            Self::LineTooLong { .. }
            | Self::Garbage(_)
            | Self::WrongId { .. }
            | Self::WrongForm(_)
            | Self::TooManyChunks { .. }
            | Self::ChunkTooBig { .. }
            | Self::ChunksLost { .. }
            | Self::WrongKey { .. }
            | Self::WrongClaim
            | Self::WrongProtocol { .. }
            | Self::WrongRole { .. } => false,
        }
    }
}
