//! Signing in, with a password or with a link that is good once, and out again. Says nothing about why
//! a name and password do not fit, and the same about names that nobody has.

pub(super) mod provider;

use std::net::IpAddr;

use askama::Template;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::Response;
use countersign_governance::Command;
use countersign_governance::id::PersonId;
use countersign_governance::person::{Command as Ask, From, LocalSignIn, LocalWay};
use jiff::SignedDuration;
use serde::Deserialize;

use super::asset::Links;
use super::form::{self, Fields, Posted};
use super::halt::Halt;
use super::origin::{Origin, Way};
use super::person::{People, Who};
use super::refusal::Refused;
use super::visitor::{cookie, set_cookie};
use super::{Ui, answer};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::api::query::Query;
use crate::auth::limit::{Wait, Who as Trying};
use crate::auth::password::Busy;
use crate::auth::session::Shown;
use crate::auth::{NotSigned, account, is_active, link, session};
use crate::door::{Asked, Door, NotDone};
use crate::signed::Signed;

/// How soon to come again when too many sign in at once.
const BUSY: SignedDuration = SignedDuration::from_secs(3);

/// Where to go on.
#[derive(Debug, Deserialize)]
pub(super) struct Next {
    next: Option<String>,
    /// Whether somebody has just signed out whom the provider vouched for.
    #[serde(default)]
    out: bool,
}

#[derive(Debug, Template)]
#[template(path = "sign_in.html")]
pub(super) struct Page {
    pub(super) links: Links,
    pub(super) next: String,
    pub(super) name: String,
    pub(super) refused: Option<Refused>,
    /// The provider, which comes first where there is one.
    pub(super) provider: Option<Offered>,
    /// Whether a password of this server is taken.
    pub(super) local: bool,
}

/// A provider, as the page offers it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Offered {
    pub(super) name: String,
    pub(super) address: String,
    /// Where to sign out there too, for somebody who has just signed out here.
    pub(super) out: Option<String>,
}

impl Page {
    fn of(ui: &Ui, next: &str, name: &str, refused: Option<Refused>) -> Self {
        let provider = ui.provider.as_ref().map(|it| Offered {
            name: it.table().name.clone(),
            address: provider::address(next),
            out: None,
        });
        let local = is_local_open(ui);
        let (next, name) = (next.to_owned(), name.to_owned());
        Self { links: Links::new(), next, name, refused, provider, local }
    }
}

/// Whether passwords of this server are taken: where an organisation has its provider, it may close them.
fn is_local_open(ui: &Ui) -> bool {
    ui.provider.as_ref().is_none_or(|it| it.table().local_sign_in)
}

#[derive(Debug, Template)]
#[template(path = "link.html")]
pub(super) struct LinkPage {
    pub(super) links: Links,
    /// Whom it signs in; nobody where it is good for nothing.
    pub(super) who: Option<Who>,
    pub(super) action: String,
}

/// The form. Where it would be refused, it is not shown: nobody types a password in vain.
pub(super) async fn look(
    State(ui): State<Ui>,
    Query(next): Query<Next>,
    request: Request,
) -> Result<Response, Halt> {
    Origin::of(&request.into_parts().0, &ui.front)?;
    let mut page = Page::of(&ui, local(next.next.as_deref().unwrap_or("/")), "", None);
    if let (Some(offered), Some(provider), true) = (&mut page.provider, &ui.provider, next.out) {
        offered.out = provider.out(ui.api.workers.door.clock.now()).await;
    }
    Ok(answer::page(StatusCode::OK, &page))
}

/// Signs somebody in with a password.
pub(super) async fn sign_in(State(ui): State<Ui>, request: Request) -> Result<Response, Halt> {
    let (headers, origin, fields) = ours(request, &ui).await?;
    let (name, next) = (fields.get("name"), local(fields.get("next")));
    let refused = |problem: &Problem| {
        let refused = Some(Refused::of("", problem));
        answer::page(problem.status(), &Page::of(&ui, next, name, refused))
    };
    if !is_local_open(&ui) {
        return Ok(refused(&Problem::of(Code::SignInClosed)));
    }
    let door = &ui.api.workers.door;
    let counted = account::spelled(name).unwrap_or_default();
    let is_own = is_own(door, cookie(&headers, origin.way), &counted).await?;
    let who = Trying { name: &counted, address: origin.address, is_own };
    let tried = match ui.limit.begin(who, door.clock.now()) {
        Ok(tried) => tried,
        Err(wait) => return Ok(later(refused(&too_often(wait)), wait)),
    };
    // A password may begin or end with a space.
    match account::check(door, name, fields.raw("password")).await {
        Ok(Some(person)) if is_active(door, person).await? => {
            ui.limit.was_right(tried, door.clock.now());
            let shown = here(&ui, (person, origin.address), session::Way::Password).await?;
            begin(&ui, (person, shown), (&headers, origin.way), next).await
        }
        Ok(Some(_) | None) => Ok(refused(&Problem::of(Code::SignInWrong))),
        Err(NotSigned::Busy(busy)) => {
            ui.limit.was_none(tried, door.clock.now());
            Ok(later(refused(&too_busy(busy)), Wait(BUSY)))
        }
        Err(not) => Err(not_begun(not)),
    }
}

/// Whether this browser is signed in as the one whose name it is.
async fn is_own(door: &Door, secret: Option<&str>, name: &str) -> Result<bool, Halt> {
    let Some(secret) = secret else { return Ok(false) };
    Ok(match session::check(door, secret, session::Use::Made).await? {
        Some((person, _)) => account::is_of(door, name, person).await?,
        None => false,
    })
}

/// An answer that says when to come again.
fn later(mut response: Response, Wait(wait): Wait) -> Response {
    response.headers_mut().insert(header::RETRY_AFTER, seconds(wait).into());
    response
}

/// What a link would do. Looking spends nothing.
pub(super) async fn look_at_link(
    State(ui): State<Ui>,
    Path(secret): Path<String>,
    request: Request,
) -> Result<Response, Halt> {
    let (parts, _) = request.into_parts();
    must_be_here(Origin::of(&parts, &ui.front)?.way)?;
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
    let (headers, origin, _) = ours(request, &ui).await?;
    must_be_here(origin.way)?;
    let door = &ui.api.workers.door;
    match link::spend(door, &secret).await? {
        Some(person) if is_active(door, person).await? => {
            let shown = here(&ui, (person, origin.address), session::Way::Link).await?;
            begin(&ui, (person, shown), (&headers, origin.way), "/").await
        }
        Some(_) | None => {
            let page = LinkPage { links: Links::new(), who: None, action: String::new() };
            Ok(answer::page(StatusCode::GONE, &page))
        }
    }
}

/// Ends the session of this browser.
pub(super) async fn sign_out(State(ui): State<Ui>, posted: Posted) -> Result<Response, Halt> {
    session::end(&ui.api.workers.door, &posted.visitor.secret).await?;
    Ok(signed_out(&posted))
}

/// Ends every session of whoever this browser is signed in as.
pub(super) async fn sign_out_everywhere(
    State(ui): State<Ui>,
    posted: Posted,
) -> Result<Response, Halt> {
    session::end_all(&ui.api.workers.door, posted.visitor.person).await?;
    Ok(signed_out(&posted))
}

/// Whoever came by the provider is shown how to sign out there too; a form may lead to no other server.
fn signed_out(posted: &Posted) -> Response {
    let after = match posted.visitor.shown.way {
        session::Way::Provider => "/sign-in?out=true",
        session::Way::Password | session::Way::Link => "/sign-in",
    };
    let mut response = answer::see(after);
    let cookie = set_cookie(None, posted.way);
    response.headers_mut().extend(cookie.map(|it| (header::SET_COOKIE, it)));
    response
}

/// Signing in without the provider, where there is one, is heard: in the ledger, in the log, and on every
/// page. Nobody comes in so of whom the ledger does not know it.
async fn here(
    ui: &Ui,
    (person, address): (PersonId, IpAddr),
    way: session::Way,
) -> Result<Shown, Halt> {
    let door = &ui.api.workers.door;
    let now = door.clock.now();
    if ui.provider.is_some() {
        let local = LocalSignIn { way: local_way(way), from: class(address) };
        tracing::warn!(
            %person,
            way = way.as_str(),
            from = ?local.from,
            "somebody signed in without the provider of the organisation"
        );
        let command = Command::Person(person, Ask::SignInLocally(local));
        door.act(Asked::of_person(person, Signed::once(now), command)).await?;
    }
    Ok(Shown::here(way, now))
}

fn local_way(way: session::Way) -> LocalWay {
    match way {
        session::Way::Link => LocalWay::Link,
        session::Way::Password | session::Way::Provider => LocalWay::Password,
    }
}

/// What of an address may stand in the ledger.
fn class(address: IpAddr) -> From {
    let address = address.to_canonical();
    let is_private = match address {
        IpAddr::V4(it) => it.is_private() || it.is_link_local(),
        IpAddr::V6(it) => it.is_unique_local() || it.is_unicast_link_local(),
    };
    match (address.is_loopback(), is_private) {
        (true, _) => From::ThisMachine,
        (false, true) => From::PrivateNetwork,
        (false, false) => From::Elsewhere,
    }
}

/// A new session, whatever session the browser had, which is over.
async fn begin(
    ui: &Ui,
    (person, shown): (PersonId, Shown),
    (headers, way): (&HeaderMap, Way),
    next: &str,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    if let Some(former) = cookie(headers, way) {
        session::end(door, former).await?;
    }
    let secret = session::begin(door, person, shown).await.map_err(not_begun)?;
    let mut response = answer::see(next);
    let cookie = set_cookie(Some(&secret), way);
    response.headers_mut().extend(cookie.map(|it| (header::SET_COOKIE, it)));
    Ok(response)
}

pub(super) fn not_begun(not: NotSigned) -> Halt {
    match not {
        NotSigned::Store(fault) => fault.into(),
        NotSigned::Chance(no) => NotDone::Chance(no).into(),
        NotSigned::Unread(not_done) => not_done.into(),
        NotSigned::Busy(busy) => too_busy(busy).into(),
        NotSigned::Password(_)
        | NotSigned::NameTaken(_)
        | NotSigned::BadName(_)
        | NotSigned::Inactive => Problem::of(Code::SignInWrong).into(),
    }
}

/// A form from one of our own pages; there is no session yet of which it could be.
async fn ours(request: Request, ui: &Ui) -> Result<(HeaderMap, Origin, Fields), Halt> {
    let (parts, body) = request.into_parts();
    let origin = Origin::of(&parts, &ui.front)?;
    if !origin.is_ours {
        return Err(form::not_ours());
    }
    let headers = parts.headers.clone();
    let (fields, _) = form::read(Request::from_parts(parts, body), ui).await?;
    Ok((headers, origin, fields))
}

/// A path on this server, and nothing that a browser takes for another one.
fn local(next: &str) -> &str {
    let is_local = next.starts_with('/')
        && !next.starts_with("//")
        && !next.contains('\\')
        && !next.chars().any(char::is_control);
    if is_local { next } else { "/" }
}

fn must_be_here(way: Way) -> Result<(), Halt> {
    match way {
        Way::Here => return Ok(()),
        Way::Public => {}
    }
    Err(Problem::of(Code::SignInNotHere).into())
}

fn too_often(Wait(wait): Wait) -> Problem {
    Problem::of(Code::SignInTooOften).then(&format!("wait {} seconds and try again", seconds(wait)))
}

fn too_busy(busy: Busy) -> Problem {
    Problem::of(Code::FaultBusy).because(&busy.to_string()).then("try again in a few seconds")
}

/// Whole seconds, rather too many than too few.
fn seconds(wait: SignedDuration) -> u64 {
    u64::try_from(wait.as_secs()).unwrap_or(0).saturating_add(1)
}

#[cfg(test)]
mod tests {
    use super::{From, class, local};

    #[test]
    fn of_an_address_its_class_is_kept_and_nothing_else() {
        for (address, from) in [
            ("127.0.0.1", From::ThisMachine),
            ("::1", From::ThisMachine),
            ("::ffff:127.0.0.1", From::ThisMachine),
            ("10.1.2.3", From::PrivateNetwork),
            ("192.168.1.1", From::PrivateNetwork),
            ("::ffff:172.16.0.1", From::PrivateNetwork),
            ("fd00::1", From::PrivateNetwork),
            ("fe80::1", From::PrivateNetwork),
            ("203.0.113.9", From::Elsewhere),
            ("2001:db8::1", From::Elsewhere),
            ("172.32.0.1", From::Elsewhere),
        ] {
            assert_eq!(class(address.parse().unwrap()), from, "{address}");
        }
    }

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
