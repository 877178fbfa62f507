//! What a page of an exception says in sentences: what it is about, until when, why, and what then.

use super::super::moment::Moments;
use super::matter::kept;
use super::show::Known;
use crate::ask::exception::Whole;

/// What it is about: the finding's own sentence, or what the rule is called.
pub(super) fn title(known: &Known) -> &str {
    match &known.toxic {
        Some(toxic) if !toxic.title.is_empty() => &toxic.title,
        Some(_) | None if !known.title.is_empty() => &known.title,
        Some(_) | None => &known.whole.row.rule,
    }
}

/// The sentence about the matter.
pub(super) fn heading(known: &Known, moments: &Moments) -> String {
    let (title, until) = (title(known), moments.last_day(known.whole.row.until));
    match known.whole.row.status.as_str() {
        "in_review" => format!("{title}: may it stand until {until}?"),
        "active" => format!("{title}, excepted until {until}"),
        "suspended" => format!("{title}, and its exception is out of force"),
        _ => format!("{title}, and its exception is over"),
    }
}

/// What happens at its end.
pub(super) fn then(whole: &Whole) -> String {
    let finding = &whole.row.finding;
    match whole.row.status.as_str() {
        "in_review" => format!("it ends unsigned, and {finding} goes by its own date"),
        "active" => format!("it ends by itself, and {finding} stands uncovered with its old date"),
        "suspended" => format!("it ends; {finding} goes by its own date already"),
        _ => format!("{finding} goes by its own date"),
    }
}

pub(super) fn review(days: u16) -> String {
    if days == 1 { "every day".to_owned() } else { format!("every {days} days") }
}

pub(super) fn why(whole: &Whole) -> [(&'static str, String); 3] {
    let why = &whole.why;
    [
        ("What it is needed for", kept(why.need.as_ref())),
        ("Why it cannot go now", kept(why.not_removable.as_ref())),
        ("What would change that", kept(why.would_change.as_ref())),
    ]
}
