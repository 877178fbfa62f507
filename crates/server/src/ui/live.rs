//! How a page looks again by itself: it asks whether something happened since what it shows, and only
//! then the parts that are for reading are put anew. A form is never put anew under somebody's hands:
//! what was typed stays, and what is sent is held against what the page showed when it was opened.

use serde::Deserialize;

/// Between two looks.
const EVERY: &str = "every 5s";

/// How a page looks again.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Live {
    /// What is asked; nothing where nothing more happens.
    pub(super) address: String,
    pub(super) every: &'static str,
    /// The parts that are put anew.
    pub(super) parts: String,
}

/// What a page has shown already, as it says when it looks again.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Seen {
    /// The sequence of the case when the page was opened.
    pub(super) opened: i64,
    /// The stamp of what it shows.
    pub(super) seen: String,
}

/// What a page shows of a case: its sequence, and what can be otherwise without a new event.
pub(super) fn stamp(sequence: i64, beside: &str) -> String {
    format!("{sequence}.{beside}")
}

impl Live {
    /// Looks at the case at this address as long as it goes on.
    pub(super) fn at(path: &str, (opened, stamp): (i64, &str), parts: &[&str]) -> Self {
        let parts: Vec<String> = ["live", "changed:innerHTML"]
            .iter()
            .chain(parts)
            .map(|part| format!("#{part}"))
            .collect();
        Self {
            address: format!("{path}/standing?opened={opened}&seen={stamp}"),
            every: EVERY,
            parts: parts.join(","),
        }
    }
}
