//! Bearer tokens by their hash: who holds one, for what and until when. The token itself never
//! comes here.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

const PUT: &str = "insert into token (hash, person, scope, label, created_at, expires_at) \
     values ($1, $2, $3, $4, $5, $6)";
const GET: &str = "select hash, person, scope, label, created_at, expires_at, revoked_at \
     from token where hash = $1";
const REVOKE_ALL: &str =
    "update token set revoked_at = $2 where person = $1 and revoked_at is null";

/// A token, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Token {
    /// SHA-256 of the secret, as lower-case hex.
    pub hash: String,
    /// Whose it is.
    pub person: String,
    /// What it may be used for.
    pub scope: String,
    /// What its owner calls it.
    pub label: String,
    /// When it was made.
    pub created_at: Timestamp,
    /// From when on it is good for nothing.
    pub expires_at: Timestamp,
    /// Since when it is good for nothing before that.
    pub revoked_at: Option<Timestamp>,
}

impl Tx {
    /// Stores a new token; `revoked_at` is not stored.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with this hash.
    pub async fn put_token(&mut self, token: &Token) -> Result<(), Fault> {
        let Token { hash, person, scope, label, created_at, expires_at, revoked_at: _ } = token;
        let args = args![hash, person, scope, label, *created_at, *expires_at];
        self.run_one(PUT, args, || Fault::permanent("a token was not stored; report it")).await
    }

    /// Ends all tokens of a person, however many; says how many were not ended before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_tokens(&mut self, person: &str, at: Timestamp) -> Result<u64, Fault> {
        self.run(REVOKE_ALL, args![person, at]).await
    }
}

/// The token with this hash, whether or not it is still good.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, hash: &str) -> Result<Option<Token>, Fault> {
    ask.ask(GET, args![hash]).await?.first().map(token).transpose()
}

fn token(row: &Row) -> Result<Token, Fault> {
    Ok(Token {
        hash: row.text(0)?,
        person: row.text(1)?,
        scope: row.text(2)?,
        label: row.text(3)?,
        created_at: row.instant(4)?,
        expires_at: row.instant(5)?,
        revoked_at: row.maybe_instant(6)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, GET, REVOKE_ALL]
}
