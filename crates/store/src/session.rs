//! Sessions of browsers by their hash: whose they are, since when, and when they were last seen. The
//! secret in the cookie never comes here, and whether a session is still good is decided elsewhere.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

const PUT: &str = "insert into session (hash, person, created_at, seen_at, expires_at) \
     values ($1, $2, $3, $4, $5)";
const GET: &str = "select hash, person, created_at, seen_at, expires_at, revoked_at \
     from session where hash = $1";
const SEEN: &str =
    "update session set seen_at = $2 where hash = $1 and seen_at < $2 and revoked_at is null";
const REVOKE: &str = "update session set revoked_at = $2 where hash = $1 and revoked_at is null";
const REVOKE_ALL: &str =
    "update session set revoked_at = $2 where person = $1 and revoked_at is null";
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
}

impl Tx {
    /// Stores a new session; `revoked_at` is not stored.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with this hash.
    pub async fn put_session(&mut self, session: &Session) -> Result<(), Fault> {
        let Session { hash, person, created_at, seen_at, expires_at, revoked_at: _ } = session;
        let args = args![hash, person, *created_at, *seen_at, *expires_at];
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

fn session(row: &Row) -> Result<Session, Fault> {
    Ok(Session {
        hash: row.text(0)?,
        person: row.text(1)?,
        created_at: row.instant(2)?,
        seen_at: row.instant(3)?,
        expires_at: row.instant(4)?,
        revoked_at: row.maybe_instant(5)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, GET, SEEN, REVOKE, REVOKE_ALL, FORGET]
}
