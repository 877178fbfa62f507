//! Signing a program in from a browser (RFC 8628), with bodies in JSON as everywhere here: the program
//! gets a code for itself and one for a person, and asks until the person has answered.

use std::net::{IpAddr, SocketAddr};

use axum::Json;
use axum::extract::{ConnectInfo, FromRequestParts, State};
use axum::http::header;
use axum::http::request::Parts;
use countersign_governance::Command;
use countersign_governance::id::PersonId;
use countersign_governance::person::{Command as Ask, TokenTaken};
use jiff::{SignedDuration, Timestamp};
use secrecy::ExposeSecret as _;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use super::Api;
use super::body::Body;
use super::problem::code::Code;
use super::problem::{Problem, Wire};
use crate::auth::NotSigned;
use crate::auth::device::{self, INTERVAL, LIFE, NAME_CHARS_MAX, Polled};
use crate::auth::limit::Wait;
use crate::door::{Asked, Door, NotDone};
use crate::signed::Signed;
use crate::token::{self, NotIssued, Scope};

/// Where people type the code.
const PAGE: &str = "/device";

/// How long the token of such a program is good, in days.
const DAYS: i64 = 1;

/// Longest `Host` that is told back, in bytes.
const HOST_BYTES_MAX: usize = 255;

/// Who wants to be signed in.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInBegin)]
pub struct Content {
    /// What the program calls itself, for the person who confirms it.
    #[schema(min_length = 1, max_length = 100)]
    pub name: String,
}

/// The two codes.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInBegun)]
pub struct Begun {
    /// By which the program asks; a secret.
    pub device_code: String,
    /// What the person types.
    pub user_code: String,
    /// Where they type it.
    pub verification_uri: String,
    /// Seconds for which both are good.
    pub expires_in: i64,
    /// Seconds between two questions, at least.
    pub interval: i64,
}

/// Which program asks.
#[derive(Debug, Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
#[schema(as = SignInPoll)]
pub struct Asking {
    /// The code that it got.
    #[schema(min_length = 1, max_length = 100)]
    pub device_code: String,
}

/// A token.
#[derive(Debug, Serialize, ToSchema)]
#[schema(as = SignInToken)]
pub struct Given {
    /// The token, which is shown once and kept nowhere.
    pub access_token: String,
    /// How it is shown: as a bearer token.
    pub token_type: &'static str,
    /// Seconds for which it is good.
    pub expires_in: i64,
}

/// From where a program asks, and where it believes to be.
#[derive(Debug, Clone)]
pub struct From {
    address: IpAddr,
    page: String,
}

impl FromRequestParts<Api> for From {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>().map(|peer| peer.0.ip());
        let peer = peer.unwrap_or(IpAddr::from([0, 0, 0, 0]));
        let host = parts.headers.get(header::HOST).and_then(|it| it.to_str().ok());
        let host = host.filter(|it| it.len() <= HOST_BYTES_MAX).unwrap_or("127.0.0.1");
        let page = match &api.front.public {
            Some(public) => format!("{public}{PAGE}"),
            None => format!("http://{host}{PAGE}"),
        };
        Ok(Self { address: api.front.caller(peer, &parts.headers), page })
    }
}

/// Begins: two codes, and where a person types one of them.
#[utoipa::path(post, path = "/api/v1/sign-in/device", tag = "sign-in", request_body = Content,
    security(()),
    responses(
        (status = 200, body = Begun),
        (status = 429, body = Wire, content_type = "application/problem+json"),
    )
)]
pub async fn begin(
    State(api): State<Api>,
    from: From,
    body: Body<Content>,
) -> Result<Json<Begun>, Problem> {
    let name = body.content.name.trim();
    if name.is_empty() || name.chars().count() > NAME_CHARS_MAX {
        let detail = format!("a name has 1 to {NAME_CHARS_MAX} characters");
        return Err(Problem::malformed_at(Some("name"), &detail));
    }
    let door = &api.workers.door;
    api.pace.begin(from.address, door.clock.now()).map_err(|wait| too_often(&wait))?;
    let begun = device::begin(door, name, from.address).await.map_err(failed)?;
    let begun = begun.ok_or_else(|| Problem::of(Code::FaultBusy))?;
    Ok(Json(Begun {
        device_code: begun.device_code.expose_secret().to_owned(),
        user_code: begun.user_code,
        verification_uri: from.page,
        expires_in: LIFE.as_secs(),
        interval: INTERVAL.as_secs(),
    }))
}

/// Asks whether a person has confirmed: a token, once, or why there is none yet.
#[utoipa::path(post, path = "/api/v1/sign-in/device/token", tag = "sign-in", request_body = Asking,
    security(()),
    responses((status = 200, body = Given))
)]
pub async fn poll(State(api): State<Api>, body: Body<Asking>) -> Result<Json<Given>, Problem> {
    let polled = device::poll(&api.workers.door, &body.content.device_code).await;
    match polled.map_err(NotDone::Store)? {
        Polled::Confirmed(person) => given(&api.workers.door, person).await.map(Json),
        Polled::Pending => Err(Problem::of(Code::DevicePending)),
        Polled::SlowDown => Err(Problem::of(Code::DeviceSlowDown)),
        Polled::Denied => Err(Problem::of(Code::DeviceDenied)),
        Polled::Expired => Err(Problem::of(Code::DeviceExpired)),
    }
}

/// The event first: no token is out of which the ledger knows nothing.
async fn given(door: &Door, person: PersonId) -> Result<Given, Problem> {
    let (now, life) = (door.clock.now(), SignedDuration::from_hours(DAYS.saturating_mul(24)));
    let until = now.checked_add(life).unwrap_or(Timestamp::MAX);
    let command = Command::Person(person, Ask::TakeToken(TokenTaken { until }));
    match door.act(Asked::of_person(person, Signed::once(now), command)).await {
        Ok(_) => {}
        // Deactivated since they said yes.
        Err(NotDone::Refused(_)) => return Err(Problem::of(Code::DeviceDenied)),
        Err(not_done) => return Err(not_done.into()),
    }
    match token::issue(door, person, Scope::Act, "signed in from a browser", DAYS).await {
        Ok(secret) => Ok(Given {
            access_token: secret.expose_secret().to_owned(),
            token_type: "Bearer",
            expires_in: life.as_secs(),
        }),
        Err(NotIssued::Inactive) => Err(Problem::of(Code::DeviceDenied)),
        Err(NotIssued::Store(fault)) => Err(NotDone::Store(fault).into()),
        Err(NotIssued::Chance(no)) => Err(NotDone::Chance(no).into()),
        Err(NotIssued::Unread(not_done)) => Err(not_done.into()),
    }
}

fn too_often(Wait(wait): &Wait) -> Problem {
    let seconds = wait.as_secs().saturating_add(1);
    Problem::of(Code::DeviceTooOften).then(&format!("wait {seconds} seconds and try again"))
}

fn failed(not: NotSigned) -> Problem {
    match not {
        NotSigned::Store(fault) => NotDone::Store(fault).into(),
        NotSigned::Chance(no) => NotDone::Chance(no).into(),
        NotSigned::Unread(not_done) => not_done.into(),
        NotSigned::Password(_)
        | NotSigned::NameTaken(_)
        | NotSigned::Busy(_)
        | NotSigned::Inactive
        | NotSigned::BadName(_) => Problem::of(Code::FaultPermanent),
    }
}
