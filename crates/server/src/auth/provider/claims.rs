//! What a token of the provider claims, and whether that can be believed: signature, issuer, audience,
//! times and nonce, as OpenID Connect Core 1.0 section 3.1.3.7 and Back-Channel Logout 1.0 section 2.6
//! have it. Asks nobody: keys and time are handed in.

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::{Jwk, KeyAlgorithm};
use jsonwebtoken::{Algorithm, DecodingKey, Header, Validation, decode, decode_header};
use serde_json::{Map, Value};

use super::Identity;
use crate::config::Provider as Table;
use crate::signed::Signed;

/// By how much the clocks of two machines may differ.
pub(super) const LEEWAY: SignedDuration = SignedDuration::from_secs(60);

/// Longest token, in bytes.
const TOKEN_BYTES_MAX: usize = 1 << 16;

/// How old a logout message may be that says nothing of its end.
const MESSAGE_LIFE: SignedDuration = SignedDuration::from_mins(2);

/// Most groups of one person that are looked at.
const GROUPS_MAX: usize = 1_000;

/// The event that a logout message is about.
const LOGOUT: &str = "http://schemas.openid.net/event/backchannel-logout";

/// By what a provider may sign: with keys of which it tells the public half. `none` is no algorithm, and
/// nothing is signed with a secret that we know too.
const ALGORITHMS: [Algorithm; 9] = [
    Algorithm::RS256,
    Algorithm::RS384,
    Algorithm::RS512,
    Algorithm::PS256,
    Algorithm::PS384,
    Algorithm::PS512,
    Algorithm::ES256,
    Algorithm::ES384,
    Algorithm::EdDSA,
];

/// Why a token is not believed.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub(crate) enum Untrue {
    /// It is signed by a key that is not known.
    #[error("it is signed with a key that the provider does not tell of")]
    UnknownKey,
    /// Anything else.
    #[error("{0}")]
    Otherwise(String),
}

impl Untrue {
    pub(super) fn of(words: &str) -> Self {
        Self::Otherwise(words.to_owned())
    }
}

/// What a token must say.
#[derive(Debug, Clone, Copy)]
pub(super) struct Expected<'a> {
    pub(super) table: &'a Table,
    pub(super) now: Timestamp,
    /// The nonce of an id token; nothing for a logout message, which must have none.
    pub(super) nonce: Option<&'a str>,
}

/// The claims of a token that can be believed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Claims(Map<String, Value>);

/// What a logout message is about.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Logout {
    pub(super) issuer: String,
    pub(super) message: String,
    pub(super) subject: Option<String>,
    pub(super) session: Option<String>,
    pub(super) expires_at: Timestamp,
}

/// The claims of a token, where all of it is as expected.
pub(super) fn verify(token: &str, keys: &[Jwk], expected: &Expected<'_>) -> Result<Claims, Untrue> {
    if token.len() > TOKEN_BYTES_MAX {
        return Err(Untrue::of("the token is too long"));
    }
    let header = decode_header(token).map_err(|_| Untrue::of("it is no token that is signed"))?;
    if !ALGORITHMS.contains(&header.alg) {
        return Err(Untrue::of("it is signed in a way that proves nothing"));
    }
    if header.extras.inner().contains_key("crit") {
        return Err(Untrue::of("it wants something understood that is not understood here"));
    }
    let is_message =
        header.typ.as_deref().is_some_and(|typ| typ.eq_ignore_ascii_case("logout+jwt"));
    if is_message && expected.nonce.is_some() {
        return Err(Untrue::of("it is a logout message and no id token"));
    }
    let key = key_of(&header, keys)?;
    let decoding = DecodingKey::from_jwk(key).map_err(|_| Untrue::UnknownKey)?;
    // Times, issuer and audience are looked at below, by our own clock.
    let mut validation = Validation::new(header.alg);
    validation.required_spec_claims.clear();
    validation.validate_exp = false;
    validation.validate_nbf = false;
    validation.validate_aud = false;
    let decoded = decode::<Map<String, Value>>(token, &decoding, &validation)
        .map_err(|_| Untrue::of("its signature is wrong"))?;
    let claims = Claims(decoded.claims);
    claims.must_be_for_us(expected.table)?;
    claims.must_be_of_now(expected)?;
    claims.must_answer(expected.nonce)?;
    Ok(claims)
}

/// The key by which a token says it is signed; where it says none, the only one that it can be.
fn key_of<'a>(header: &Header, keys: &'a [Jwk]) -> Result<&'a Jwk, Untrue> {
    let fits = |key: &&Jwk| key.common.key_algorithm.is_none_or(|it| is_same(it, header.alg));
    let mut fitting = keys.iter().filter(fits);
    match &header.kid {
        Some(kid) => fitting.find(|key| key.common.key_id.as_ref() == Some(kid)),
        None => fitting.next().filter(|_| fitting.next().is_none()),
    }
    .ok_or(Untrue::UnknownKey)
}

fn is_same(key: KeyAlgorithm, algorithm: Algorithm) -> bool {
    format!("{key:?}") == format!("{algorithm:?}")
}

impl Claims {
    fn text(&self, name: &str) -> Option<&str> {
        self.0.get(name).and_then(Value::as_str).filter(|text| !text.is_empty())
    }

    fn at(&self, name: &str) -> Option<Timestamp> {
        let value = self.0.get(name)?;
        let seconds = value.as_i64().or_else(|| value.as_f64().and_then(whole))?;
        Timestamp::from_second(seconds).ok()
    }

    /// A list of words; a word alone is a list of one.
    fn words(&self, name: &str) -> Vec<String> {
        match self.0.get(name) {
            Some(Value::String(word)) => vec![word.clone()],
            Some(Value::Array(words)) => {
                words.iter().filter_map(Value::as_str).map(str::to_owned).take(GROUPS_MAX).collect()
            }
            Some(_) | None => Vec::new(),
        }
    }

    fn must_be_for_us(&self, table: &Table) -> Result<(), Untrue> {
        if self.text("iss") != Some(table.issuer.as_str()) {
            return Err(Untrue::of("it is of another issuer"));
        }
        let audience = self.words("aud");
        if !audience.contains(&table.client_id) {
            return Err(Untrue::of("it is for somebody else"));
        }
        let is_known = |it: &String| *it == table.client_id || table.audiences.contains(it);
        if !audience.iter().all(is_known) {
            return Err(Untrue::of("it is for others too, who are not among `audiences`"));
        }
        match self.0.get("azp") {
            Some(azp) if azp.as_str() != Some(table.client_id.as_str()) => {
                Err(Untrue::of("it was issued to somebody else"))
            }
            None if audience.len() > 1 => Err(Untrue::of("it does not say to whom it was issued")),
            Some(_) | None => Ok(()),
        }
    }

    fn must_be_of_now(&self, expected: &Expected<'_>) -> Result<(), Untrue> {
        let (before, after) = around(expected.now);
        let issued = self.at("iat").ok_or_else(|| Untrue::of("it does not say of when it is"))?;
        let is_to_come = |name| self.at(name).is_some_and(|at| at > after);
        if issued > after || is_to_come("nbf") || is_to_come("auth_time") {
            return Err(Untrue::of("it is of a time to come"));
        }
        match self.at("exp") {
            Some(end) if end <= before => Err(Untrue::of("it is over")),
            None if expected.nonce.is_some() => Err(Untrue::of("it has no end")),
            None if self.0.contains_key("exp") => Err(Untrue::of("its end is no time")),
            Some(_) | None => Ok(()),
        }
    }

    fn must_answer(&self, nonce: Option<&str>) -> Result<(), Untrue> {
        match (nonce, self.0.get("nonce")) {
            (Some(nonce), Some(said)) if said.as_str() == Some(nonce) => {}
            (None, None) => {}
            (Some(_), _) => return Err(Untrue::of("it does not answer what this browser asked")),
            (None, Some(_)) => return Err(Untrue::of("it is an id token and no logout message")),
        }
        if nonce.is_some() && self.text("sub").is_none() {
            return Err(Untrue::of("it is about nobody"));
        }
        Ok(())
    }

    /// Whom an id token is about.
    pub(super) fn identity(&self, table: &Table) -> Identity {
        let owned = |name: &str| self.text(name).map(str::to_owned);
        let is_verified = match self.0.get("email_verified") {
            Some(Value::Bool(is)) => *is,
            Some(_) | None => false,
        };
        let acr = self.text("acr");
        Identity {
            issuer: table.issuer.clone(),
            subject: owned("sub").unwrap_or_default(),
            session: owned("sid"),
            name: owned("name").map(|name| super::short(&name)),
            email: owned("email").filter(|_| is_verified),
            groups: self.words(&table.groups_claim),
            signed: Signed {
                strength: table.strength(acr, &self.words("amr")),
                at: self.at("auth_time"),
                by_provider: true,
            },
        }
    }

    /// What a logout message is about.
    pub(super) fn logout(&self, now: Timestamp) -> Result<Logout, Untrue> {
        let events = self.0.get("events").and_then(Value::as_object);
        if !events.and_then(|it| it.get(LOGOUT)).is_some_and(Value::is_object) {
            return Err(Untrue::of("it is no logout message"));
        }
        let owned = |name: &str| self.text(name).map(str::to_owned);
        let (subject, session) = (owned("sub"), owned("sid"));
        if subject.is_none() && session.is_none() {
            return Err(Untrue::of("it is about nobody"));
        }
        let (before, _) = around(now);
        let of = self.at("iat").and_then(|of| of.checked_add(MESSAGE_LIFE).ok());
        let expires_at = self.at("exp").or(of).unwrap_or(now);
        if expires_at <= before {
            return Err(Untrue::of("it is over"));
        }
        Ok(Logout {
            issuer: owned("iss").unwrap_or_default(),
            message: owned("jti").ok_or_else(|| Untrue::of("it has no name of its own"))?,
            subject,
            session,
            expires_at,
        })
    }
}

fn around(now: Timestamp) -> (Timestamp, Timestamp) {
    let before = now.checked_sub(LEEWAY).unwrap_or(Timestamp::MIN);
    (before, now.checked_add(LEEWAY).unwrap_or(Timestamp::MAX))
}

/// Some providers write seconds with a fraction.
fn whole(seconds: f64) -> Option<i64> {
    const SECONDS_MAX: f64 = 1e11;
    if !(0.0..SECONDS_MAX).contains(&seconds) {
        return None;
    }
    format!("{seconds:.0}").parse().ok()
}

#[cfg(test)]
#[path = "claims/tests.rs"]
mod tests;
