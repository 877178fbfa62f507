//! Who calls: the person behind the bearer token, what the token is good for, and the headers that
//! make a change safe to repeat (`Idempotency-Key`) and safe against others (`If-Match`).

use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::http::{HeaderMap, Method, StatusCode, header};
use axum::{Json, extract};
use countersign_governance::actor::Actor;
use countersign_governance::id::PersonId;
use serde::de::DeserializeOwned;
use sha2::{Digest, Sha256};
use utoipa::Modify;
use utoipa::openapi::OpenApi;
use utoipa::openapi::security::{Http, HttpAuthScheme, SecurityScheme};

use super::Api;
use super::problem::Problem;
use crate::act::{NotDone, Once};
use crate::token::{self, Scope};

/// Longest idempotency key, in bytes.
const KEY_BYTES_MAX: usize = 128;

/// The person who calls.
#[derive(Debug, Clone)]
pub struct Caller {
    /// Who.
    pub person: PersonId,
    /// The sequence they have seen, if they say so.
    pub seen: Option<i64>,
    key: Option<String>,
}

/// A JSON body, with its digest; what cannot be read is a problem like any other.
#[derive(Debug, Clone)]
pub struct Body<T> {
    /// The content.
    pub content: T,
    digest: String,
}

impl Caller {
    /// As the door knows them.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor::Person(self.person)
    }

    /// The request as one that is carried out once, if it has a key: what it is about and what it
    /// says are part of it.
    #[must_use]
    pub fn once(&self, about: &str, body_digest: &str) -> Option<Once> {
        let body_digest = sha256(format!("{about}\n{body_digest}").as_bytes());
        self.key.clone().map(|key| Once { key, body_digest })
    }
}

impl<T> Body<T> {
    /// SHA-256 of the bytes as sent, hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl FromRequestParts<Api> for Caller {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, api: &Api) -> Result<Self, Problem> {
        let door = &api.workers.door;
        let secret = bearer(&parts.headers).ok_or_else(no_token)?;
        let checked = token::check(&door.store, secret, door.clock.now()).await;
        let (person, scope) = checked.map_err(NotDone::Store)?.ok_or_else(no_token)?;
        if scope < Scope::Act && parts.method != Method::GET {
            let detail = "this token is only good for questions";
            let next = "use a token of the scope `act`";
            return Err(Problem::new(StatusCode::FORBIDDEN, "token.read-only", detail, next));
        }
        let seen = seen(&parts.headers)?;
        let key = key(&parts.headers)?;
        Ok(Self { person, seen, key })
    }
}

impl<T: DeserializeOwned> extract::FromRequest<Api> for Body<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, api: &Api) -> Result<Self, Problem> {
        let is_json = request.headers().get(header::CONTENT_TYPE).is_some_and(|kind| {
            kind.to_str().is_ok_and(|kind| kind.starts_with("application/json"))
        });
        if !is_json {
            let detail = "the body must be JSON, and say so in Content-Type";
            let status = StatusCode::UNSUPPORTED_MEDIA_TYPE;
            return Err(Problem::new(
                status,
                "request.media-type",
                detail,
                "send application/json",
            ));
        }
        let bytes = axum::body::Bytes::from_request(request, api)
            .await
            .map_err(|refusal| Problem::malformed(&refusal.body_text()))?;
        let digest = sha256(&bytes);
        let Json(content) = Json::<T>::from_bytes(&bytes)
            .map_err(|refusal| Problem::malformed(&refusal.body_text()))?;
        Ok(Self { content, digest })
    }
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, secret) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| secret.trim())
}

fn no_token() -> Problem {
    let detail = "this needs a token that is known, not over and not revoked";
    let next = "send `Authorization: Bearer ...`; `countersign token issue` makes one";
    Problem::new(StatusCode::UNAUTHORIZED, "token.missing", detail, next)
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
        None => Err(Problem::malformed("If-Match holds no ETag of ours: send the one you got")),
    }
}

fn key(headers: &HeaderMap) -> Result<Option<String>, Problem> {
    let Some(value) = headers.get("idempotency-key") else { return Ok(None) };
    match value.to_str() {
        Ok(key) if !key.is_empty() && key.len() <= KEY_BYTES_MAX => Ok(Some(key.to_owned())),
        Ok(_) | Err(_) => {
            Err(Problem::malformed("an Idempotency-Key has 1 to 128 printable characters"))
        }
    }
}

fn sha256(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    countersign_ledger::tree::Hash(digest).to_hex()
}

/// Adds the bearer token to the OpenAPI document.
#[derive(Debug)]
pub(super) struct Bearer;

impl Modify for Bearer {
    fn modify(&self, openapi: &mut OpenApi) {
        let components = openapi.components.get_or_insert_with(Default::default);
        let scheme = SecurityScheme::Http(Http::new(HttpAuthScheme::Bearer));
        components.add_security_scheme("token", scheme);
    }
}
