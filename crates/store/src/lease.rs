//! Leases: work that one node at a time may do (the sealer, the judge). A fence is a number that
//! grows with each holder, so that a late holder's transaction stops at its first statement.

use jiff::{SignedDuration, Timestamp};

use crate::fault::{Fault, Kind};
use crate::store::Store;
use crate::tx::Tx;
use crate::value::args;

const TAKE: &str = "insert into lease (name, holder, fence, until) values ($1, $2, 1, $4) \
     on conflict (name) do update set holder = $2, fence = lease.fence + 1, until = $4 \
     where lease.until <= $3 or lease.holder = $2 returning fence";
const RENEW: &str = "update lease set until = $3 where name = $1 and fence = $2 returning fence";
const RELEASE: &str = "update lease set until = 0 where name = $1 and fence = $2 returning fence";
const HOLD: &str = "update lease set fence = fence where name = $1 and fence = $2";

/// Proof of having taken a lease, good until somebody else takes it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fence {
    /// The lease.
    pub name: String,
    /// The holder's number.
    pub number: i64,
}

impl Store {
    /// Takes the lease `name` until `now + ttl` when it is free, over, or held under this very
    /// name; whoever held it before is fenced off.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn lease(
        &self,
        name: &str,
        holder: &str,
        now: Timestamp,
        ttl: SignedDuration,
    ) -> Result<Option<Fence>, Fault> {
        let rows = self.once(TAKE, args![name, holder, now, until(now, ttl)?]).await?;
        let number = rows.first().map(|row| row.int(0)).transpose()?;
        Ok(number.map(|number| Fence { name: name.to_owned(), number }))
    }

    /// Keeps a lease until `now + ttl`; false when it has passed to somebody else.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn renew(
        &self,
        fence: &Fence,
        now: Timestamp,
        ttl: SignedDuration,
    ) -> Result<bool, Fault> {
        let args = args![&fence.name, fence.number, until(now, ttl)?];
        Ok(!self.once(RENEW, args).await?.is_empty())
    }

    /// Gives a lease back, so that the next holder need not wait; false when it has passed to
    /// somebody else.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn release(&self, fence: &Fence) -> Result<bool, Fault> {
        Ok(!self.once(RELEASE, args![&fence.name, fence.number]).await?.is_empty())
    }
}

impl Tx {
    /// Holds a lease to the end of this transaction; to be its first statement.
    ///
    /// # Errors
    /// [`Kind::Fenced`] when the lease has passed to somebody else.
    pub async fn hold(&mut self, fence: &Fence) -> Result<(), Fault> {
        let passed = || {
            Fault::new(
                Kind::Fenced,
                format!("the work `{}` has passed to another node; let that one do it", fence.name),
            )
        };
        self.run_one(HOLD, args![&fence.name, fence.number], passed).await
    }
}

fn until(now: Timestamp, ttl: SignedDuration) -> Result<Timestamp, Fault> {
    now.checked_add(ttl).map_err(|source| {
        Fault::malformed("a lease cannot last that long; choose a shorter one").because(source)
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[TAKE, RENEW, RELEASE, HOLD]
}
