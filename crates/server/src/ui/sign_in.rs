//! Signing in, with a password or with a link that is good once, and out again. Says nothing about why
//! a name and password do not fit, and the same about names that nobody has.

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use countersign_governance::id::PersonId;
use serde::Deserialize;

use super::asset::Links;
use super::form::{self, Fields, Posted};
use super::halt::Halt;
use super::origin::Origin;
use super::person::{People, Who};
use super::refusal::Refused;
use super::visitor::{cookie, set_cookie};
use super::{Ui, answer};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::api::query::Query;
use crate::auth::{NotSigned, account, is_active, link, session};
use crate::door::NotDone;

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Next {
    next: Option<String>,
}

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) next: String,
    pub(super) name: String,
    pub(super) refused: Option<Refused>,
}

#[derive(Debug, Template)]
#[template(path = "link.html")]
pub(super) struct LinkPage {
    pub(super) links: Links,
    /// Whom it signs in; nobody where it is good for nothing.
    pub(super) who: Option<Who>,
    pub(super) action: String,
}

/// The form.
pub(super) async fn look(Query(next): Query<Next>) -> Response {
    let next = local(next.next.as_deref().unwrap_or("/")).to_owned();
    let page = Page { links: Links::new(), next, name: String::new(), refused: None };
    answer::page(StatusCode::OK, &page)
}

/// Signs somebody in with a password.
pub(super) async fn sign_in(State(ui): State<Ui>, request: Request) -> Result<Response, Halt> {
    let (parts, fields) = ours(request, &ui).await?;
    let origin = Origin::of(&parts);
    let (name, next) = (fields.get("name"), local(fields.get("next")));
    let refused = |problem: &Problem| {
        let refused = Some(Refused::of("", problem));
        let (name, next) = (name.to_owned(), next.to_owned());
        answer::page(problem.status(), &Page { links: Links::new(), next, name, refused })
    };
    if !origin.is_here && !origin.is_encrypted {
        return Ok(refused(&Problem::of(Code::SignInNotEncrypted)));
    }
    let door = &ui.api.workers.door;
    let counted = account::spelled(name).unwrap_or_default();
    if !ui.limit.may(&counted, origin.address, door.clock.now()) {
        return Ok(refused(&Problem::of(Code::SignInTooOften)));
    }
    // A password may begin or end with a space.
    match account::check(door, name, fields.raw("password")).await? {
        Some(person) if is_active(door, person).await? => {
            begin(&ui, person, (&parts.headers, origin.is_here), next).await
        }
        Some(_) | None => Ok(refused(&Problem::of(Code::SignInWrong))),
    }
}

/// What a link would do. Looking spends nothing.
pub(super) async fn look_at_link(
    State(ui): State<Ui>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<Response, Halt> {
    let (parts, _) = request.into_parts();
    must_be_here(&Origin::of(&parts))?;
    let door = &ui.api.workers.door;
    let person = link::whose(door, &secret).await?;
    let who = match person {
        Some(person) => {
            let id = person.to_string();
            let people = People::of(door, "", [id.clone()]).await?;
            Some(people.who(&id))
        }
        None => None,
    };
    let status = if who.is_some() { StatusCode::OK } else { StatusCode::GONE };
    let action = format!("{}{secret}", link::PATH);
    Ok(answer::page(status, &LinkPage { links: Links::new(), who, action }))
}

/// Signs somebody in with a link, which is spent with it.
pub(super) async fn spend_link(
    State(ui): State<Ui>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<Response, Halt> {
    let (parts, _) = ours(request, &ui).await?;
    let origin = Origin::of(&parts);
    must_be_here(&origin)?;
    let door = &ui.api.workers.door;
    match link::spend(door, &secret).await? {
        Some(person) if is_active(door, person).await? => {
            begin(&ui, person, (&parts.headers, origin.is_here), "/").await
        }
        Some(_) | None => {
            let page = LinkPage { links: Links::new(), who: None, action: String::new() };
            Ok(answer::page(StatusCode::GONE, &page))
        }
    }
}

/// Ends the session of this browser.
pub(super) async fn sign_out(
    State(ui): State<Ui>,
    headers: HeaderMap,
    posted: Posted,
) -> Result<Response, Halt> {
    session::end(&ui.api.workers.door, &posted.visitor.secret).await?;
    let mut response = answer::see("/sign-in");
    let here = cookie(&headers, true) == Some(posted.visitor.secret.as_str());
    response.headers_mut().extend(set_cookie(None, here).map(|it| (header::SET_COOKIE, it)));
    Ok(response)
}

/// A new session, whatever session the browser had, which is over.
async fn begin(
    ui: &Ui,
    person: PersonId,
    (headers, here): (&HeaderMap, bool),
    next: &str,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    if let Some(former) = cookie(headers, here) {
        session::end(door, former).await?;
    }
    let secret = session::begin(door, person).await.map_err(not_begun)?;
    let mut response = answer::see(next);
    let cookie = set_cookie(Some(&secret), here);
    response.headers_mut().extend(cookie.map(|it| (header::SET_COOKIE, it)));
    Ok(response)
}

fn not_begun(not: NotSigned) -> Halt {
    match not {
        NotSigned::Store(fault) => fault.into(),
        NotSigned::Chance(no) => NotDone::Chance(no).into(),
        NotSigned::Password(_) | NotSigned::NameTaken(_) | NotSigned::BadName(_) => {
            Problem::of(Code::SignInWrong).into()
        }
    }
}

/// A form from one of our own pages; there is no session yet of which it could be.
async fn ours(request: Request, ui: &Ui) -> Result<(Parts, Fields), Halt> {
    let (parts, body) = request.into_parts();
    if !Origin::of(&parts).is_ours {
        return Err(form::not_ours());
    }
    let (fields, _) = form::read(Request::from_parts(parts.clone(), body), ui).await?;
    Ok((parts, fields))
}

/// A path on this server, and nothing that a browser takes for another one.
fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if is_local { next } else { "/" }
}

fn must_be_here(origin: &Origin) -> Result<(), Halt> {
    if origin.is_here {
        return Ok(());
    }
    Err(Problem::of(Code::SignInNotHere).into())
}

#[cfg(test)]
mod tests {
    use super::local;

    #[test]
    fn nobody_is_led_to_another_server_after_signing_in() {
        for next in ["/", "/findings?status=open&cursor=a", "/findings/FN-2"] {
            assert_eq!(local(next), next);
        }
        for bad in
            ["", "//evil.example", "https://evil.example", "/\\evil.example", "findings", "/a\nb"]
        {
            assert_eq!(local(bad), "/", "{bad:?}");
        }
    }
}
