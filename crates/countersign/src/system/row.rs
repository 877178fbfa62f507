//! A connected system as the server sends it.

use jiff::Timestamp;
use serde::Deserialize;

use crate::client::moment;

/// A system.
#[derive(Debug, Deserialize)]
pub(super) struct Row {
    /// Its name.
    pub(super) name: String,
    /// Which connector reads it.
    pub(super) kind: String,
    /// When the newest accepted read began.
    pub(super) last_read_at: Option<Timestamp>,
    /// Whether that read saw everything.
    pub(super) complete: Option<bool>,
    /// A run that waits for a person.
    pub(super) held_run: Option<String>,
    /// Its sequence.
    pub(super) sequence: i64,
}

impl Row {
    /// When it was read, and whether whole.
    pub(super) fn read(&self) -> String {
        match (self.last_read_at, self.complete) {
            (None, _) => "never".to_owned(),
            (Some(at), Some(false)) => format!("{}, in part", moment::shown(at)),
            (Some(at), Some(true) | None) => moment::shown(at),
        }
    }
}
