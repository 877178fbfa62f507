//! Sessions of browsers by their hash: whose they are, since when, and when they were last seen. The
//! secret in the cookie never comes here, and whether a session is still good is decided elsewhere.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

const PUT: &str = "insert into session (hash, person, created_at, seen_at, expires_at, way, strength, \
     shown_at, issuer, subject, provider_session) \
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)";
const GET: &str = "select hash, person, created_at, seen_at, expires_at, revoked_at, way, strength, \
     shown_at, issuer, subject, provider_session from session where hash = $1";
const SEEN: &str =
    "update session set seen_at = $2 where hash = $1 and seen_at < $2 and revoked_at is null";
const REVOKE: &str = "update session set revoked_at = $2 where hash = $1 and revoked_at is null";
const REVOKE_ALL: &str =
    "update session set revoked_at = $2 where person = $1 and revoked_at is null";
const REVOKE_BY_PROVIDER: &str = "update session set revoked_at = $2 \
     where person = $1 and issuer is not null and revoked_at is null";
const REVOKE_OF_SUBJECT: &str = "update session set revoked_at = $3 \
     where issuer = $1 and subject = $2 and revoked_at is null";
const REVOKE_OF_PROVIDER: &str = "update session set revoked_at = $3 \
     where issuer = $1 and provider_session = $2 and revoked_at is null";
const WITHOUT_PROVIDER: &str = "select person, created_at from session \
     where way <> 'provider' and created_at > $1 order by created_at desc limit $2";
const FORGET: &str = "delete from session where expires_at <= $1";

/// A session, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Session {
    /// SHA-256 of the secret, as lower-case hex.
    pub hash: String,
    /// Who signed in.
    pub person: String,
    /// When.
    pub created_at: Timestamp,
    /// When it was last used, give or take.
    pub seen_at: Timestamp,
    /// From when on it is good for nothing, however much it is used.
    pub expires_at: Timestamp,
    /// Since when it is good for nothing before that.
    pub revoked_at: Option<Timestamp>,
    /// By what somebody showed who they are; the words are the server's.
    pub way: String,
    /// How strong that was; the words are the server's.
    pub strength: String,
    /// When they showed it, where that is known.
    pub shown_at: Option<Timestamp>,
    /// Who vouched for them, where somebody did.
    pub issuer: Option<String>,
    /// Who they are there.
    pub subject: Option<String>,
    /// Under which name the issuer knows the session there.
    pub provider_session: Option<String>,
}

impl Tx {
    /// Stores a new session; `revoked_at` is not stored.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with this hash.
    pub async fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        let Session { hash, person, created_at, seen_at, expires_at, revoked_at: _, .. } = session;
        let Session { way, strength, shown_at, issuer, subject, provider_session, .. } = session;
        let args = args![
            hash,
            person,
            *created_at,
            *seen_at,
            *expires_at,
            way,
            strength,
            *shown_at,
            issuer,
            subject,
            provider_session
        ];
        self.run_one(PUT, args, || Fault::permanent("a session was not stored; report it")).await
    }

    /// Notes that a session was used; one that was ended meanwhile stays ended.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn see_session(&mut self, hash: &str, at: Timestamp) -> Result<(), Fault> {
        self.run(SEEN, args![hash, at]).await.map(|_| ())
    }

    /// Ends a session; false when there is none or it was ended before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_session(&mut self, hash: &str, at: Timestamp) -> Result<bool, Fault> {
        Ok(self.run(REVOKE, args![hash, at]).await? == 1)
    }

    /// Ends all sessions of a person; says how many were not ended before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_sessions(&mut self, person: &str, at: Timestamp) -> Result<u64, Fault> {
        self.run(REVOKE_ALL, args![person, at]).await
    }

    /// Ends all sessions of a person for which any provider vouched; says how many.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_sessions_by_provider(
        &mut self,
        person: &str,
        at: Timestamp,
    ) -> Result<u64, Fault> {
        self.run(REVOKE_BY_PROVIDER, args![person, at]).await
    }

    /// Ends all sessions for which this issuer vouched by naming this subject; says how many.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_sessions_of_subject(
        &mut self,
        (issuer, subject): (&str, &str),
        at: Timestamp,
    ) -> Result<u64, Fault> {
        self.run(REVOKE_OF_SUBJECT, args![issuer, subject, at]).await
    }

    /// Ends all sessions that came out of this session at this issuer; says how many.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_sessions_of_provider(
        &mut self,
        (issuer, session): (&str, &str),
        at: Timestamp,
    ) -> Result<u64, Fault> {
        self.run(REVOKE_OF_PROVIDER, args![issuer, session, at]).await
    }

    /// Forgets the sessions that were over by this time.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_sessions(&mut self, until: Timestamp) -> Result<u64, Fault> {
        self.run(FORGET, args![until]).await
    }
}

/// The session with this hash, whether or not it is still good.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, hash: &str) -> Result<Option<Session>, Fault> {
    ask.ask(GET, args![hash]).await?.first().map(session).transpose()
}

/// Who began a session without a provider since then, and when, the newest first.
///
/// # Errors
/// When the database cannot answer.
pub async fn without_provider(
    ask: impl Ask,
    since: Timestamp,
    limit: i64,
) -> Result<Vec<(String, Timestamp)>, Fault> {
    let rows = ask.ask(WITHOUT_PROVIDER, args![since, limit]).await?;
    rows.iter().map(|row| Ok((row.text(0)?, row.instant(1)?))).collect()
}

fn session(row: &Row) -> Result<Session, Fault> {
    Ok(Session {
        hash: row.text(0)?,
        person: row.text(1)?,
        created_at: row.instant(2)?,
        seen_at: row.instant(3)?,
        expires_at: row.instant(4)?,
        revoked_at: row.maybe_instant(5)?,
        way: row.text(6)?,
        strength: row.text(7)?,
        shown_at: row.maybe_instant(8)?,
        issuer: row.maybe_text(9)?,
        subject: row.maybe_text(10)?,
        provider_session: row.maybe_text(11)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[
        PUT,
        GET,
        SEEN,
        REVOKE,
        REVOKE_ALL,
        REVOKE_BY_PROVIDER,
        REVOKE_OF_SUBJECT,
        REVOKE_OF_PROVIDER,
        WITHOUT_PROVIDER,
        FORGET,
    ]
}
