//! How the policy came to be, and what is otherwise between two of its versions.

use askama::Template;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::Response;
use serde::Deserialize;

use super::super::frame::{Frame, Here};
use super::super::halt::Halt;
use super::super::moment::{At, Moments};
use super::super::person::People;
use super::super::refusal::Refused;
use super::super::visitor::Visitor;
use super::super::{Ui, answer};
use super::consequence::{self, Told};
use super::{short, tabs};
use crate::api::policy::not_compared;
use crate::api::query::Query;
use crate::ask::policy::{
    Change, Consequences, Difference, NotCompared, between, difference, history,
};

/// Which two are compared, and where the list begins.
#[derive(Debug, Default, Deserialize)]
pub(in crate::ui) struct Which {
    #[serde(default)]
    from: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    after: i64,
}

#[derive(Debug, Template)]
#[template(path = "policy/history.html")]
pub(in crate::ui) struct Page {
    frame: Frame,
    tabs: Vec<(&'static str, &'static str, bool)>,
    rows: Vec<Row>,
    /// Kept policies: digest, words.
    kept: Vec<(String, String)>,
    from: String,
    to: String,
    difference: Option<Difference>,
    /// What the second would change for open cases.
    consequence: Option<Told>,
    refused: Option<Refused>,
    next: Option<String>,
}

#[derive(Debug, Clone)]
struct Row {
    at: At,
    dot: &'static str,
    what: String,
    who: String,
    why: String,
    digest: String,
    position: Option<i64>,
}

/// The page.
pub(in crate::ui) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Query(which): Query<Which>,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let list = history(door, which.after).await?;
    let (mut status, mut compared, mut refused) = (StatusCode::OK, None, None);
    if !which.from.is_empty() && !which.to.is_empty() {
        match both(&ui, &which).await {
            Ok(found) => compared = Some(found),
            Err(why) => {
                let problem = not_compared(why);
                status = problem.status();
                refused = Some(Refused::of("You wanted to compare two policies", &problem));
            }
        }
    }
    let ids: Vec<String> = list
        .items
        .iter()
        .flat_map(|it| [it.signed_by.clone(), it.countersigned_by.clone(), person(&it.actor)])
        .flatten()
        .chain(consequence::people(compared.as_ref().map(|(_, told)| told)))
        .collect();
    let people = People::of(door, &visitor.person.to_string(), ids).await?;
    let frame = Frame::of(&ui, &visitor, Here::Policy).await?;
    let moments = Moments::new(door.clock.now());
    let shown = (list.items.as_slice(), list.next);
    let page = Page::new(frame, shown, (&people, &moments), &which, (compared, refused));
    Ok(answer::page(status, &page))
}

/// What is otherwise between the two, and what that changes for open cases.
async fn both(ui: &Ui, which: &Which) -> Result<(Difference, Consequences), NotCompared> {
    let door = &ui.api.workers.door;
    let found = difference(door, &which.from, &which.to).await?;
    Ok((found, between(door, &which.from, &which.to).await?))
}

fn person(actor: &str) -> Option<String> {
    actor.strip_prefix("person:").map(str::to_owned)
}

impl Which {
    #[cfg(test)]
    pub(super) fn of(from: &str, to: &str) -> Self {
        Self { from: from.to_owned(), to: to.to_owned(), after: 0 }
    }
}

impl Page {
    pub(in crate::ui) fn new(
        frame: Frame,
        (changes, next): (&[Change], Option<String>),
        (people, moments): (&People, &Moments),
        which: &Which,
        (compared, refused): (Option<(Difference, Consequences)>, Option<Refused>),
    ) -> Self {
        let mut kept: Vec<(String, String)> = Vec::new();
        for it in changes.iter().filter(|it| it.kept) {
            let Some(digest) = &it.digest else { continue };
            let words = format!(
                "{} {}, {} {}",
                it.policy.as_deref().unwrap_or("policy"),
                short(digest),
                it.what,
                moments.at(it.at).words
            );
            kept.retain(|(known, _)| known != digest);
            kept.push((digest.clone(), words));
        }
        let last = kept.len().checked_sub(1);
        let digest = |at: Option<usize>| at.and_then(|at| kept.get(at)).map(|it| it.0.clone());
        let before = digest(last.and_then(|last| last.checked_sub(1))).unwrap_or_default();
        let consequence = compared.as_ref().map(|(_, told)| Told::of(told, people));
        let or = |said: &str, other: String| if said.is_empty() { other } else { said.to_owned() };
        Self {
            frame,
            tabs: tabs("/policy/history"),
            rows: changes.iter().rev().map(|it| row(it, people, moments)).collect(),
            from: or(&which.from, before),
            to: or(&which.to, digest(last).unwrap_or_default()),
            kept,
            difference: compared.map(|(difference, _)| difference),
            consequence,
            refused,
            next,
        }
    }
}

fn row(it: &Change, people: &People, moments: &Moments) -> Row {
    let named = it.policy.clone().unwrap_or_else(|| "a policy".to_owned());
    let (dot, what) = match it.what.as_str() {
        "adopted" => ("ok", format!("{named} came into force")),
        "proposed" => ("", format!("{named} was proposed")),
        "withdrawn" => ("full", "The proposal was ended".to_owned()),
        _ => ("bad", "Somebody was told no".to_owned()),
    };
    let who = match (&it.signed_by, &it.countersigned_by, &it.countersigned_from) {
        (Some(one), Some(two), Some(seat)) => format!(
            "proposed by {}, countersigned by {} from the {seat} seat",
            people.name(one),
            people.name(two)
        ),
        _ => people.actor(&it.actor),
    };
    Row {
        at: moments.at(it.at),
        dot,
        what,
        who,
        why: it.why.clone().unwrap_or_default(),
        digest: it.digest.clone().unwrap_or_default(),
        position: it.position,
    }
}
