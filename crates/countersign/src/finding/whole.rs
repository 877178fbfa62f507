//! A finding as the server sends it, as far as it is shown here.

use countersign_access::finding::Finding as Toxic;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use crate::client::moment;

/// What lists show.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Row {
    /// Its short reference.
    pub(super) reference: String,
    /// Where it is in its life, or how it ended.
    pub(super) status: String,
    /// How bad.
    pub(super) severity: String,
    /// The rule.
    pub(super) rule: String,
    /// Its root cause.
    pub(super) root_cause: String,
    /// How many it affects.
    pub(super) affected_total: u64,
    /// Who is behind it.
    pub(super) owner: Option<String>,
    /// By when.
    pub(super) due_at: Option<Timestamp>,
    /// Whether that is past.
    pub(super) overdue: bool,
    /// How many of those whom it affects an exception in force covers.
    pub(super) excepted_total: i64,
    /// When it was opened.
    pub(super) opened_at: Timestamp,
    /// When it ended.
    pub(super) ended_at: Option<Timestamp>,
    /// Its sequence.
    pub(super) sequence: i64,
}

/// All of it.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Whole {
    /// What lists show.
    #[serde(flatten)]
    pub(super) row: Row,
    /// The finding as the graph shows it; none where its text was erased.
    pub(super) detail: Option<Toxic>,
    /// Whom it affects, each with a clock of their own; empty where the list is cut short.
    pub(super) affected: Vec<Affected>,
    /// The case as the ledger has it.
    pub(super) case: Value,
    /// What its order waits for.
    #[serde(default)]
    pub(super) waits: Option<Waits>,
}

/// One identity that a finding affects.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Affected {
    /// Which.
    pub(super) identity: String,
    since: Timestamp,
    excepted_by: Option<String>,
}

impl Affected {
    /// In a sentence: who, since when, and by which exception in force it is covered.
    pub(super) fn words(&self, name: &str) -> String {
        let since = moment::shown(self.since);
        match &self.excepted_by {
            Some(exception) => format!("{name} since {since}, covered by {exception}"),
            None => format!("{name} since {since}"),
        }
    }
}

/// What an order waits for.
#[derive(Debug, Clone, Deserialize)]
pub(super) struct Waits {
    why: String,
    tries: u64,
    next_at: Option<Timestamp>,
}

impl Waits {
    /// In a sentence: why, how often it was tried, and when it is tried again.
    pub(super) fn words(&self) -> String {
        let tries = match self.tries {
            0 => String::new(),
            1 => "; tried once".to_owned(),
            tries => format!("; tried {tries} times"),
        };
        let next = self.next_at.map(|at| format!("; tried again on {}", moment::shown(at)));
        format!("{}{tries}{}", self.why, next.unwrap_or_default())
    }
}

impl Whole {
    /// A text of the case, by JSON pointer.
    pub(super) fn case_text(&self, pointer: &str) -> Option<&str> {
        self.case.pointer(pointer).and_then(Value::as_str)
    }

    /// Whether somebody says that it is not toxic, and nobody has answered.
    pub(super) fn is_disputed(&self) -> bool {
        self.case.get("dispute").is_some_and(|it| !it.is_null())
    }
}
