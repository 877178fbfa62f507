//! Where the log goes: standard error, as text for people or JSON for programs. `COUNTERSIGN_LOG`
//! sets how much (`info` when it is not set).

use tracing_subscriber::EnvFilter;

/// Logs to standard error from now on.
pub(crate) fn to_standard_error(json: bool) {
    let filter =
        EnvFilter::try_from_env("COUNTERSIGN_LOG").unwrap_or_else(|_| EnvFilter::new("info"));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(std::io::stderr);
    // A second call would only mean that logging is on already.
    let _ = if json { log.json().try_init() } else { log.try_init() };
}
