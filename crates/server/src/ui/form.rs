//! What a form sends: fields, from one of our own pages, of the very session that sends them. Anything
//! else is refused before it is looked at.

use std::collections::BTreeMap;

use axum::body::Bytes;
use axum::extract::{FromRequest, FromRequestParts, Request};

use super::Ui;
use super::halt::Halt;
use super::origin::{Origin, Way};
use super::visitor::Visitor;
use crate::api::body::sha256;
use crate::api::problem::Problem;
use crate::api::problem::code::Code;
use crate::auth::session;
use crate::door::Once;

/// Largest form, in bytes.
pub(super) const FORM_BYTES_MAX: usize = 1 << 16;

/// Largest form that changes files of the policy, in bytes: every sign of a file may take three.
pub(super) const POLICY_FORM_BYTES_MAX: usize = 1 << 20;

/// Most fields of a form.
const FIELDS_MAX: usize = 80;

/// A form, as a page carries it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Form {
    /// Of which session it is.
    pub(super) token: String,
    /// The sequence of the case that the page showed.
    pub(super) seen: i64,
    /// Sent twice, it is carried out once.
    pub(super) once: String,
}

impl Form {
    pub(super) fn new(ui: &Ui, visitor: &Visitor, seen: i64) -> Result<Self, Halt> {
        let door = &ui.api.workers.door;
        let once = door.chance.id(door.clock.now()).map_err(crate::door::NotDone::Chance)?;
        Ok(Self { token: session::form_token(&visitor.secret), seen, once: once.to_string() })
    }
}

/// What was typed and chosen.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Fields(BTreeMap<String, String>);

impl Fields {
    /// A field, without space around it; empty when it was not sent.
    pub(super) fn get(&self, name: &str) -> &str {
        self.0.get(name).map_or("", |value| value.trim())
    }

    /// A field exactly as it was sent.
    pub(super) fn raw(&self, name: &str) -> &str {
        self.0.get(name).map_or("", String::as_str)
    }

    /// All that was typed and chosen, as it is kept; of which session it was is not part of it.
    pub(super) fn to_json(&self) -> String {
        let own = |(name, _): &(&String, &String)| !matches!(name.as_str(), "token" | "once");
        let fields: BTreeMap<&String, &String> = self.0.iter().filter(own).collect();
        serde_json::to_string(&fields).unwrap_or_default()
    }

    /// What was kept.
    pub(super) fn from_json(kept: &str) -> Self {
        Self(serde_json::from_str(kept).unwrap_or_default())
    }

    /// A field that is a number.
    pub(super) fn number(&self, name: &str) -> Option<i64> {
        self.get(name).parse().ok()
    }

    /// The numbers of those fields that are called so and a number, in order, that were sent at all.
    pub(super) fn numbered(&self, beginning: &str) -> Vec<i64> {
        let number = |name: &String| name.strip_prefix(beginning)?.parse().ok();
        let mut numbers: Vec<i64> = self.0.keys().filter_map(number).collect();
        numbers.sort_unstable();
        numbers
    }

    /// Fields with these values.
    pub(super) fn of(pairs: &[(&str, &str)]) -> Self {
        Self(pairs.iter().map(|(name, value)| ((*name).into(), (*value).into())).collect())
    }
}

/// A form that somebody who is signed in has sent.
#[derive(Debug, Clone)]
pub(super) struct Posted {
    pub(super) visitor: Visitor,
    pub(super) fields: Fields,
    /// How the browser reaches us.
    pub(super) way: Way,
    /// Where it was sent.
    pub(super) path: String,
    digest: String,
}

impl Posted {
    /// The request as one that is carried out once.
    pub(super) fn once(&self, about: &str) -> Option<Once> {
        let key = self.fields.get("once");
        let fits = !key.is_empty() && key.len() <= 64 && key.is_ascii();
        let body_digest = sha256(format!("{about}\n{}", self.digest).as_bytes());
        fits.then(|| Once { key: key.to_owned(), body_digest })
    }
}

impl FromRequest<Ui> for Posted {
    type Rejection = Halt;

    async fn from_request(request: Request, ui: &Ui) -> Result<Self, Halt> {
        let (mut parts, body) = request.into_parts();
        let Origin { way, is_ours, .. } = Origin::of(&parts, &ui.front)?;
        if !is_ours {
            return Err(not_ours());
        }
        let visitor = Visitor::from_request_parts(&mut parts, ui).await?;
        let path = parts.uri.path().to_owned();
        let (fields, digest) = read(Request::from_parts(parts, body), ui).await?;
        if !session::is_form_of(&visitor.secret, fields.get("token")) {
            return Err(not_ours());
        }
        Ok(Self { visitor, fields, way, path, digest })
    }
}

/// The fields of a form, with the digest of what was sent.
pub(super) async fn read(request: Request, ui: &Ui) -> Result<(Fields, String), Halt> {
    let bytes = Bytes::from_request(request, ui).await.map_err(|_| {
        let words = "the form is larger than is taken at once, or did not arrive whole";
        let next = "shorten what you typed and send it again";
        Problem::of(Code::RequestTooLarge).because(words).then(next)
    })?;
    let pairs: Vec<(String, String)> = serde_urlencoded::from_bytes(&bytes)
        .map_err(|_| Problem::malformed("this is no form of ours"))?;
    if pairs.len() > FIELDS_MAX {
        return Err(Problem::malformed("the form has more fields than any of ours").into());
    }
    if pairs.iter().any(|(name, value)| name.contains('\0') || value.contains('\0')) {
        return Err(Problem::malformed("a field holds the character U+0000, which none may").into());
    }
    // What a browser puts at the end of a line is not what somebody typed.
    let fields = pairs.into_iter().map(|(name, value)| (name, value.replace("\r\n", "\n")));
    Ok((Fields(fields.collect()), sha256(&bytes)))
}

/// A form of another site, of another session, or of one that is over.
pub(super) fn not_ours() -> Halt {
    Problem::of(Code::RequestForm).into()
}
