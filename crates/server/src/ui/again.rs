//! Signing in again in the middle of something: what was filled in is kept here for whoever filled it in,
//! and stands in its form again when they come back. Nothing is done by itself.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::Response;
use countersign_policy::authority::Strength;

use super::asset::Links;
use super::form::{Fields, Posted};
use super::halt::{self, Halt, encoded};
use super::refusal::Refused;
use super::sign_in::{not_begun, provider};
use super::visitor::Visitor;
use super::{Ui, answer, exception, finding};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::auth::draft;
use crate::signed::Needed;

/// Where a form stands that was kept; its secret follows.
const PATH: &str = "/again/";

/// That somebody must sign in again, and how.
#[derive(Debug, Template)]
#[template(path = "again.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) refused: Refused,
    /// Where to sign in; nothing where nobody can sign in here as it needs.
    pub(super) address: Option<String>,
    /// Where it was asked for.
    pub(super) back: String,
    pub(super) minutes: i64,
}

/// The page that offers to sign in again and go on, where that is what a problem asks for; the form is kept.
pub(super) async fn offer(
    ui: &Ui,
    posted: &Posted,
    (what, problem): (&str, &Problem),
) -> Result<Option<Response>, Halt> {
    let Some(needed) = problem.wire().needed.as_ref().map(Needed::from) else { return Ok(None) };
    let door = &ui.api.workers.door;
    let (person, path) = (posted.visitor.person, posted.path.as_str());
    let secret = draft::keep(door, person, (path, posted.fields.to_json())).await;
    let next = format!("{PATH}{}", secret.map_err(not_begun)?);
    let page = Page {
        links: Links::new(),
        refused: Refused::of(what, &problem.clone().then(how(ui, needed))),
        address: address(ui, &next, needed),
        back: page_of(path).to_owned(),
        minutes: draft::LIFE.as_mins(),
    };
    Ok(Some(answer::page(problem.status(), &page)))
}

/// What to do, as far as this server can be signed in to.
fn how(ui: &Ui, needed: Needed) -> &'static str {
    match (&ui.provider, address(ui, "/", needed)) {
        (_, Some(_)) => "sign in again; what you filled in is kept for you",
        (Some(_), None) => {
            "whoever runs this server writes into `[provider]` by which words the provider says that \
             somebody signed in so strongly"
        }
        (None, None) => {
            "whoever runs this server connects the provider of your organisation, because a password is \
             never so strong"
        }
    }
}

/// Where somebody signs in as it is needed.
fn address(ui: &Ui, next: &str, needed: Needed) -> Option<String> {
    match &ui.provider {
        Some(it) if it.table().reaches(needed.strength) => {
            Some(provider::address_for(next, needed))
        }
        None if needed.strength == Strength::Single => {
            Some(format!("/sign-in?next={}", encoded(next)))
        }
        Some(_) | None => None,
    }
}

/// A form that was kept, filled in again.
pub(super) async fn look(
    State(ui): State<Ui>,
    visitor: Visitor,
    Path(secret): Path<String>,
) -> Result<Response, Halt> {
    let kept = draft::find(&ui.api.workers.door, visitor.person, &secret).await?;
    let Some((path, fields)) = kept else { return Err(gone()) };
    let fields = Fields::from_json(&fields);
    let parts: Vec<&str> = path.trim_start_matches('/').split('/').collect();
    match parts.as_slice() {
        ["findings", reference, "except"] => {
            exception::propose::again(&ui, &visitor, reference, fields).await
        }
        ["findings", reference, verb] => {
            finding::act::again(&ui, &visitor, (reference, verb), fields).await
        }
        ["exceptions", reference, "decide"] => {
            exception::decide::again(&ui, &visitor, reference, fields).await
        }
        ["exceptions", reference, "renew"] => {
            exception::renew::again(&ui, &visitor, reference, fields).await
        }
        ["exceptions", reference, verb] => {
            exception::act::again(&ui, &visitor, (reference, verb), fields).await
        }
        // Nothing is filled in anywhere else.
        _ => Ok(answer::see(page_of(&path))),
    }
}

/// The page with the form that is sent to this address.
fn page_of(path: &str) -> &str {
    let ends = ["/except", "/decide", "/order", "/renew"];
    let end = path.match_indices('/').nth(2).map_or(path.len(), |(at, _)| at);
    if ends.iter().any(|end| path.ends_with(end)) { path } else { path.get(..end).unwrap_or("/") }
}

fn gone() -> Halt {
    let problem = Problem::of(Code::RequestAddress)
        .because("a form is kept for ten minutes, for the one who filled it in")
        .then("go back to where you were and fill it in again");
    halt::of("This is not kept any more", Refused::of("", &problem), StatusCode::GONE)
}

#[cfg(test)]
mod tests {
    use super::page_of;

    #[test]
    fn a_form_belongs_to_a_page_that_can_be_looked_at() {
        for (path, page) in [
            ("/findings/FN-1/dispute", "/findings/FN-1"),
            ("/findings/FN-1/order", "/findings/FN-1/order"),
            ("/findings/FN-1/except", "/findings/FN-1/except"),
            ("/exceptions/EX-1/decide", "/exceptions/EX-1/decide"),
            ("/exceptions/EX-1/renew", "/exceptions/EX-1/renew"),
            ("/exceptions/EX-1/veto", "/exceptions/EX-1"),
            ("/systems/shop/runs/0198/release", "/systems/shop"),
            ("/", "/"),
        ] {
            assert_eq!(page_of(path), page);
        }
    }
}
