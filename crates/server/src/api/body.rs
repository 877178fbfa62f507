//! JSON bodies: how large, of which content type, and what is said of one that cannot be read. The
//! digest of the bytes as sent goes with the content, so that the same request is known again.

use axum::body::Bytes;
use axum::extract::rejection::BytesRejection;
use axum::extract::{DefaultBodyLimit, FromRequest, Request};
use axum::http::{HeaderMap, StatusCode, header};
use serde::de::{DeserializeOwned, IgnoredAny};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::Api;
use super::problem::Problem;
use super::problem::code::Code;
use super::wording::plain;

/// Largest request body, in bytes.
pub(super) const BODY_BYTES_MAX: usize = 1 << 20;

/// A JSON body of at most so many bytes, with its digest; what cannot be read is a problem like any other.
#[derive(Debug, Clone)]
pub struct Body<T, const MAX: usize = BODY_BYTES_MAX> {
    /// The content.
    pub content: T,
    digest: String,
}

impl<T, const MAX: usize> Body<T, MAX> {
    /// SHA-256 of the bytes as sent, hex.
    #[must_use]
    pub fn digest(&self) -> &str {
        &self.digest
    }
}

impl<T: DeserializeOwned, const MAX: usize> FromRequest<Api> for Body<T, MAX> {
    type Rejection = Problem;

    async fn from_request(mut request: Request, api: &Api) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(Problem::of(Code::RequestMediaType));
        }
        DefaultBodyLimit::max(MAX).apply(&mut request);
        let bytes = Bytes::from_request(request, api).await.map_err(|it| not_received(&it, MAX))?;
        Ok(Self { content: read(&bytes)?, digest: sha256(&bytes) })
    }
}

/// SHA-256, hex.
pub(crate) fn sha256(bytes: &[u8]) -> String {
    let digest: [u8; 32] = Sha256::digest(bytes).into();
    countersign_ledger::tree::Hash(digest).to_hex()
}

/// `application/json`, with or without parameters (RFC 9110 section 8.3.1).
fn is_json(headers: &HeaderMap) -> bool {
    let kind = headers.get(header::CONTENT_TYPE).and_then(|kind| kind.to_str().ok());
    let kind = kind.map(|kind| kind.split_once(';').map_or(kind, |(kind, _)| kind));
    kind.is_some_and(|kind| kind.trim().eq_ignore_ascii_case("application/json"))
}

fn not_received(refusal: &BytesRejection, most: usize) -> Problem {
    if refusal.status() == StatusCode::PAYLOAD_TOO_LARGE {
        let detail = format!("the body is larger than {most} bytes");
        return Problem::of(Code::RequestTooLarge).because(&detail);
    }
    not_json("the body did not arrive whole")
}

fn read<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    let text = std::str::from_utf8(bytes).map_err(|bad| {
        not_json(&format!("the body is not UTF-8 from byte {} on", bad.valid_up_to()))
    })?;
    // Read as it stands, a list would do for an object whose fields it names in order.
    if !text.trim_start().starts_with('{') {
        return Err(match serde_json::from_str::<IgnoredAny>(text) {
            Ok(_) => Problem::malformed("the body must be an object"),
            Err(why) => not_json(&format!("the body is no JSON: {why}")),
        });
    }
    let mut json = serde_json::Deserializer::from_str(text);
    let content = serde_path_to_error::deserialize(&mut json).map_err(|it| unreadable(&it))?;
    json.end().map_err(|_| not_json("the body is no JSON: something follows its end"))?;
    without_nul(text)?;
    Ok(content)
}

fn unreadable(refusal: &serde_path_to_error::Error<serde_json::Error>) -> Problem {
    let (at, why) = (refusal.path().to_string(), refusal.inner());
    if why.is_data() {
        let at = Some(at).filter(|at| at != ".");
        return Problem::malformed_at(at.as_deref(), &plain(&why.to_string()));
    }
    not_json(&format!("the body is no JSON: {}", plain(&why.to_string())))
}

/// No text of a request may hold a NUL: PostgreSQL keeps none.
fn without_nul(text: &str) -> Result<(), Problem> {
    let value = text.contains("\\u0000").then(|| serde_json::from_str::<Value>(text));
    match value {
        Some(Ok(value)) if holds_nul(&value) => {
            Err(Problem::malformed("a text holds the character U+0000, which no text here may"))
        }
        Some(Ok(_) | Err(_)) | None => Ok(()),
    }
}

/// As deep as the parser lets JSON be nested.
fn holds_nul(value: &Value) -> bool {
    match value {
        Value::String(text) => text.contains('\0'),
        Value::Array(items) => items.iter().any(holds_nul),
        Value::Object(fields) => {
            fields.iter().any(|(name, value)| name.contains('\0') || holds_nul(value))
        }
        Value::Null | Value::Bool(_) | Value::Number(_) => false,
    }
}

fn not_json(detail: &str) -> Problem {
    Problem::of(Code::RequestJson).because(detail)
}
