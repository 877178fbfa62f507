//! What somebody had filled in when they were asked to sign in again, by the hash of a secret that only
//! their browser has. Whose it is is part of every look, so that nobody finds what is another's.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::args;

const PUT: &str =
    "insert into draft (hash, person, path, fields, expires_at) values ($1, $2, $3, $4, $5)";
const GET: &str = "select path, fields, expires_at from draft \
     where hash = $1 and person = $2 and expires_at > $3";
const NEWEST: &str = "delete from draft where person = $1 and hash not in \
     (select hash from draft where person = $1 order by expires_at desc, hash limit $2)";
const FORGET: &str = "delete from draft where expires_at <= $1";

/// A form that was filled in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Draft {
    /// SHA-256 of the secret, as lower-case hex.
    pub hash: String,
    /// Whose it is.
    pub person: String,
    /// Where it was sent.
    pub path: String,
    /// What was typed; the form of it is the server's.
    pub fields: String,
    /// From when on it is nobody's.
    pub expires_at: Timestamp,
}

impl Tx {
    /// Keeps a form, and of its person's no more than the newest so many.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with this hash.
    pub async fn put_draft(&mut self, draft: &Draft, most: i64) -> Result<(), Fault> {
        let Draft { hash, person, path, fields, expires_at } = draft;
        let args = args![hash, person, path, fields, *expires_at];
        self.run_one(PUT, args, || Fault::permanent("a form was not kept; report it")).await?;
        self.run(NEWEST, args![person, most]).await.map(|_| ())
    }

    /// Forgets the forms that were over by this time.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_drafts(&mut self, until: Timestamp) -> Result<u64, Fault> {
        self.run(FORGET, args![until]).await
    }
}

/// The form with this hash, where it is this person's and not over.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(
    ask: impl Ask,
    (hash, person): (&str, &str),
    now: Timestamp,
) -> Result<Option<Draft>, Fault> {
    let rows = ask.ask(GET, args![hash, person, now]).await?;
    let draft = rows.first().map(|row| {
        let (hash, person) = (hash.to_owned(), person.to_owned());
        let (path, fields) = (row.text(0)?, row.text(1)?);
        Ok(Draft { hash, person, path, fields, expires_at: row.instant(2)? })
    });
    draft.transpose()
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, GET, NEWEST, FORGET]
}
