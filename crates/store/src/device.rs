//! Programs that wait for somebody to sign them in (RFC 8628), by the hashes of their two codes. An answer
//! and what comes of it are single statements, so that of two who try at the same time one is told no.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::args;

const PUT: &str = "insert into device (hash, code, name, address, created_at, expires_at) \
     values ($1, $2, $3, $4, $5, $6)";
const COUNT: &str = "select count(*) from device where expires_at > $1";
const WAITING: &str = "select hash, code, name, address, created_at, expires_at from device \
     where code = $1 and answer is null and expires_at > $2";
const ANSWER: &str = "update device set answer = $2, person = $3 \
     where code = $1 and answer is null and expires_at > $4";
const STANDS: &str = "select polled_at, answer, expires_at from device where hash = $1";
const POLL: &str = "update device set polled_at = $2 where hash = $1";
const SPEND: &str = "delete from device where hash = $1 and answer = $2 and expires_at > $3 \
     returning person";
const FORGET: &str = "delete from device where expires_at <= $1";

/// A program that waits.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Device {
    /// SHA-256 of the code by which it asks, as lower-case hex.
    pub hash: String,
    /// The same of the code that a person types.
    pub code: String,
    /// What it calls itself.
    pub name: String,
    /// From where it asked.
    pub address: String,
    /// When.
    pub created_at: Timestamp,
    /// From when on nothing comes of it.
    pub expires_at: Timestamp,
}

/// Where the request of a program stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// When it asked last.
    pub polled_at: Option<Timestamp>,
    /// What was answered; the words are the server's.
    pub answer: Option<String>,
    /// From when on nothing comes of it.
    pub expires_at: Timestamp,
}

impl Tx {
    /// Stores a program that waits.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when there is one with one of these codes.
    pub async fn put_device(&mut self, device: &Device) -> Result<(), Fault> {
        let Device { hash, code, name, address, created_at, expires_at } = device;
        let args = args![hash, code, name, address, *created_at, *expires_at];
        self.run_one(PUT, args, || Fault::permanent("a request was not stored; report it")).await
    }

    /// Answers whoever waits under this code; false when nobody does.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn answer_device(
        &mut self,
        (code, answer): (&str, &str),
        person: &str,
        now: Timestamp,
    ) -> Result<bool, Fault> {
        Ok(self.run(ANSWER, args![code, answer, person, now]).await? == 1)
    }

    /// Notes that a program asked.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn poll_device(&mut self, hash: &str, at: Timestamp) -> Result<(), Fault> {
        self.run(POLL, args![hash, at]).await.map(|_| ())
    }

    /// Takes what was answered so, once; says by whom.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn spend_device(
        &mut self,
        (hash, answer): (&str, &str),
        now: Timestamp,
    ) -> Result<Option<String>, Fault> {
        let row = self.row(SPEND, args![hash, answer, now]).await?;
        row.map(|row| row.maybe_text(0)).transpose().map(Option::flatten)
    }

    /// Forgets what was over by this time.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_devices(&mut self, until: Timestamp) -> Result<u64, Fault> {
        self.run(FORGET, args![until]).await
    }
}

/// How many wait, answered or not.
///
/// # Errors
/// When the database cannot answer.
pub async fn count(ask: impl Ask, now: Timestamp) -> Result<i64, Fault> {
    ask.ask(COUNT, args![now]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// The program that waits under this code, where nobody has answered it.
///
/// # Errors
/// When the database cannot answer.
pub async fn waiting(ask: impl Ask, code: &str, now: Timestamp) -> Result<Option<Device>, Fault> {
    let rows = ask.ask(WAITING, args![code, now]).await?;
    let device = rows.first().map(|row| {
        Ok(Device {
            hash: row.text(0)?,
            code: row.text(1)?,
            name: row.text(2)?,
            address: row.text(3)?,
            created_at: row.instant(4)?,
            expires_at: row.instant(5)?,
        })
    });
    device.transpose()
}

/// Where the request of a program stands.
///
/// # Errors
/// When the database cannot answer.
pub async fn standing(ask: impl Ask, hash: &str) -> Result<Option<Standing>, Fault> {
    let rows = ask.ask(STANDS, args![hash]).await?;
    let standing = rows.first().map(|row| {
        let (polled_at, answer) = (row.maybe_instant(0)?, row.maybe_text(1)?);
        Ok(Standing { polled_at, answer, expires_at: row.instant(2)? })
    });
    standing.transpose()
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, COUNT, WAITING, ANSWER, STANDS, POLL, SPEND, FORGET]
}
