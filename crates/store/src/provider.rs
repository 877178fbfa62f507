//! Who somebody is at a provider of sign-ins, and which of its messages were heard already. What a
//! provider says is checked elsewhere; here only what came of it is kept.

use jiff::Timestamp;

use crate::fault::{Fault, Kind};
use crate::tx::{Ask, Tx};
use crate::value::args;

const PUT: &str =
    "insert into provider_link (issuer, subject, person, linked_at) values ($1, $2, $3, $4)";
const WHOSE: &str = "select person from provider_link where issuer = $1 and subject = $2";
const OF_PERSON: &str = "select subject from provider_link where person = $1 and issuer = $2";
const OF: &str = "select issuer from provider_link where person = $1 limit 1";
const UNLINK: &str = "delete from provider_link where person = $1";
const HEAR: &str = "insert into provider_heard (issuer, message, expires_at) values ($1, $2, $3)";
const FORGET: &str = "delete from provider_heard where expires_at <= $1";

/// Who somebody is at a provider.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Link {
    /// The provider, as it names itself.
    pub issuer: String,
    /// The name under which it knows them; never given to anybody else.
    pub subject: String,
    /// Who they are here.
    pub person: String,
    /// Since when that is known.
    pub linked_at: Timestamp,
}

impl Tx {
    /// Keeps who somebody is at a provider.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when the subject or the person is linked at this provider already.
    pub async fn put_provider_link(&mut self, link: &Link) -> Result<(), Fault> {
        let args = args![&link.issuer, &link.subject, &link.person, link.linked_at];
        self.run_one(PUT, args, || Fault::permanent("a link was not stored; report it")).await
    }

    /// Forgets who a person is at every provider; says at how many they were somebody.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_provider_links(&mut self, person: &str) -> Result<u64, Fault> {
        self.run(UNLINK, args![person]).await
    }

    /// Notes that a message of a provider was heard.
    ///
    /// # Errors
    /// [`Kind::Conflict`] when it was heard before.
    pub async fn hear_provider(
        &mut self,
        (issuer, message): (&str, &str),
        expires_at: Timestamp,
    ) -> Result<(), Fault> {
        let args = args![issuer, message, expires_at];
        self.run_one(HEAR, args, || Fault::permanent("a message was not noted; report it")).await
    }

    /// Forgets messages that nobody would take any more, because they are over.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_heard(&mut self, until: Timestamp) -> Result<u64, Fault> {
        self.run(FORGET, args![until]).await
    }
}

/// Who somebody is here whom a provider knows under this subject.
///
/// # Errors
/// When the database cannot answer.
pub async fn whose(
    ask: impl Ask,
    (issuer, subject): (&str, &str),
) -> Result<Option<String>, Fault> {
    ask.ask(WHOSE, args![issuer, subject]).await?.first().map(|row| row.text(0)).transpose()
}

/// Under which subject a provider knows a person.
///
/// # Errors
/// When the database cannot answer.
pub async fn subject_of(
    ask: impl Ask,
    (person, issuer): (&str, &str),
) -> Result<Option<String>, Fault> {
    ask.ask(OF_PERSON, args![person, issuer]).await?.first().map(|row| row.text(0)).transpose()
}

/// Whether any provider knows a person.
///
/// # Errors
/// When the database cannot answer.
pub async fn is_linked(ask: impl Ask, person: &str) -> Result<bool, Fault> {
    Ok(!ask.ask(OF, args![person]).await?.is_empty())
}

/// Whether a fault says that a message was heard before.
#[must_use]
pub fn is_repeated(fault: &Fault) -> bool {
    fault.kind() == Kind::Conflict
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, WHOSE, OF_PERSON, OF, UNLINK, HEAR, FORGET]
}
