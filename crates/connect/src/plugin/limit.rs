//! How much a plugin may take: bytes, lines and time. The defaults are what a configuration gets;
//! nothing here measures anything.

use std::time::Duration;

/// Plugin processes that one system may have at the same time, for each role.
pub(super) const PROCESSES_MAX: usize = 4;

/// How long an ended process may take to be gone and to finish its error output.
pub(super) const BURIAL: Duration = Duration::from_secs(2);

/// What a plugin may take before it is ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Limits {
    /// Longest line from the plugin, in bytes.
    pub line_bytes_max: usize,
    /// Longest silence: for one whole answer, and before each line of an `observe`.
    pub silence: Duration,
    /// Longest `observe` as a whole.
    pub observe: Duration,
    /// Most chunk lines in one `observe`.
    pub chunks_max: u64,
    /// Most nodes and edges in one chunk.
    pub facts_per_chunk_max: usize,
    /// How much of its error output is kept for messages, in bytes, the last part.
    pub stderr_bytes_max: usize,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            line_bytes_max: 4 * 1_024 * 1_024,
            silence: Duration::from_secs(60),
            observe: Duration::from_secs(3_600),
            chunks_max: 10_000,
            facts_per_chunk_max: 5_000,
            stderr_bytes_max: 2_048,
        }
    }
}
