//! One sign-in from its beginning to the way back. State, nonce and the verifier of PKCE all come from
//! one secret that only the browser keeps, each through a digest of its own: whoever sees one of them
//! learns none of the others, and the server keeps nothing for somebody who is nobody yet.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_policy::authority::Strength;
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use sha2::{Digest, Sha256};
use subtle::ConstantTimeEq as _;

use super::claims::Untrue;
use super::known::Metadata;
use crate::auth::{hash, secret};
use crate::clock::{Chance, NoChance};
use crate::config::Provider as Table;

/// How long somebody may take at the provider.
pub(crate) const COOKIE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Longest address to go on at, in bytes.
const NEXT_BYTES_MAX: usize = 2_000;

/// What a sign-in must show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Need {
    /// At least this strength.
    pub(crate) strength: Strength,
    /// Shown at most so long ago.
    pub(crate) max_age: SignedDuration,
}

/// What the browser brings back.
#[derive(Debug, Clone, Deserialize)]
pub(crate) struct Back {
    pub(super) code: Option<String>,
    pub(super) state: Option<String>,
    pub(super) error: Option<String>,
    iss: Option<String>,
}

impl Back {
    /// Whether it comes from the provider that was asked (RFC 9207).
    pub(super) fn must_be_of(&self, metadata: &Metadata) -> Result<(), Untrue> {
        let wanted = metadata.authorization_response_iss_parameter_supported;
        match &self.iss {
            Some(iss) if *iss == metadata.issuer => Ok(()),
            None if !wanted => Ok(()),
            Some(_) | None => Err(Untrue::of("the answer is of another provider")),
        }
    }
}

/// A sign-in that was begun.
#[derive(Clone, PartialEq, Eq)]
pub(super) struct Begun {
    secret: String,
    at: Timestamp,
    /// Where to go on.
    pub(super) next: String,
}

impl Begun {
    pub(super) fn new(chance: &Chance, next: &str, now: Timestamp) -> Result<Self, NoChance> {
        let next = if next.len() > NEXT_BYTES_MAX { "/" } else { next };
        Ok(Self { secret: secret(chance)?, at: now, next: next.to_owned() })
    }

    /// What the browser keeps.
    pub(super) fn cookie(&self) -> String {
        let next = URL_SAFE_NO_PAD.encode(&self.next);
        format!("{}.{}.{next}", self.secret, self.at.as_second())
    }

    /// What it kept, where that is not too old.
    pub(super) fn read(cookie: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.splitn(3, '.');
        let (secret, at, next) = (parts.next()?, parts.next()?, parts.next()?);
        let at = Timestamp::from_second(at.parse().ok()?).ok()?;
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let age = now.duration_since(at);
        let is_whole = URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == 32);
        let is_new = age < COOKIE_LIFE && age > SignedDuration::from_mins(-1);
        (is_whole && is_new).then(|| Self { secret: secret.to_owned(), at, next })
    }

    fn state(&self) -> String {
        hash(&format!("state\n{}", self.secret))
    }

    pub(super) fn nonce(&self) -> String {
        hash(&format!("nonce\n{}", self.secret))
    }

    fn verifier(&self) -> String {
        hash(&format!("verifier\n{}", self.secret))
    }

    /// Whether an answer is to this one.
    pub(super) fn is_answered_by(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// Where the browser is sent.
    pub(super) fn address(
        &self,
        metadata: &Metadata,
        table: &Table,
        back: &str,
        need: Need,
    ) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()));
        let scope = std::iter::once("openid").chain(table.scopes.iter().map(String::as_str));
        let scope = scope.collect::<Vec<_>>().join(" ");
        let (state, nonce) = (self.state(), self.nonce());
        let max_age = need.max_age.as_secs().max(0).to_string();
        let acr = table.asked_for(need.strength);
        let mut query = vec![
            ("response_type", "code"),
            ("client_id", table.client_id.as_str()),
            ("redirect_uri", back),
            ("scope", scope.as_str()),
            ("state", state.as_str()),
            ("nonce", nonce.as_str()),
            ("code_challenge", challenge.as_str()),
            ("code_challenge_method", "S256"),
            // Asked for with every sign-in: only then must the provider say when it was (Core 2).
            ("max_age", max_age.as_str()),
        ];
        if !acr.is_empty() {
            query.push(("acr_values", acr.as_str()));
        }
        with_query(&metadata.authorization_endpoint, &query)
    }
}

impl std::fmt::Debug for Begun {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Begun")
            .field("at", &self.at)
            .field("next", &self.next)
            .finish_non_exhaustive()
    }
}

/// What the code is exchanged with.
pub(super) fn exchange(begun: &Begun, code: &str, back: &str) -> Vec<(&'static str, String)> {
    vec![
        ("grant_type", "authorization_code".to_owned()),
        ("code", code.to_owned()),
        ("redirect_uri", back.to_owned()),
        ("code_verifier", begun.verifier()),
    ]
}

/// An address with these in its query, beside what it has already.
pub(super) fn with_query(address: &str, query: &[(&str, &str)]) -> String {
    let query = serde_urlencoded::to_string(query).unwrap_or_default();
    let mark = if address.contains('?') { '&' } else { '?' };
    format!("{address}{mark}{query}")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn a_sign_in_is_known_again_by_its_own_cookie_for_ten_minutes() {
        let begun = Begun::new(&Chance::real(), "/findings?owner=me", at(1_000)).unwrap();
        assert_eq!(Begun::read(&begun.cookie(), at(1_599)), Some(begun.clone()));
        assert_eq!(Begun::read(&begun.cookie(), at(1_600)), None);
        assert_eq!(Begun::read(&begun.cookie(), at(0)), None, "begun later than now");
        assert!(begun.is_answered_by(&begun.state()));
        let other = Begun::new(&Chance::real(), "/", at(1_000)).unwrap();
        assert!(!begun.is_answered_by(&other.state()) && !begun.is_answered_by(""));
        for bad in ["", "a", "a.b.c", "..", &begun.cookie().replace('.', "")] {
            assert_eq!(Begun::read(bad, at(1_000)), None, "{bad}");
        }
        let drawn = [begun.state(), begun.nonce(), begun.verifier(), begun.secret.clone()];
        let apart: std::collections::BTreeSet<_> = drawn.iter().collect();
        assert_eq!(apart.len(), 4, "none of them says another");
        assert!(!format!("{begun:?}").contains(&begun.secret));
    }

    #[test]
    fn the_verifier_is_one_that_rfc_7636_allows() {
        let verifier = Begun::new(&Chance::real(), "/", at(0)).unwrap().verifier();
        assert!((43..=128).contains(&verifier.len()));
        assert!(verifier.bytes().all(|it| it.is_ascii_alphanumeric()));
    }
}
