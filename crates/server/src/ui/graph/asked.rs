//! How a page asks something that takes a while: its frame is shown at once and says what is being worked
//! out and for how long at most, and the answer is loaded into it. Whoever has no scripts follows a link
//! to the same page with the answer in it. What does not come in time is said in its place.

use axum::http::StatusCode;

use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use crate::api::problem::Problem;
use crate::graph::{QUESTION_WITHIN, SAY_LESS_AFTER};

/// The longest time that a page waits for an answer, in words.
pub(super) fn at_most() -> String {
    format!("{} seconds", QUESTION_WITHIN.as_secs())
}

/// The time after which a question that can say less does, in words.
pub(super) fn say_less_after() -> String {
    format!("{} seconds", SAY_LESS_AFTER.as_secs())
}

/// An answer, as far as it has come.
#[derive(Debug, Clone)]
pub(in crate::ui) enum Asked<T> {
    /// Nothing is asked yet.
    Nothing,
    /// It is loaded from here; in the meantime these words say what goes on.
    Waits(Wait),
    /// This is it.
    Answered(Box<T>),
    /// There is none.
    Failed(Refused),
}

/// Where an answer is loaded from, and what is said meanwhile.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Wait {
    pub(in crate::ui) address: String,
    pub(in crate::ui) words: String,
}

impl<T> Asked<T> {
    /// What came of a question. A page that loads the answer by itself shows a no in its place, which it
    /// would not if the status were one; so the status is that of the page.
    pub(super) fn came(answer: Result<T, Problem>, visitor: &Visitor) -> (StatusCode, Self) {
        match answer {
            Ok(answer) => (StatusCode::OK, Self::Answered(Box::new(answer))),
            Err(problem) => {
                let status = if visitor.by_itself { StatusCode::OK } else { problem.status() };
                (status, Self::Failed(Refused::of("", &problem)))
            }
        }
    }

    /// What goes on, in words; empty where nothing does.
    pub(in crate::ui) fn waits(&self) -> Option<&Wait> {
        match self {
            Self::Waits(wait) => Some(wait),
            Self::Nothing | Self::Answered(_) | Self::Failed(_) => None,
        }
    }

    /// Why there is no answer.
    pub(in crate::ui) fn failed(&self) -> Option<&Refused> {
        match self {
            Self::Failed(refused) => Some(refused),
            Self::Nothing | Self::Waits(_) | Self::Answered(_) => None,
        }
    }

    /// The answer.
    pub(in crate::ui) fn answer(&self) -> Option<&T> {
        match self {
            Self::Answered(answer) => Some(answer),
            Self::Nothing | Self::Waits(_) | Self::Failed(_) => None,
        }
    }
}

/// An address with these fields.
pub(in crate::ui) fn address(path: &str, fields: &[(&str, &str)]) -> String {
    match serde_urlencoded::to_string(fields) {
        Ok(query) if !query.is_empty() => format!("{path}?{query}"),
        Ok(_) | Err(_) => path.to_owned(),
    }
}
