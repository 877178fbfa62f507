//! Who calls: the person behind the bearer token, what the token is good for, and the headers that
//! make a change safe to repeat (`Idempotency-Key`) and safe against others (`If-Match`).

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, header};
use countersign_governance::Command;
use countersign_governance::id::PersonId;

use super::Api;
use super::body::sha256;
use super::problem::Problem;
use super::problem::code::Code;
use crate::auth::is_active;
use crate::door::{Asked, NotDone, Once};
use crate::signed::Signed;
use crate::token::{self, Holder, Scope};

/// Longest idempotency key, in bytes.
pub(super) const KEY_BYTES_MAX: usize = 128;

/// The person who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// How and when they showed who they are, as their token has it.
    signed: Signed,
    /// The sequence they have seen, if they say so.
    pub seen: Option<i64>,
    key: Option<String>,
}

impl Caller {
    /// A command of theirs.
    #[must_use]
    pub fn asks(&self, command: Command) -> Asked {
        Asked::of_person(self.person, self.signed, command)
    }

    /// How and when they showed who they are.
    #[must_use]
    pub fn signed(&self) -> Signed {
        self.signed
    }

    /// A command of theirs that was put together already.
    #[must_use]
    pub fn shows(&self, asked: Asked) -> Asked {
        asked.shown(self.signed)
    }

    /// The request as one that is carried out once, if it has a key: what it is about and what it
    /// says are part of it.
    #[must_use]
    pub fn once(&self, about: &str, body_digest: &str) -> Option<Once> {
        let body_digest = sha256(format!("{about}\n{body_digest}").as_bytes());
        self.key.clone().map(|key| Once { key, body_digest })
    }
}

/// Somebody who asks, and changes nothing whatever the method: a token for questions is enough.
#[derive(Debug, Clone, Copy)]
pub struct Asker;

impl FromRequestParts<Api> for Asker {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        known(parts, api).await.map(|_| Self)
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let Holder { person, scope, signed } = known(parts, api).await?;
        let asks = parts.method == Method::GET || parts.method == Method::HEAD;
        if scope < Scope::Act && !asks {
            return Err(Problem::of(Code::TokenReadOnly));
        }
        let seen = seen(&parts.headers)?;
        let key = key(&parts.headers)?;
        Ok(Self { person, signed, seen, key })
    }
}

/// Who is behind a token, and what it is good for.
async fn known(parts: &Parts, api: &Api) -> Result<Holder, Problem> {
    let door = &api.workers.door;
    let secret = bearer(&parts.headers).ok_or_else(|| Problem::of(Code::TokenMissing))?;
    let checked = token::check(&door.store, secret, door.clock.now()).await;
    let holder = checked.map_err(NotDone::Store)?;
    let holder = holder.ok_or_else(|| Problem::of(Code::TokenInvalid))?;
    if is_active(door, holder.person).await? {
        Ok(holder)
    } else {
        Err(Problem::of(Code::TokenInvalid))
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

/// `If-Match: "7"`; `*` is any.
fn seen(headers: &HeaderMap) -> Result<Option<i64>, Problem> {
    let Some(value) = headers.get(header::IF_MATCH) else { return Ok(None) };
    let text = value.to_str().unwrap_or_default().trim();
    if text == "*" {
        return Ok(None);
    }
    let number = text.strip_prefix('"').and_then(|text| text.strip_suffix('"'));
    match number.and_then(|number| number.parse().ok()) {
        Some(number) => Ok(Some(number)),
        None => {
            let detail = "this is no ETag of ours: send the one you got, quotes included";
            Err(Problem::malformed_at(Some("If-Match"), detail))
        }
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    // Text in a header may hold tabs, which a key does not.
    let is_printable = |key: &str| key.bytes().all(|byte| matches!(byte, b' '..=b'~'));
    match value.to_str() {
        Ok(key) if (1..=KEY_BYTES_MAX).contains(&key.len()) && is_printable(key) => {
            Ok(Some(key.to_owned()))
        }
        Ok(_) | Err(_) => {
            let detail = format!("a key has 1 to {KEY_BYTES_MAX} printable characters");
            Err(Problem::malformed_at(Some("Idempotency-Key"), &detail))
        }
    }
}
