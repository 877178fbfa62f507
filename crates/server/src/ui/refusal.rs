//! A no in four parts, as a page shows it: what was asked, why not, who could, what next.

use crate::api::problem::Problem;

/// A no.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Refused {
    /// What was asked, in words; empty where that goes without saying.
    pub(super) what: String,
    /// Why not.
    pub(super) why: String,
    /// Who could; empty where nobody could.
    pub(super) who: String,
    /// What to do next.
    pub(super) next: String,
    /// The field that is meant.
    pub(super) field: Option<String>,
}

impl Refused {
    pub(super) fn of(what: &str, problem: &Problem) -> Self {
        let wire = problem.wire();
        // What a client of the API sends again is a form here.
        let next = wire.next.replace(", with the same Idempotency-Key", "");
        let next = match wire.code.as_str() {
            "request.malformed" => "correct what you typed and send it again".to_owned(),
            _ => next,
        };
        let why = match &wire.field {
            Some(field) => wire.detail.trim_start_matches(&format!("`{field}`: ")).to_owned(),
            None => wire.detail.clone(),
        };
        Self {
            what: what.to_owned(),
            why: sentence(&quoted(&why)),
            who: wire.who.clone(),
            next: sentence(&next),
            field: wire.field.clone(),
        }
    }
}

impl Refused {
    /// What somebody comes back to who had to sign in again first.
    pub(super) fn until_now(what: &str) -> Self {
        Self {
            what: what.to_owned(),
            why: "You had to sign in again first, and now you have".to_owned(),
            who: String::new(),
            next: "What you filled in stands below; read it once more and send it".to_owned(),
            field: None,
        }
    }
}

/// Words for a page: what stands in backticks elsewhere stands in quotation marks here.
pub(super) fn quoted(words: &str) -> String {
    let mut is_open = false;
    let mark = |it: char| match it {
        '`' => {
            is_open = !is_open;
            if is_open { '\u{201c}' } else { '\u{201d}' }
        }
        other => other,
    };
    words.chars().map(mark).collect()
}

/// Words as they stand by themselves on a page: with a capital, and without an end.
pub(super) fn sentence(words: &str) -> String {
    let mut letters = words.chars();
    match letters.next() {
        Some(first) => first.to_uppercase().chain(letters).collect(),
        None => String::new(),
    }
}
