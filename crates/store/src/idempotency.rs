//! Answers kept under the key that a client sent with a change, so that sending it again changes
//! nothing. Written in the transaction of the change; compares no bodies.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::store::Store;
use crate::tx::Tx;
use crate::value::args;

const GET: &str = "select body_digest, status, response from idempotency \
     where key = $1 and actor = $2 and expires_at > $3";
const PUT: &str = "insert into idempotency (key, actor, body_digest, status, response, expires_at) \
     values ($1, $2, $3, $4, $5, $6) \
     on conflict (key, actor) do update set body_digest = excluded.body_digest, \
     status = excluded.status, response = excluded.response, expires_at = excluded.expires_at \
     where idempotency.expires_at <= $7";
const FORGET: &str = "delete from idempotency where expires_at <= $1 returning 1";

/// What was answered to the first request with a key.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Answered {
    /// Digest of the request's body: another one under the same key is refused.
    pub body_digest: String,
    /// HTTP status.
    pub status: i64,
    /// The response's body.
    pub response: Vec<u8>,
}

impl Tx {
    /// What was answered to `actor` under `key`, while it is kept.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn idempotency(
        &mut self,
        key: &str,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<Answered>, Fault> {
        let row = self.row(GET, args![key, actor, now]).await?;
        row.map(|row| {
            Ok(Answered { body_digest: row.text(0)?, status: row.int(1)?, response: row.blob(2)? })
        })
        .transpose()
    }

    /// Keeps an answer until `kept.1`, counted from `kept.0`, which is now.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when an answer is kept under this key already.
    pub async fn put_idempotency(
        &mut self,
        key: &str,
        actor: &str,
        answered: &Answered,
        kept: (Timestamp, Timestamp),
    ) -> Result<(), Fault> {
        let Answered { body_digest, status, response } = answered;
        let args = args![key, actor, body_digest, *status, response.clone(), kept.1, kept.0];
        let taken = || {
            Fault::conflict(format!(
                "the key `{key}` was used a moment ago; send the request again"
            ))
        };
        self.run_one(PUT, args, taken).await
    }
}

impl Store {
    /// Forgets the answers that are no longer kept; says how many.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_idempotency(&self, now: Timestamp) -> Result<usize, Fault> {
        Ok(self.once(FORGET, args![now]).await?.len())
    }
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, PUT, FORGET]
}
