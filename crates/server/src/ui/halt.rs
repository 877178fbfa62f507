//! Why a page is not shown: somebody must sign in first, or there is a problem, told in the four parts
//! in which the API tells it.

use askama::Template;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};
use axum::response::{IntoResponse, Redirect, Response};
use countersign_store::Fault;

use super::asset::Links;
use super::refusal::Refused;
use super::visitor::looks_by_itself;
use super::{answer, loading};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::door::NotDone;
use crate::graph::NotThere;

/// Why a page is not shown.
#[derive(Debug)]
pub(crate) enum Halt {
    /// Sign in, then go on there.
    SignIn {
        /// Where to go on.
        next: String,
        /// Whether a page looked again by itself: then it is not led away from under somebody's hands.
        by_itself: bool,
    },
    /// The graph is not there yet.
    Loading(Box<NotThere>),
    /// This is the matter.
    Problem(Problem),
    /// The same, under a title of its own.
    Titled(Box<(StatusCode, Page)>),
}

/// What tells htmx to look no more.
const LOOK_NO_MORE: u16 = 286;

/// What a page that looks again by itself is told when the session is over.
#[derive(Debug, Template)]
#[template(path = "over.html")]
struct Over;

#[derive(Debug, Template)]
#[template(path = "problem.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) title: String,
    pub(super) refused: Refused,
    /// Where to try it again, where that may help.
    pub(super) again: Option<String>,
}

impl Halt {
    /// Somebody is nobody. Where they wanted to go is kept, where going there changes nothing.
    pub(super) fn sign_in(parts: &Parts) -> Self {
        let by_itself = looks_by_itself(parts);
        let next = match &parts.method {
            &Method::GET if !by_itself => parts.uri.path_and_query().map(ToString::to_string),
            _ => None,
        };
        Self::SignIn { next: next.unwrap_or_else(|| "/".to_owned()), by_itself }
    }
}

impl IntoResponse for Halt {
    fn into_response(self) -> Response {
        match self {
            Self::SignIn { by_itself: true, .. } => {
                answer::page(StatusCode::from_u16(LOOK_NO_MORE).unwrap_or(StatusCode::OK), &Over)
            }
            Self::SignIn { next, .. } => {
                Redirect::to(&format!("/sign-in?next={}", encoded(&next))).into_response()
            }
            Self::Loading(now) => loading::page(*now),
            Self::Titled(page) => answer::page(page.0, &page.1),
            Self::Problem(problem) => {
                let status = problem.status();
                let title = title(status).to_owned();
                let refused = Refused::of("", &problem);
                answer::page(status, &Page { links: Links::new(), title, refused, again: None })
            }
        }
    }
}

/// A page that says under this title what is the matter.
pub(super) fn of(title: &str, refused: Refused, status: StatusCode) -> Halt {
    again_at(title, refused, status, None)
}

/// The same, with where to try it again.
pub(super) fn again_at(
    title: &str,
    refused: Refused,
    status: StatusCode,
    again: Option<String>,
) -> Halt {
    let page = Page { links: Links::new(), title: title.to_owned(), refused, again };
    Halt::Titled(Box::new((status, page)))
}

impl From<Problem> for Halt {
    fn from(problem: Problem) -> Self {
        Self::Problem(problem)
    }
}

impl From<NotDone> for Halt {
    fn from(not_done: NotDone) -> Self {
        match not_done {
            NotDone::NoGraph(now) => Self::Loading(Box::new(now)),
            not_done => Self::Problem(not_done.into()),
        }
    }
}

impl From<Fault> for Halt {
    fn from(fault: Fault) -> Self {
        Self::Problem(NotDone::Store(fault).into())
    }
}

/// There is no page at an address.
pub(crate) fn no_such_page() -> Response {
    let next = "go back, or begin with your work";
    let problem = Problem::of(Code::RequestAddress).then(next);
    answer::guarded(Halt::Problem(problem).into_response())
}

fn title(status: StatusCode) -> &'static str {
    match status {
        StatusCode::NOT_FOUND => "This is not here",
        StatusCode::FORBIDDEN => "This was not done",
        StatusCode::SERVICE_UNAVAILABLE => "This does not work just now",
        status if status.is_server_error() => "Something failed on our side",
        _ => "This could not be read",
    }
}

/// A path as a value in an address.
pub(super) fn encoded(path: &str) -> String {
    let plain =
        |it: u8| it.is_ascii_alphanumeric() || matches!(it, b'/' | b'-' | b'_' | b'.' | b'~');
    path.bytes().fold(String::new(), |text, byte| {
        if plain(byte) {
            format!("{text}{}", char::from(byte))
        } else {
            format!("{text}%{byte:02X}")
        }
    })
}
