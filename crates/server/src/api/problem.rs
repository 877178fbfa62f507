//! Problem details (RFC 9457): what, why, who could, what next, under a stable code. Nothing of the
//! inside is told: a fault is logged in full and answered with an incident id.

pub mod code;

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use countersign_governance::refusal::Refusal;
use countersign_store::Kind;
use serde::Serialize;
use utoipa::ToSchema;

use crate::act::NotDone;
use crate::signed;
use crate::told::Told;
use code::Code;

/// A problem, as it is sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = Problem)]
pub struct Wire {
    /// Names the kind of problem: `urn:countersign:problem:` and the code.
    #[serde(rename = "type")]
    pub kind: String,
    /// HTTP status.
    pub status: u16,
    /// In one line.
    pub title: String,
    /// Stable code for programs.
    pub code: String,
    /// What is wrong and why.
    pub detail: String,
    /// Who could do it instead.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub who: String,
    /// What to do next.
    #[serde(skip_serializing_if = "String::is_empty")]
    pub next: String,
    /// The part of the request that is meant.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
    /// The same in the words of OAuth 2.0 (RFC 6749 section 5.2, RFC 8628 section 3.5), where a program is
    /// signed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What the sign-in of whoever asks must be like, where it is too weak or too long ago.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub needed: Option<signed::Wire>,
    /// The current sequence of the case, where somebody else was first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub current: Option<i64>,
    /// The case as it stands now, where somebody else was first.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<Object>)]
    pub state: Option<serde_json::Value>,
}

/// A problem as the answer to a request.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem(Box<Wire>);

impl Problem {
    /// A problem in the words of its code.
    #[must_use]
    pub fn of(code: Code) -> Self {
        Self::new(code.status(), code.as_str(), code.says(), code.next())
    }

    /// The answer no, as governance words it.
    #[must_use]
    pub fn refused(refusal: &Refusal) -> Self {
        Self::told(&Told::from(refusal))
    }

    /// The same, saying more exactly what is wrong.
    #[must_use]
    pub fn because(mut self, detail: &str) -> Self {
        detail.clone_into(&mut self.0.detail);
        self
    }

    /// The same, saying more exactly what to do next.
    #[must_use]
    pub fn then(mut self, next: &str) -> Self {
        next.clone_into(&mut self.0.next);
        self
    }

    fn new(status: StatusCode, code: &str, detail: &str, next: &str) -> Self {
        Self(Box::new(Wire {
            kind: format!("urn:countersign:problem:{code}"),
            status: status.as_u16(),
            title: status.canonical_reason().unwrap_or("Problem").to_owned(),
            code: code.to_owned(),
            detail: detail.to_owned(),
            who: String::new(),
            next: next.to_owned(),
            field: None,
            error: code.strip_prefix("device.").map(|it| it.replace('-', "_")),
            needed: None,
            current: None,
            state: None,
        }))
    }

    /// Could not be read.
    #[must_use]
    pub fn malformed(detail: &str) -> Self {
        Self::of(Code::RequestMalformed).because(detail)
    }

    /// A part of the request could not be read, or cannot be meant.
    #[must_use]
    pub fn malformed_at(field: Option<&str>, detail: &str) -> Self {
        let Some(field) = field else { return Self::malformed(detail) };
        let mut problem = Self::malformed(&format!("`{field}`: {detail}"));
        problem.0.field = Some(field.to_owned());
        problem
    }

    /// No such record.
    #[must_use]
    pub fn unknown(noun: &'static str) -> Self {
        Self::refused(&Refusal::Unknown(noun))
    }

    /// What is sent.
    #[must_use]
    pub fn wire(&self) -> &Wire {
        &self.0
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.0.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }

    /// The same, with the case as it stands now, so that nobody must ask again to see it.
    #[must_use]
    pub fn with_state(mut self, state: Option<serde_json::Value>) -> Self {
        self.0.state = state;
        self
    }

    /// Whether somebody else may have been first, so that the current state helps.
    #[must_use]
    pub fn is_conflict(&self) -> bool {
        matches!(self.0.status, 409 | 412)
    }

    fn told(told: &Told) -> Self {
        let status = StatusCode::from_u16(told.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        let mut problem = Self::new(status, &told.code, &told.detail, &told.next);
        problem.0.who.clone_from(&told.who);
        problem
    }

    fn fault(not_done: &NotDone) -> Self {
        let transient = match not_done {
            NotDone::Store(fault) => matches!(fault.kind(), Kind::Transient | Kind::Conflict),
            NotDone::Unsealed { .. }
            | NotDone::NoGraph(_)
            | NotDone::Moved
            | NotDone::Unfinished(_) => true,
            NotDone::OtherRules
            | NotDone::Refused(_)
            | NotDone::RefusedBefore(_)
            | NotDone::Unsigned { .. }
            | NotDone::Stale { .. }
            | NotDone::SignInAgain(_)
            | NotDone::KeyReused
            | NotDone::Record(_)
            | NotDone::Chance(_) => false,
        };
        tracing::error!(problem = %not_done, transient, "a request failed");
        Self::of(if transient { Code::FaultTransient } else { Code::FaultPermanent })
    }
}

impl From<NotDone> for Problem {
    fn from(not_done: NotDone) -> Self {
        match &not_done {
            NotDone::Refused(refusal) => Self::refused(refusal),
            NotDone::RefusedBefore(told) => Self::told(told),
            NotDone::Stale { current } => {
                let mut problem = Self::of(Code::CaseStale).because(&not_done.to_string());
                problem.0.current = Some(*current);
                problem
            }
            NotDone::SignInAgain(needed) => {
                let mut problem = Self::of(Code::SignInAgain).because(&not_done.to_string());
                problem.0.needed = Some((*needed).into());
                problem
            }
            NotDone::KeyReused => Self::of(Code::RequestKeyReused),
            NotDone::Store(fault) if fault.kind() == Kind::Malformed => {
                Self::malformed(&fault.to_string())
            }
            NotDone::Unsigned { .. } => {
                tracing::error!(problem = %not_done, "a request was refused");
                Self::of(Code::FaultNoCheckpoint).because(&not_done.to_string())
            }
            // The log says by itself how far it is.
            NotDone::NoGraph(not_there) => {
                Self::of(Code::FaultTransient).because(&not_there.to_string())
            }
            NotDone::Unsealed { .. }
            | NotDone::Moved
            | NotDone::Unfinished(_)
            | NotDone::OtherRules
            | NotDone::Store(_)
            | NotDone::Record(_)
            | NotDone::Chance(_) => Self::fault(&not_done),
        }
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = self.status();
        let challenge = challenge(&self.0.code);
        let comes_again = matches!(self.0.code.as_str(), "fault.transient" | "fault.busy");
        let mut response = (status, Json(*self.0)).into_response();
        let kind = HeaderValue::from_static("application/problem+json");
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, kind);
        if let Some(challenge) = challenge {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static(challenge));
        }
        if comes_again {
            headers.insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
        }
        response
    }
}

/// What a caller is told about their token (RFC 6750 section 3).
fn challenge(code: &str) -> Option<&'static str> {
    match code {
        "token.missing" => Some("Bearer"),
        "token.invalid" => Some("Bearer error=\"invalid_token\""),
        // RFC 9470 section 3.
        "sign-in.again" => Some("Bearer error=\"insufficient_user_authentication\""),
        "token.read-only" => Some("Bearer error=\"insufficient_scope\""),
        _ => None,
    }
}
