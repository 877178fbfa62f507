//! Signing in by the provider of the organisation: there, back again, and out when the provider says so.
//! Whoever it vouches for and nobody appointed is told who could appoint them, and gets no session.

use askama::Template;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_governance::authority::Verb;
use countersign_governance::id::PersonId;
use serde::Deserialize;

use super::super::asset::Links;
use super::super::form;
use super::super::halt::{self, Halt, encoded};
use super::super::origin::{Origin, Way};
use super::super::person::{self, Who};
use super::super::refusal::Refused;
use super::super::visitor::cookie_named;
use super::super::{Ui, answer};
use super::{begin, local};
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::api::query::Query;
use crate::auth::is_active;
use crate::auth::provider::group;
use crate::auth::provider::person::find;
use crate::auth::provider::{Back, COOKIE_LIFE, Identity, NotShown, Provider};
use crate::auth::session::{self, LIFE_MAX, Shown};
use crate::door::Door;
use crate::signed::{self, Needed, needs};

/// Most people who are named on the page of somebody whom nobody appointed.
const NAMED_MAX: usize = 20;

/// Where to go on, and what must be shown there.
#[derive(Debug, Deserialize)]
pub(in crate::ui) struct Asked {
    next: Option<String>,
    /// `second` or `key`.
    strength: Option<String>,
    /// Minutes.
    age: Option<i64>,
}

/// What somebody is told whom nobody appointed.
#[derive(Debug, Template)]
#[template(path = "unknown.html")]
pub(in crate::ui) struct Unknown {
    pub(in crate::ui) links: Links,
    /// What the provider is called.
    pub(in crate::ui) provider: String,
    /// What it says who they are.
    pub(in crate::ui) says: String,
    /// Their verified address; empty where the provider says none.
    pub(in crate::ui) email: String,
    /// What their groups stand for; empty where they stand for nothing.
    pub(in crate::ui) seats: String,
    /// Who could appoint them.
    pub(in crate::ui) who: Vec<Who>,
}

/// Where the page of signing in leads to the provider.
pub(in crate::ui) fn address(next: &str) -> String {
    format!("/sign-in/provider?next={}", encoded(next))
}

/// Where somebody signs in so strongly and lately as it is needed.
pub(in crate::ui) fn address_for(next: &str, needed: Needed) -> String {
    let Needed { strength, minutes } = needed;
    let minutes = minutes.clamp(0, LIFE_MAX.as_mins());
    format!("{}&strength={}&age={minutes}", address(next), signed::name(strength))
}

/// Sends the browser to the provider.
pub(in crate::ui) async fn there(
    State(ui): State<Ui>,
    Query(asked): Query<Asked>,
    request: Request,
) -> Result<Response, Halt> {
    let way = Origin::of(&request.into_parts().0, &ui.front)?.way;
    let provider = configured(&ui)?;
    let strength = signed::of_name(asked.strength.as_deref().unwrap_or_default());
    let longest = LIFE_MAX.as_mins();
    let needed = needs(strength, asked.age.unwrap_or(longest).clamp(0, longest));
    let next = local(asked.next.as_deref().unwrap_or("/"));
    let door = &ui.api.workers.door;
    match provider.begin(door, next, needed).await {
        Ok((address, kept)) => Ok(with_cookie(answer::see(&address), Some(&kept), way)),
        Err(not) => Err(told(&not)),
    }
}

/// What the browser brings back from there: a session, or why there is none.
pub(in crate::ui) async fn back(
    State(ui): State<Ui>,
    Query(back): Query<Back>,
    request: Request,
) -> Result<Response, Halt> {
    let parts = request.into_parts().0;
    let way = Origin::of(&parts, &ui.front)?.way;
    let provider = configured(&ui)?;
    // What was begun is over with the first answer, whatever it is.
    Ok(match returned(&ui, provider, (&parts, way), &back).await {
        Ok(response) => with_cookie(response, None, way),
        Err(halt) => with_cookie(halt.into_response(), None, way),
    })
}

async fn returned(
    ui: &Ui,
    provider: &Provider,
    (parts, way): (&Parts, Way),
    back: &Back,
) -> Result<Response, Halt> {
    let door = &ui.api.workers.door;
    let kept = cookie_named(&parts.headers, name(way));
    let (identity, next) = match provider.finish(door, kept, back).await {
        Ok(shown) => shown,
        Err(not) => return Err(told(&not)),
    };
    match find(door, &identity).await? {
        Some(person) if is_active(door, person).await? => {
            group::seat(door, person, &identity).await?;
            let next = local(&next).to_owned();
            let shown = shown(&identity);
            begin(ui, (person, shown), (&parts.headers, way), &next).await
        }
        nobody => unknown(door, provider, &identity, nobody).await,
    }
}

/// The provider says that sessions are over. No browser sends this: what is in it is signed.
pub(in crate::ui) async fn hear(State(ui): State<Ui>, request: Request) -> Result<Response, Halt> {
    let (parts, body) = request.into_parts();
    Origin::of(&parts, &ui.front)?;
    let provider = configured(&ui)?;
    let (fields, _) = form::read(Request::from_parts(parts, body), &ui).await?;
    match provider.hear(&ui.api.workers.door, fields.get("logout_token")).await {
        Ok(ended) => {
            tracing::info!(ended, "the provider of sign-ins ended sessions");
            Ok(StatusCode::OK.into_response())
        }
        Err(not @ (NotShown::Ours(_) | NotShown::Unreached(_) | NotShown::Busy)) => Err(told(&not)),
        Err(not) => {
            tracing::warn!(%not, "a logout message was refused");
            Ok(StatusCode::BAD_REQUEST.into_response())
        }
    }
}

fn shown(identity: &Identity) -> Shown {
    Shown {
        way: session::Way::Provider,
        signed: identity.signed,
        by: Some((identity.issuer.clone(), identity.subject.clone())),
        provider_session: identity.session.clone(),
    }
}

fn configured(ui: &Ui) -> Result<&Provider, Halt> {
    let next = "sign in with a password";
    ui.provider.as_ref().ok_or_else(|| Problem::of(Code::RequestAddress).then(next).into())
}

async fn unknown(
    door: &Door,
    provider: &Provider,
    identity: &Identity,
    inactive: Option<PersonId>,
) -> Result<Response, Halt> {
    let subject = identity.subject.as_str();
    tracing::warn!(
        subject,
        inactive = inactive.is_some(),
        "nobody is appointed whom the provider knows so"
    );
    let mut who = Vec::new();
    let tier = door.policy.tiers.administration().map(|tier| tier.id.as_str());
    let seats = door.policy.authorities.seats(Verb::PersonAppoint, tier.unwrap_or_default());
    for seat in seats {
        who.extend(person::in_seat(door, seat, "").await?);
    }
    who.sort_by(|one, other| one.name.cmp(&other.name));
    who.dedup_by(|one, other| one.id == other.id);
    who.truncate(NAMED_MAX);
    let table = provider.table();
    let seats: Vec<_> = group::seats(door, identity).into_iter().collect();
    let says = identity.name.clone().or_else(|| identity.email.clone());
    let page = Unknown {
        links: Links::new(),
        provider: table.name.clone(),
        says: says.unwrap_or_else(|| subject.to_owned()),
        email: identity.email.clone().unwrap_or_default(),
        seats: if seats.is_empty() { String::new() } else { person::seats(&seats) },
        who,
    };
    Ok(answer::page(StatusCode::FORBIDDEN, &page))
}

/// What stands above a sign-in of which nothing came.
const TITLE: &str = "Nobody is signed in";

/// Why nobody is signed in, for the browser; the log has it exactly.
fn told(not: &NotShown) -> Halt {
    let problem = match not {
        NotShown::Ours(_) | NotShown::Chance(_) => {
            tracing::error!(%not, "nobody could be signed in");
            Problem::of(Code::FaultPermanent)
        }
        NotShown::Unreached(_) => {
            tracing::warn!(%not, "the provider of sign-ins is not reached");
            Problem::of(Code::SignInProvider)
        }
        NotShown::Busy => Problem::of(Code::FaultBusy).then("try again in a few seconds"),
        NotShown::NotBegun => Problem::of(Code::SignInNotBegun),
        NotShown::Less { needed, next, .. } => {
            tracing::warn!(%not, "a sign-in was refused");
            let problem = Problem::of(Code::SignInLess).because(&not.to_string());
            let (refused, again) = (Refused::of("", &problem), address_for(next, *needed));
            return halt::again_at(TITLE, refused, problem.status(), Some(again));
        }
        NotShown::Declined(_) | NotShown::Untrue(_) | NotShown::Repeated => {
            tracing::warn!(%not, "a sign-in was refused");
            Problem::of(Code::SignInNotShown).because(&not.to_string())
        }
    };
    halt::of(TITLE, Refused::of("", &problem), problem.status())
}

/// The cookie's name until the browser comes back.
fn name(way: Way) -> &'static str {
    match way {
        Way::Here => "countersign-begun",
        Way::Public => "__Host-countersign-begun",
    }
}

fn with_cookie(mut response: Response, kept: Option<&str>, way: Way) -> Response {
    let secure = match way {
        Way::Here => "",
        Way::Public => "; Secure",
    };
    let (value, age) = kept.map_or(("", 0), |kept| (kept, COOKIE_LIFE.as_secs()));
    let name = name(way);
    // Lax, because the way back begins at the provider.
    let cookie = format!("{name}={value}; Path=/; Max-Age={age}; HttpOnly; SameSite=Lax{secure}");
    if let Ok(cookie) = HeaderValue::from_str(&cookie) {
        response.headers_mut().append(header::SET_COOKIE, cookie);
    }
    response
}
