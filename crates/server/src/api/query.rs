//! Query strings and parts of the path, with a problem like any other for what cannot be read.

use axum::extract::FromRequestParts;
use axum::extract::path::ErrorKind;
use axum::extract::rejection::PathRejection;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

use super::problem::Problem;
use super::wording::plain;

/// What the framework puts before the words of the parser.
const QUERY_PREFIX: &str = "Failed to deserialize query string: ";

/// The query string, read.
#[derive(Debug, Clone)]
pub struct Query<T>(pub T);

/// A part of the path, read.
#[derive(Debug, Clone)]
pub struct Path<T>(pub T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        if parts.uri.query().is_some_and(holds_nul) {
            return Err(nul());
        }
        let read = axum::extract::Query::<T>::try_from_uri(&parts.uri);
        read.map(|query| Self(query.0)).map_err(|refusal| {
            let said = refusal.body_text();
            let said = said.strip_prefix(QUERY_PREFIX).unwrap_or(&said);
            match said.split_once(": ") {
                Some((field, why)) if !field.is_empty() && !field.contains(' ') => {
                    Problem::malformed_at(Some(field), &plain(why))
                }
                Some(_) | None => Problem::malformed(&plain(said)),
            }
        })
    }
}

impl<T: DeserializeOwned + Send, S: Send + Sync> FromRequestParts<S> for Path<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        if holds_nul(parts.uri.path()) {
            return Err(nul());
        }
        let read = axum::extract::Path::<T>::from_request_parts(parts, state).await;
        read.map(|path| Self(path.0)).map_err(|refusal| unreadable(&refusal))
    }
}

fn unreadable(refusal: &PathRejection) -> Problem {
    let PathRejection::FailedToDeserializePathParams(failed) = refusal else {
        return Problem::malformed("this address cannot be read");
    };
    match failed.kind() {
        ErrorKind::ParseErrorAtKey { key, value, .. }
        | ErrorKind::DeserializeError { key, value, .. } => {
            let value: String = value.chars().take(VALUE_CHARS_MAX).collect();
            Problem::malformed_at(Some(key), &format!("`{value}` cannot stand in this address"))
        }
        ErrorKind::InvalidUtf8InPathParam { key } => {
            Problem::malformed_at(Some(key), "this is not UTF-8")
        }
        _ => Problem::malformed("this address cannot be read"),
    }
}

/// How much of what was sent is repeated in an answer, in characters.
const VALUE_CHARS_MAX: usize = 100;

/// Whether an encoded address holds a NUL, which PostgreSQL keeps in no text.
fn holds_nul(encoded: &str) -> bool {
    encoded.contains("%00")
}

fn nul() -> Problem {
    Problem::malformed("the address holds the character U+0000, which no text here may")
}
