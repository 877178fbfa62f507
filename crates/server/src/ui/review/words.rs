//! Words and chips of reviews and their items.

use super::super::state::Chip;

/// A status of a review in words.
pub(in crate::ui) fn status_words(status: &str) -> &'static str {
    match status {
        "staged" => "Planned, not started",
        "opening" => "Being put before people",
        "active" => "People decide",
        "paused" => "Rests",
        "remediating" => "Decided, changes on their way",
        "proven" => "Every change proven",
        "accepted" => "Accepted by an auditor",
        "rejected" => "Rejected by an auditor",
        "cancelled" => "Ended before it was through",
        _ => "In a state that this version does not know",
    }
}

/// Where a review stands.
pub(in crate::ui) fn status(status: &str) -> Chip {
    let (tone, icon) = match status {
        "staged" => ("", "open"),
        "opening" | "active" => ("on", "part"),
        "paused" | "remediating" => ("wait", "wait"),
        "proven" | "accepted" => ("ok", "ok"),
        "rejected" => ("bad", "stop"),
        _ => ("", "end"),
    };
    Chip::new(tone, icon, status_words(status))
}

/// Where an item stands, or how it was decided.
pub(in crate::ui) fn standing(standing: &str, wish: Option<&str>) -> Chip {
    match (standing, wish) {
        ("open", _) => Chip::new("", "open", "Undecided"),
        ("kept", _) => Chip::new("ok", "ok", "Kept"),
        ("proven", Some(wish)) => Chip::new("ok", "ok", &format!("{}, proven", decision(wish))),
        (_, Some(wish)) => {
            Chip::new("wait", "wait", &format!("{}, not proven yet", decision(wish)))
        }
        (_, None) => Chip::new("", "end", "In a state that this version does not know"),
    }
}

/// A decision in words.
pub(in crate::ui) fn decision(name: &str) -> &'static str {
    match name {
        "keep" => "Keep",
        "revoke" => "Revoke",
        "reduce" => "Reduce",
        "rescope" => "Elsewhere only",
        "short_lived" => "Short-lived instead",
        "just_in_time" => "Just in time",
        "exception" => "Exception",
        "not_mine" => "Not mine",
        _ => "Something that this version does not know",
    }
}

/// So many of something.
pub(in crate::ui) fn count(count: i64, one: &str, more: &str) -> String {
    if count == 1 { format!("1 {one}") } else { format!("{count} {more}") }
}

/// When something was used last.
pub(in crate::ui) fn kind(kind: Option<&str>) -> String {
    kind.unwrap_or("identity").replace('_', " ")
}
