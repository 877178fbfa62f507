//! How far a node that works through positions in order has come (the judge). Moves forward only,
//! and only under the lease for that work.

use crate::fault::Fault;
use crate::lease::Fence;
use crate::tx::{Ask, Tx};
use crate::value::args;

const GET: &str = "select position from reached where name = $1";
const PUT: &str = "insert into reached (name, position) values ($1, $2) \
     on conflict (name) do update set position = excluded.position \
     where reached.position <= excluded.position";

/// The lease name of the judge, under which its position is kept.
pub const JUDGE: &str = "judge";

/// Under which is kept in which version whom findings affect is written down.
const AFFECTED: &str = "finding_affected";

/// Under which is kept with which policy the findings are in line.
const POLICY: &str = "judge.policy";

impl Tx {
    /// Notes that every accepted run up to `position` has been judged; in the transaction of the
    /// last of its findings.
    ///
    /// # Errors
    /// [`crate::Kind::Fenced`] when the lease has passed on, [`crate::Kind::Conflict`] when a later
    /// position is noted.
    pub async fn set_judged_position(&mut self, fence: &Fence, position: i64) -> Result<(), Fault> {
        self.hold(fence).await?;
        self.run_one(PUT, args![JUDGE, position], || {
            Fault::conflict("a later run has been judged already; start from the stored position")
        })
        .await
    }

    /// Notes that the findings are in line with the policy at this sequence of its subject.
    ///
    /// # Errors
    /// As [`Tx::set_judged_position`].
    pub async fn set_judged_policy(&mut self, fence: &Fence, sequence: i64) -> Result<(), Fault> {
        self.hold(fence).await?;
        self.run_one(PUT, args![POLICY, sequence], || {
            Fault::conflict("a later policy has been applied already; start with that one")
        })
        .await
    }

    /// Notes in which version whom findings affect is written down.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when that is a later version already.
    pub async fn set_affected_version(&mut self, version: i64) -> Result<(), Fault> {
        self.run_one(PUT, args![AFFECTED, version], || {
            Fault::conflict("a later version has written down whom findings affect; use that one")
        })
        .await
    }
}

/// The version in which whom findings affect is written down, 0 before the first.
///
/// # Errors
/// When the database cannot answer.
pub async fn affected_version(ask: impl Ask) -> Result<i64, Fault> {
    ask.ask(GET, args![AFFECTED]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// The position of the last accepted run that has been judged, 0 before the first.
///
/// # Errors
/// When the database cannot answer.
pub async fn judged_position(ask: impl Ask) -> Result<i64, Fault> {
    ask.ask(GET, args![JUDGE]).await?.first().map_or(Ok(0), |row| row.int(0))
}

/// The sequence of the policy with which the findings are in line, 0 before the first.
///
/// # Errors
/// When the database cannot answer.
pub async fn judged_policy(ask: impl Ask) -> Result<i64, Fault> {
    ask.ask(GET, args![POLICY]).await?.first().map_or(Ok(0), |row| row.int(0))
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, PUT]
}
