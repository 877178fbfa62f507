//! Bearer tokens: 32 random bytes that a person's program shows with each request. Only their SHA-256
//! is kept. Not governed state: whoever runs the database may issue and end them, and each use acts
//! under the person's own seats.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use countersign_governance::id::PersonId;
use countersign_store::token::{self, Token};
use countersign_store::{Fault, Store};
use jiff::{SignedDuration, Timestamp};
use secrecy::SecretString;
use sha2::{Digest, Sha256};

use crate::auth::is_active_in;
use crate::clock::NoChance;
use crate::door::{Door, NotDone};
use crate::signed::Signed;

/// What every token begins with, so that secret scanners find a lost one.
pub const PREFIX: &str = "countersign_";

/// Longest life of a token, in days.
pub const DAYS_MAX: i64 = 365;

/// What a token may be used for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// Only questions.
    Read,
    /// Questions and commands.
    Act,
}

impl Scope {
    /// The name in the store and on the command line.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Act => "act",
        }
    }

    /// The scope with this name.
    #[must_use]
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Read, Self::Act].into_iter().find(|scope| scope.as_str() == name)
    }
}

/// Why no token was issued.
#[derive(Debug, thiserror::Error)]
pub enum NotIssued {
    /// The store failed.
    #[error("{0}")]
    Store(#[from] Fault),
    /// No randomness.
    #[error("{0}")]
    Chance(#[from] NoChance),
    /// Nobody acts who is not active.
    #[error("this person is not active: appoint them first")]
    Inactive,
    /// Whether the person is active could not be read.
    #[error("{0}")]
    Unread(#[from] NotDone),
}

/// Issues a token. It is shown once and kept nowhere.
///
/// # Errors
/// When it could not be kept, or the person is not active.
pub async fn issue(
    door: &Door,
    person: PersonId,
    scope: Scope,
    label: &str,
    days: i64,
) -> Result<SecretString, NotIssued> {
    let secret = format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(door.chance.bytes::<32>()?));
    let created_at = door.clock.now();
    let life = SignedDuration::from_hours(days.clamp(1, DAYS_MAX).saturating_mul(24));
    let token = Token {
        hash: hash(&secret),
        person: person.to_string(),
        scope: scope.as_str().to_owned(),
        label: label.to_owned(),
        created_at,
        expires_at: created_at.checked_add(life).unwrap_or(Timestamp::MAX),
        revoked_at: None,
    };
    let kept = door.store.transact_with(token, move |tx, token| {
        Box::pin(async move {
            if !is_active_in(tx, person, created_at).await? {
                return Err(NotIssued::Inactive);
            }
            Ok(tx.put_token(token).await?)
        })
    });
    kept.await?;
    Ok(SecretString::from(secret))
}

/// Ends all tokens of a person; says how many were good until now.
///
/// # Errors
/// When the store cannot answer.
pub async fn revoke_all(door: &Door, person: PersonId) -> Result<u64, Fault> {
    let (person, now) = (person.to_string(), door.clock.now());
    let ended = door.store.transact_with(person, move |tx, person| {
        Box::pin(async move { tx.revoke_tokens(person, now).await })
    });
    ended.await
}

/// Somebody who shows a token.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Holder {
    /// Whose it is.
    pub person: PersonId,
    /// What it is good for.
    pub scope: Scope,
    /// What it says of who they are: one thing that can be given away, from when it was made.
    pub signed: Signed,
}

/// Who shows this token at this time; `None` for one that is good for nothing.
///
/// # Errors
/// When the store cannot answer.
pub async fn check(store: &Store, secret: &str, now: Timestamp) -> Result<Option<Holder>, Fault> {
    // The look-up is by hash, so how long it takes says nothing about the secret.
    let Some(token) = token::get(store, &hash(secret)).await? else { return Ok(None) };
    if token.revoked_at.is_some() || token.expires_at <= now {
        return Ok(None);
    }
    let signed = Signed::once(token.created_at);
    let holder = |(person, scope)| Holder { person, scope, signed };
    Ok(token.person.parse().ok().zip(Scope::parse(&token.scope)).map(holder))
}

fn hash(secret: &str) -> String {
    let digest: [u8; 32] = Sha256::digest(secret.as_bytes()).into();
    countersign_ledger::tree::Hash(digest).to_hex()
}
