//! Texts beside the ledger, each under its salted digest: stored compressed, and erasable without
//! touching what was hashed. Makes no salt and decides nothing about who may read or erase.

use countersign_ledger::text::digest;
use countersign_ledger::tree::Hash;
use jiff::Timestamp;

use crate::compress::{compress, decompress};
use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

/// Longest text, in bytes.
pub const TEXT_BYTES_MAX: usize = 16 << 20;

/// Most texts that [`of_subject`] answers.
pub const TEXTS_MAX: i64 = 1_000;

const PUT: &str = "insert into text (digest, subject, salt, body) values ($1, $2, $3, $4) \
     on conflict (digest) do nothing";
const GET: &str =
    "select digest, subject, salt, body, erased_at, erased_by from text where digest = $1";
const OF_SUBJECT: &str = "select digest, subject, salt, body, erased_at, erased_by from text \
     where subject = $1 order by digest limit $2";
const OF_STATES: &str = "select t.digest, t.subject, t.salt, t.body, t.erased_at, t.erased_by from state s \
     join text t on t.subject = s.subject where s.kind = $1 and s.subject > $2 and s.subject <= $3 \
     and s.state like '%' || t.digest || '%'";
const ALL: &str = "select digest, subject, salt, body, erased_at, erased_by from text \
     where digest > $1 and erased_at is null order by digest limit $2";
const ERASE: &str = "update text set salt = null, body = null, erased_at = $2, erased_by = $3 \
     where digest = $1 and erased_at is null";

/// A text, or the note that it was erased.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text {
    /// The salted digest, which is what the leaf holds.
    pub digest: Hash,
    /// The subject whose event refers to it.
    pub subject: String,
    /// What is left of it.
    pub body: Body,
}

/// What is left of a text.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Body {
    /// Everything.
    Kept {
        /// The 32 bytes that were hashed before the text.
        salt: [u8; 32],
        /// The text.
        text: String,
    },
    /// Nothing but this note.
    Erased {
        /// When.
        at: Timestamp,
        /// By which duty.
        by: String,
    },
}

impl Tx {
    /// Stores a text that an event of `subject` refers to, and answers its digest. The same text
    /// with the same salt is stored once; an erased one stays erased.
    ///
    /// # Errors
    /// [`crate::Kind::Malformed`] for a text over [`TEXT_BYTES_MAX`].
    pub async fn put_text(
        &mut self,
        subject: &str,
        salt: &[u8; 32],
        text: &str,
    ) -> Result<Hash, Fault> {
        if text.len() > TEXT_BYTES_MAX {
            return Err(Fault::malformed(format!(
                "a text of {} bytes is longer than {TEXT_BYTES_MAX}; shorten it",
                text.len()
            )));
        }
        let digest = digest(salt, text);
        let body = compress(text.as_bytes())?;
        self.run(PUT, args![digest.to_hex(), subject, salt, body]).await?;
        Ok(digest)
    }

    /// The text under a digest.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn text(&mut self, digest: Hash) -> Result<Option<Text>, Fault> {
        get(self, digest).await
    }

    /// Deletes a text and its salt and keeps a note of when and by whom; false when there is no
    /// such text or it was erased before.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn erase_text(
        &mut self,
        digest: Hash,
        at: Timestamp,
        by: &str,
    ) -> Result<bool, Fault> {
        Ok(self.run(ERASE, args![digest.to_hex(), at, by]).await? == 1)
    }
}

/// The text under a digest.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, digest: Hash) -> Result<Option<Text>, Fault> {
    let rows = ask.ask(GET, args![digest.to_hex()]).await?;
    rows.first().map(text).transpose()
}

/// The texts that events of a subject refer to, at most [`TEXTS_MAX`], in order of digest.
///
/// # Errors
/// When the database cannot answer.
pub async fn of_subject(ask: impl Ask, subject: &str) -> Result<Vec<Text>, Fault> {
    let rows = ask.ask(OF_SUBJECT, args![subject, TEXTS_MAX]).await?;
    rows.iter().map(text).collect()
}

/// The texts to which the current states of a kind refer, of the subjects after `after` and up to `last`: as
/// many as those states name, which [`crate::state::STATES_MAX`] bounds for who asks page by page.
///
/// # Errors
/// When the database cannot answer.
pub async fn of_states(
    ask: impl Ask,
    kind: &str,
    (after, last): (&str, &str),
) -> Result<Vec<Text>, Fault> {
    let rows = ask.ask(OF_STATES, args![kind, after, last]).await?;
    rows.iter().map(text).collect()
}

/// The texts that still exist, in order of digest, after `after`; for an export.
///
/// # Errors
/// When the database cannot answer.
pub async fn all(ask: impl Ask, after: Option<Hash>, limit: i64) -> Result<Vec<Text>, Fault> {
    let after = after.map(Hash::to_hex).unwrap_or_default();
    let rows = ask.ask(ALL, args![after, limit.clamp(1, TEXTS_MAX)]).await?;
    rows.iter().map(text).collect()
}

fn text(row: &Row) -> Result<Text, Fault> {
    let broken = || Fault::permanent("a stored text is damaged; restore a backup");
    let digest = Hash::from_hex(&row.text(0)?).ok_or_else(broken)?;
    let body = match (row.maybe_blob(2)?, row.maybe_blob(3)?) {
        (Some(salt), Some(body)) => Body::Kept {
            salt: salt.try_into().map_err(|_| broken())?,
            text: String::from_utf8(decompress(&body, TEXT_BYTES_MAX)?)
                .map_err(|source| broken().because(source))?,
        },
        _ => Body::Erased { at: row.instant(4)?, by: row.text(5)? },
    };
    Ok(Text { digest, subject: row.text(1)?, body })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[PUT, GET, OF_SUBJECT, OF_STATES, ALL, ERASE]
}
