//! Sessions of browsers: a secret in a cookie, of which only the digest is kept. A session is over
//! after a time without use, after a longer time whatever happens, when it is revoked, and at once when
//! its person is deactivated.

use countersign_governance::id::PersonId;
use countersign_store::Fault;
use countersign_store::session::{Session, get};
use jiff::{SignedDuration, Timestamp};
use subtle::ConstantTimeEq as _;

use super::{NotSigned, hash, is_active, is_active_in, secret, sign_out};
use crate::door::{Door, NotDone};
use crate::signed::{self, Signed};

/// Longest time without use.
pub const IDLE_MAX: SignedDuration = SignedDuration::from_hours(2);

/// Longest life.
pub const LIFE_MAX: SignedDuration = SignedDuration::from_hours(12);

/// A use is noted when the last note is older than this: not every look is worth a write.
const NOTE_AGAIN: SignedDuration = SignedDuration::from_mins(1);

/// By what somebody showed who they are.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Way {
    /// A password of this server.
    Password,
    /// A link that is good once.
    Link,
    /// The provider of the organisation.
    Provider,
}

impl Way {
    /// The name in the store.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Link => "link",
            Self::Provider => "provider",
        }
    }

    fn parse(name: &str) -> Self {
        let all = [Self::Password, Self::Link, Self::Provider];
        all.into_iter().find(|way| way.as_str() == name).unwrap_or(Self::Password)
    }
}

/// How somebody showed who they are: facts for authority, kept as long as their session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Shown {
    /// By what.
    pub way: Way,
    /// How strong that was, and when.
    pub signed: Signed,
    /// Issuer and subject, where a provider vouched.
    pub by: Option<(String, String)>,
    /// The session at the provider.
    pub provider_session: Option<String>,
}

impl Shown {
    /// Here and now, without a provider: one thing that can be given away.
    #[must_use]
    pub fn here(way: Way, now: Timestamp) -> Self {
        Self { way, signed: Signed::once(now), by: None, provider_session: None }
    }
}

/// Begins a session, and answers its secret. What has long been over is forgotten with it.
///
/// # Errors
/// When it could not be kept, or the person is not active.
pub async fn begin(door: &Door, person: PersonId, shown: Shown) -> Result<String, NotSigned> {
    let secret = secret(&door.chance)?;
    let now = door.clock.now();
    let (issuer, subject) = shown.by.unzip();
    let session = Session {
        hash: hash(&secret),
        person: person.to_string(),
        created_at: now,
        seen_at: now,
        expires_at: now.checked_add(LIFE_MAX).unwrap_or(Timestamp::MAX),
        revoked_at: None,
        way: shown.way.as_str().to_owned(),
        strength: signed::name(shown.signed.strength).to_owned(),
        shown_at: shown.signed.at,
        issuer,
        subject,
        provider_session: shown.provider_session,
    };
    let kept = door.store.transact_with(session, move |tx, session| {
        Box::pin(async move {
            if !is_active_in(tx, person, now).await? {
                return Err(NotSigned::Inactive);
            }
            tx.forget_sessions(now).await?;
            Ok(tx.put_session(session).await?)
        })
    });
    kept.await?;
    Ok(secret)
}

/// What a request is to a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Use {
    /// Somebody does something: the session goes on.
    Made,
    /// A page looks again by itself, which keeps no session alive.
    ByItself,
}

/// Whose session it is, at this moment, and how they showed it; `None` for one that is good for nothing.
///
/// # Errors
/// When the store cannot answer.
pub async fn check(
    door: &Door,
    secret: &str,
    used: Use,
) -> Result<Option<(PersonId, Shown)>, NotDone> {
    let now = door.clock.now();
    // The look-up is by digest, so how long it takes says nothing about the secret.
    let Some(session) = get(&door.store, &hash(secret)).await? else { return Ok(None) };
    let idle = now.duration_since(session.seen_at);
    if session.revoked_at.is_some() || session.expires_at <= now || idle >= IDLE_MAX {
        return Ok(None);
    }
    let Ok(person) = session.person.parse::<PersonId>() else { return Ok(None) };
    if !is_active(door, person).await? {
        return Ok(None);
    }
    if used == Use::Made && idle >= NOTE_AGAIN {
        let seen = door.store.transact_with(session.hash.clone(), move |tx, hash| {
            Box::pin(async move { tx.see_session(hash, now).await })
        });
        seen.await.map_err(|fault: Fault| NotDone::Store(fault))?;
    }
    let way = Way::parse(&session.way);
    let shown = Shown {
        way,
        signed: Signed {
            strength: signed::of_name(&session.strength),
            at: session.shown_at,
            by_provider: way == Way::Provider,
        },
        by: session.issuer.zip(session.subject),
        provider_session: session.provider_session,
    };
    Ok(Some((person, shown)))
}

/// Ends one session.
///
/// # Errors
/// When the store cannot answer.
pub async fn end(door: &Door, secret: &str) -> Result<(), Fault> {
    let (hash, now) = (hash(secret), door.clock.now());
    let ended = door.store.transact_with(hash, move |tx, hash| {
        Box::pin(async move { tx.revoke_session(hash, now).await })
    });
    ended.await.map(|_: bool| ())
}

/// Ends all sessions of a person, and what sign-in links they have not spent; says how many sessions
/// there were.
///
/// # Errors
/// When the store cannot answer.
pub async fn end_all(door: &Door, person: PersonId) -> Result<u64, Fault> {
    let (person, now) = (person.to_string(), door.clock.now());
    let ended =
        door.store.transact_with(person, move |tx, person| Box::pin(sign_out(tx, person, now)));
    ended.await
}

/// What every form of a session carries: of the same secret, and nobody gets from it to the secret. A
/// form of another session, or of another site, does not have it.
#[must_use]
pub fn form_token(secret: &str) -> String {
    hash(&format!("form\n{secret}"))
}

/// Whether a form is of this session.
#[must_use]
pub fn is_form_of(secret: &str, token: &str) -> bool {
    form_token(secret).as_bytes().ct_eq(token.as_bytes()).into()
}
