//! States as pages show them: a shape, a word and, third, a colour.

/// A state.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Chip {
    /// `ok`, `wait`, `bad`, `on`, `unk` or nothing.
    pub(super) tone: &'static str,
    pub(super) icon: &'static str,
    pub(super) word: String,
}

impl Chip {
    pub(super) fn new(tone: &'static str, icon: &'static str, word: &str) -> Self {
        Self { tone, icon, word: word.to_owned() }
    }

    /// Where a finding is in its life, or how it ended.
    pub(super) fn of_finding(status: &str) -> Self {
        let (tone, icon) = match status {
            "open" => ("bad", "open"),
            "assigned" | "chosen" => ("on", "part"),
            "remediating" | "fulfilled" => ("wait", "wait"),
            "fixed" => ("ok", "ok"),
            _ => ("", "end"),
        };
        Self::new(tone, icon, status_words(status))
    }

    /// Where an exception stands now, or how it ended.
    pub(super) fn of_exception(status: &str) -> Self {
        let (tone, icon) = match status {
            "in_review" => ("wait", "wait"),
            "active" => ("ok", "ok"),
            "suspended" | "vetoed" => ("bad", "stop"),
            _ => ("", "end"),
        };
        Self::new(tone, icon, exception_words(status))
    }

    /// How far a read of a system has come.
    pub(super) fn of_run(standing: &str, complete: bool) -> Self {
        match (standing, complete) {
            ("accepted", true) => Self::new("ok", "ok", "Taken in, complete"),
            ("accepted", false) => Self::new("wait", "part", "Taken in, but not complete"),
            ("held", _) => Self::new("bad", "stop", "Held, waits for a person"),
            ("reading", _) => Self::new("", "wait", "Being read, or broken off"),
            ("discarded", _) => Self::new("", "end", "Replaced by a later read"),
            (_, _) => Self::new("", "wait", "Read, not taken in yet"),
        }
    }
}

/// Whether a finding with this status has ended.
pub(super) fn has_ended(status: &str) -> bool {
    matches!(status, "fixed" | "gone" | "rule_changed" | "not_toxic")
}

/// A status in words.
pub(super) fn status_words(status: &str) -> &'static str {
    match status {
        "open" => "Nobody is behind it",
        "assigned" => "Assigned, no fix chosen",
        "chosen" => "Fix chosen, not ordered",
        "remediating" => "Being changed",
        "fulfilled" => "Changed, not yet proven",
        "fixed" => "Fixed and read back",
        "gone" => "Gone by itself",
        "rule_changed" => "Ended: the rule changed",
        "not_toxic" => "Not toxic here, for a time",
        _ => "In a state that this version does not know",
    }
}

/// A status of an exception in words.
pub(super) fn exception_words(status: &str) -> &'static str {
    match status {
        "in_review" => "In review",
        "active" => "In force",
        "suspended" => "Suspended, not in force",
        "expired" => "Ended on its date",
        "moot" => "Ended: nothing left to except",
        "revoked" => "Taken back by its owner",
        "withdrawn" => "Proposal taken back",
        "rejected" => "Not accepted",
        "vetoed" => "Ended by a veto",
        _ => "In a state that this version does not know",
    }
}

/// Four bars; a level is no state, so that only critical has a colour.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Level {
    pub(super) name: String,
    /// How many of the four bars.
    pub(super) bars: u8,
}

impl Level {
    pub(super) fn of(severity: &str) -> Self {
        let bars = match severity {
            "critical" => 4,
            "high" => 3,
            "medium" => 2,
            _ => 1,
        };
        Self { name: severity.to_owned(), bars }
    }

    pub(super) fn word(&self) -> String {
        super::refusal::sentence(&self.name)
    }
}
