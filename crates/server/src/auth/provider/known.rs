//! What is known of the provider: where it is asked what (OpenID Connect Discovery 1.0), and by which
//! keys it signs. Kept for a while; keys are asked for anew when one is not known, but not more often
//! than a floor allows, so that tokens nobody signed make no traffic.

use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};
use jsonwebtoken::jwk::Jwk;
use reqwest::Client;
use serde::Deserialize;
use serde_json::Value;
use tokio::sync::Mutex;

use super::{GOOD_FOR, NotShown, fetch};

/// Between two tries to read the same thing again.
const AGAIN: SignedDuration = SignedDuration::from_secs(30);

/// Most keys of one provider.
const KEYS_MAX: usize = 100;

/// Where a provider is asked what.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub(super) struct Metadata {
    pub(super) issuer: String,
    pub(super) authorization_endpoint: String,
    pub(super) token_endpoint: String,
    jwks_uri: String,
    pub(super) end_session_endpoint: Option<String>,
    #[serde(default)]
    token_endpoint_auth_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    code_challenge_methods_supported: Option<Vec<String>>,
    #[serde(default)]
    pub(super) authorization_response_iss_parameter_supported: bool,
}

impl Metadata {
    /// Whether a secret goes in a header; where nothing is said, it does (RFC 8414 section 2).
    pub(super) fn takes_basic(&self) -> bool {
        let methods = self.token_endpoint_auth_methods_supported.as_ref();
        methods.is_none_or(|all| all.iter().any(|it| it == "client_secret_basic"))
    }

    fn check(self, issuer: &str) -> Result<Self, NotShown> {
        if self.issuer != issuer {
            return Err(NotShown::Unreached(format!(
                "the provider calls itself `{}`, and `issuer` in the configuration is `{issuer}`",
                super::short(&self.issuer)
            )));
        }
        let methods = self.code_challenge_methods_supported.as_ref();
        if methods.is_some_and(|all| !all.iter().any(|it| it == "S256")) {
            let words = "the provider does not take PKCE with S256, without which nobody signs in";
            return Err(NotShown::Unreached(words.to_owned()));
        }
        Ok(self)
    }
}

#[derive(Debug, Deserialize)]
struct KeySet {
    keys: Vec<Value>,
}

/// A value, when it was read, and when that was last tried.
#[derive(Debug)]
struct Kept<T> {
    value: Option<(Timestamp, Arc<T>)>,
    tried_at: Option<Timestamp>,
}

impl<T> Default for Kept<T> {
    fn default() -> Self {
        Self { value: None, tried_at: None }
    }
}

impl<T> Kept<T> {
    /// The value, where it is good enough or it is too early to ask again.
    fn good(&self, now: Timestamp, anew: bool) -> Option<Arc<T>> {
        let (read_at, value) = self.value.as_ref()?;
        let is_good = !anew && now.duration_since(*read_at) < GOOD_FOR;
        (is_good || self.is_early(now)).then(|| Arc::clone(value))
    }

    fn is_early(&self, now: Timestamp) -> bool {
        self.tried_at.is_some_and(|tried| now.duration_since(tried) < AGAIN)
    }

    /// Keeps what was read; where nothing was, what was known stays.
    fn keep(&mut self, read: Result<T, NotShown>, now: Timestamp) -> Result<Arc<T>, NotShown> {
        self.tried_at = Some(now);
        match read {
            Ok(value) => {
                let value = Arc::new(value);
                self.value = Some((now, Arc::clone(&value)));
                Ok(value)
            }
            Err(not) => match &self.value {
                Some((_, value)) => {
                    tracing::warn!(%not, "the provider of sign-ins was not read again");
                    Ok(Arc::clone(value))
                }
                None => Err(not),
            },
        }
    }
}

/// What is known. Whoever asks waits for the one who is asking already.
#[derive(Debug, Default)]
pub(super) struct Known {
    metadata: Mutex<Kept<Metadata>>,
    keys: Mutex<Kept<Vec<Jwk>>>,
}

impl Known {
    pub(super) async fn metadata(
        &self,
        http: &Client,
        issuer: &str,
        now: Timestamp,
    ) -> Result<Arc<Metadata>, NotShown> {
        let mut kept = self.metadata.lock().await;
        if let Some(good) = kept.good(now, false) {
            return Ok(good);
        }
        let base = issuer.trim_end_matches('/');
        let address = format!("{base}/.well-known/openid-configuration");
        let read = fetch::get::<Metadata>(http, &address).await;
        kept.keep(read.and_then(|it| it.check(issuer)), now)
    }

    pub(super) async fn keys(
        &self,
        http: &Client,
        metadata: &Metadata,
        now: Timestamp,
        anew: bool,
    ) -> Result<Arc<Vec<Jwk>>, NotShown> {
        let mut kept = self.keys.lock().await;
        if let Some(good) = kept.good(now, anew) {
            return Ok(good);
        }
        let read = fetch::get::<KeySet>(http, &metadata.jwks_uri).await;
        kept.keep(read.map(|set| keys(set.keys)), now)
    }
}

/// The keys that can be used here; a key of another kind is left out and spoils none.
fn keys(set: Vec<Value>) -> Vec<Jwk> {
    let is_to_sign = |key: &Value| key.get("use").is_none_or(|it| it == "sig");
    let keys = set.into_iter().take(KEYS_MAX).filter(is_to_sign);
    keys.filter_map(|key| serde_json::from_value(key).ok()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).unwrap()
    }

    #[test]
    fn what_is_known_is_asked_for_again_when_it_is_old_or_wanted_anew_and_never_too_often() {
        let mut kept = Kept::<u8>::default();
        assert!(kept.good(at(0), false).is_none());
        assert!(kept.keep(Err(NotShown::Busy), at(0)).is_err());
        assert_eq!(*kept.keep(Ok(1), at(1)).unwrap(), 1);
        assert!(kept.good(at(2), true).is_some(), "the floor");
        assert!(kept.good(at(31), true).is_none(), "wanted anew");
        assert!(kept.good(at(31), false).is_some());
        assert!(kept.good(at(3601), false).is_none(), "old");
        assert_eq!(*kept.keep(Err(NotShown::Busy), at(3602)).unwrap(), 1, "better than nothing");
        assert!(kept.good(at(3603), false).is_some(), "the floor again");
    }

    #[test]
    fn a_provider_that_calls_itself_otherwise_or_knows_no_pkce_is_not_taken() {
        let said = |more: &str| -> Metadata {
            serde_json::from_str(&format!(
                r#"{{"issuer":"https://a","authorization_endpoint":"https://a/a",
                "token_endpoint":"https://a/t","jwks_uri":"https://a/k"{more}}}"#
            ))
            .unwrap()
        };
        assert!(said("").check("https://a").is_ok());
        assert!(said("").check("https://a/").is_err());
        assert!(said("").takes_basic());
        let plain = r#","code_challenge_methods_supported":["plain"]"#;
        assert!(said(plain).check("https://a").is_err());
        let post = r#","token_endpoint_auth_methods_supported":["client_secret_post"]"#;
        assert!(!said(post).takes_basic());
    }
}
