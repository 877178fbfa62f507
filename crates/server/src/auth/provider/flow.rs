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
use crate::auth::session::LIFE_MAX;
use crate::auth::{hash, secret};
use crate::clock::{Chance, NoChance};
use crate::config::Provider as Table;
use crate::signed::{self, Needed, Signed, needs};

/// How long somebody may take at the provider.
pub(crate) const COOKIE_LIFE: SignedDuration = SignedDuration::from_mins(10);

/// Longest address to go on at, in bytes.
const NEXT_BYTES_MAX: usize = 2_000;

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
    /// What was asked for.
    pub(super) needed: Needed,
    /// Where to go on.
    pub(super) next: String,
}

impl Begun {
    pub(super) fn new(
        chance: &Chance,
        next: &str,
        needed: Needed,
        now: Timestamp,
    ) -> Result<Self, NoChance> {
        let next = if next.len() > NEXT_BYTES_MAX { "/" } else { next };
        Ok(Self { secret: secret(chance)?, at: now, needed, next: next.to_owned() })
    }

    /// What the browser keeps.
    pub(super) fn cookie(&self) -> String {
        let next = URL_SAFE_NO_PAD.encode(&self.next);
        let Needed { strength, minutes } = self.needed;
        let strength = signed::name(strength);
        format!("{}.{}.{strength}.{minutes}.{next}", self.secret, self.at.as_second())
    }

    /// What it kept, where that is not too old.
    pub(super) fn read(cookie: &str, now: Timestamp) -> Option<Self> {
        let mut parts = cookie.splitn(5, '.');
        let (secret, at) = (parts.next()?, parts.next()?);
        let (strength, minutes, next) = (parts.next()?, parts.next()?.parse().ok()?, parts.next()?);
        let needed = needs(signed::of_name(strength), minutes);
        let at = Timestamp::from_second(at.parse().ok()?).ok()?;
        let next = String::from_utf8(URL_SAFE_NO_PAD.decode(next).ok()?).ok()?;
        let age = now.duration_since(at);
        let is_whole = URL_SAFE_NO_PAD.decode(secret).is_ok_and(|bytes| bytes.len() == 32);
        let is_new = age < COOKIE_LIFE && age > SignedDuration::from_mins(-1);
        (is_whole && is_new).then(|| Self { secret: secret.to_owned(), at, needed, next })
    }

    /// What was asked for is part of it: whoever changes that in their cookie began something else.
    fn state(&self) -> String {
        let Needed { strength, minutes } = self.needed;
        hash(&format!("state\n{}\n{}\n{minutes}", self.secret, signed::name(strength)))
    }

    pub(super) fn nonce(&self) -> String {
        hash(&format!("nonce\n{}", self.secret))
    }

    fn verifier(&self) -> String {
        hash(&format!("verifier\n{}", self.secret))
    }

    /// Whether more is asked for than anybody needs who comes in.
    pub(super) fn is_again(&self) -> bool {
        self.needed.strength > Strength::Single || self.needed.minutes < LIFE_MAX.as_mins()
    }

    /// Whether somebody who showed this has shown what was asked. One who only comes in may be of a
    /// provider that does not say when, which counts as long ago wherever that matters.
    pub(super) fn is_met_by(&self, signed: &Signed, now: Timestamp) -> bool {
        let is_usual = !self.is_again() && signed.at.is_none();
        is_usual || self.needed.is_met(Some(signed), now)
    }

    /// Whether an answer is to this one.
    pub(super) fn is_answered_by(&self, state: &str) -> bool {
        self.state().as_bytes().ct_eq(state.as_bytes()).into()
    }

    /// Where the browser is sent.
    pub(super) fn address(&self, metadata: &Metadata, table: &Table, back: &str) -> String {
        let challenge = URL_SAFE_NO_PAD.encode(Sha256::digest(self.verifier()));
        let scope = std::iter::once("openid").chain(table.scopes.iter().map(String::as_str));
        let scope = scope.collect::<Vec<_>>().join(" ");
        let (state, nonce) = (self.state(), self.nonce());
        let max_age = self.needed.minutes.max(0).saturating_mul(60).to_string();
        let acr = table.asked_for(self.needed.strength);
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
        if self.is_again() {
            // A provider may take `acr_values` for a wish, and answer with the session it has.
            query.push(("prompt", "login"));
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

    fn usual() -> Needed {
        needs(Strength::Single, LIFE_MAX.as_mins())
    }

    #[test]
    fn what_was_asked_for_is_kept_and_cannot_be_changed_on_the_way() {
        let needed = needs(Strength::Second, 5);
        let begun = Begun::new(&Chance::real(), "/", needed, at(600)).unwrap();
        let met = |strength, at| {
            begun.is_met_by(&Signed { strength, at, by_provider: true }, self::at(600))
        };
        assert!(met(Strength::Second, Some(at(300))) && !met(Strength::Single, Some(at(600))));
        assert!(!met(Strength::Key, Some(at(1))) && !met(Strength::Key, None));
        let weaker = begun.cookie().replace(".second.5.", ".single.720.");
        let weaker = Begun::read(&weaker, at(600)).unwrap();
        assert_eq!(weaker.needed, usual());
        assert!(!weaker.is_answered_by(&begun.state()));
        let coming_in = Begun::new(&Chance::real(), "/", usual(), at(600)).unwrap();
        assert!(coming_in.is_met_by(
            &Signed { strength: Strength::Single, at: None, by_provider: true },
            at(600)
        ));
    }

    #[test]
    fn a_sign_in_is_known_again_by_its_own_cookie_for_ten_minutes() {
        let begun = Begun::new(&Chance::real(), "/findings?owner=me", usual(), at(1_000)).unwrap();
        assert_eq!(Begun::read(&begun.cookie(), at(1_599)), Some(begun.clone()));
        assert_eq!(Begun::read(&begun.cookie(), at(1_600)), None);
        assert_eq!(Begun::read(&begun.cookie(), at(0)), None, "begun later than now");
        assert!(begun.is_answered_by(&begun.state()));
        let other = Begun::new(&Chance::real(), "/", usual(), at(1_000)).unwrap();
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
        let verifier = Begun::new(&Chance::real(), "/", usual(), at(0)).unwrap().verifier();
        assert!((43..=128).contains(&verifier.len()));
        assert!(verifier.bytes().all(|it| it.is_ascii_alphanumeric()));
    }
}
