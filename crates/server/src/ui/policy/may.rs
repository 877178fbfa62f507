//! Why may I not: the answer of policy to whoever looks, about one deed on one case, in words. Whether the
//! case stands where that can be done is said beside the case itself.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::person::People;
use super::super::refusal::sentence;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use crate::api::may::{May, told};
use crate::api::query::Query;

/// Which deed on which case.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    case: String,
    #[serde(default)]
    verb: String,
}

#[derive(Debug, Template)]
#[template(path = "policy/may.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    title: String,
    /// The shelf of the case: its words and its address.
    shelf: (&'static str, &'static str),
    case: String,
    verb: String,
    told: May,
    /// Who could do it, by name.
    others: Vec<String>,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let who = (visitor.person, Some(visitor.signed()));
    let told = told(&ui.api, who, (&which.case, &which.verb)).await?;
    let ids = told.others.clone();
    let people = People::of(&ui.api.workers.door, &visitor.person.to_string(), ids).await?;
    let case = which.case.to_ascii_uppercase();
    let here = if is_exception(&case) { Here::Exceptions } else { Here::Findings };
    let frame = Frame::of(&ui, &visitor, here).await?;
    let page = Page::new(frame, (case, which.verb), told, &people);
    Ok(answer::page(StatusCode::OK, &page))
}

fn is_exception(case: &str) -> bool {
    case.starts_with(crate::ask::exception::PREFIX)
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (case, verb): (String, String),
        told: May,
        people: &People,
    ) -> Self {
        let shelf = if is_exception(&case) {
            ("Exceptions", "/exceptions")
        } else {
            ("Findings", "/findings")
        };
        let may = if told.permitted { "You may" } else { "You may not" };
        Self {
            frame,
            title: format!("{may} {}", deed(&verb, &case)),
            shelf,
            others: told.others.iter().map(|id| people.name(id)).collect(),
            told,
            case,
            verb,
        }
    }

    fn sentence(&self, words: &str) -> String {
        sentence(words)
    }
}

/// What each verb does to a case, with the case where `*` stands.
const DEEDS: [(&str, &str); 18] = [
    ("finding.assign", "put somebody behind *"),
    ("finding.choose", "choose the fix of *"),
    ("finding.order", "order the fix of *"),
    ("finding.withdraw-order", "take the order of * back"),
    ("finding.dispute", "say that * is not toxic"),
    ("finding.settle", "answer the dispute about *"),
    ("exception.propose", "ask for an exception for *"),
    ("exception.accept", "accept the risk of *"),
    ("exception.reject", "reject *"),
    ("exception.confirm", "confirm that the controls of * are in place"),
    ("exception.veto", "object to *"),
    ("exception.answer", "answer the objection to *"),
    ("exception.sign", "sign * for legal or compliance"),
    ("exception.activate", "bring * into force"),
    ("exception.suspend", "put * out of force for now"),
    ("exception.resume", "put * back in force"),
    ("exception.revoke", "take the acceptance of * back"),
    ("exception.withdraw", "take * back"),
];

fn deed(verb: &str, case: &str) -> String {
    let known = DEEDS.iter().find(|(name, _)| *name == verb);
    match (known, verb.split_once('.')) {
        (Some((_, words)), _) => words.replace('*', case),
        (None, Some((_, verb))) => format!("{} {case}", verb.replace('-', " ")),
        (None, None) => format!("{verb} {case}"),
    }
}

#[cfg(test)]
mod tests {
    use countersign_governance::authority::Verb;

    use super::*;

    #[test]
    fn every_verb_has_words_and_those_without_their_own_are_told_by_name() {
        for (name, _) in DEEDS {
            assert!(Verb::ALL.into_iter().any(|verb| verb.as_str() == name), "{name}");
        }
        assert_eq!(
            deed("exception.confirm", "EX-3"),
            "confirm that the controls of EX-3 are in place"
        );
        assert_eq!(deed("exception.hand-over", "EX-3"), "hand over EX-3");
    }
}
