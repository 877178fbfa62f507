//! Links that sign somebody in once, by their hash. Spending one is a single statement, so that of two
//! who try at the same time one is told no. The secret in the address never comes here.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::args;

const PUT: &str = "insert into sign_in_link (hash, person, expires_at) values ($1, $2, $3)";
const WHOSE: &str = "select person from sign_in_link \
     where hash = $1 and spent_at is null and expires_at > $2";
const SPEND: &str = "update sign_in_link set spent_at = $2 \
     where hash = $1 and spent_at is null and expires_at > $2 returning person";
const REVOKE_ALL: &str =
    "update sign_in_link set spent_at = $2 where person = $1 and spent_at is null";
const FORGET: &str = "delete from sign_in_link where expires_at <= $1";

/// A link, without the secret.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// SHA-256 of the secret, as lower-case hex.
    pub hash: String,
    /// Whom it signs in.
    pub person: String,
    /// From when on it is good for nothing.
    pub expires_at: Timestamp,
}

impl Tx {
    /// Stores a new link.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with this hash.
    pub async fn put_link(&mut self, link: &Link) -> Result<(), Fault> {
        let args = args![&link.hash, &link.person, link.expires_at];
        self.run_one(PUT, args, || Fault::permanent("a link was not stored; report it")).await
    }

    /// Spends a link, and says whom it signs in; `None` when there is none, or it was spent or over.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn spend_link(&mut self, hash: &str, at: Timestamp) -> Result<Option<String>, Fault> {
        self.row(SPEND, args![hash, at]).await?.map(|row| row.text(0)).transpose()
    }

    /// Makes all links of a person good for nothing; says how many were not spent before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revoke_links(&mut self, person: &str, at: Timestamp) -> Result<u64, Fault> {
        self.run(REVOKE_ALL, args![person, at]).await
    }

    /// Forgets the links that were over by this time.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_links(&mut self, until: Timestamp) -> Result<u64, Fault> {
        self.run(FORGET, args![until]).await
    }
}

/// Whom a link would sign in at this time; it is not spent by that.
///
/// # Errors
/// When the database cannot answer.
pub async fn whose(ask: impl Ask, hash: &str, now: Timestamp) -> Result<Option<String>, Fault> {
    ask.ask(WHOSE, args![hash, now]).await?.first().map(|row| row.text(0)).transpose()
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, WHOSE, SPEND, REVOKE_ALL, FORGET]
}
