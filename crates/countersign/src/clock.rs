//! The real clock of the command line. Everything below takes the time as an argument.

use jiff::Timestamp;

/// Now.
pub(crate) fn now() -> Timestamp {
    #[expect(clippy::disallowed_methods, reason = "the command line owns the real clock")]
    Timestamp::now()
}
