//! What a page of an exception says in sentences: what it is about, until when, why, and what then.

use super::super::moment::Moments;
use super::super::person::People;
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

/// Who is accountable since its owner left, and to whom it was handed.
pub(super) fn succession(whole: &Whole, people: &People, moments: &Moments) -> Vec<String> {
    let mut said = Vec::new();
    if let Some(left) = &whole.left {
        let until = moments.at(left.until).words;
        said.push(match &left.accountable {
            Some(id) => format!(
                "Is not there any more: {} is accountable, and somebody takes it over until {until}",
                people.name(id)
            ),
            None => format!("Is not there any more: somebody must take it over until {until}"),
        });
    }
    if let Some(to) = &whole.handed_to {
        said.push(format!("Handed to {}, who has not taken it over yet", people.name(to)));
    }
    said
}
