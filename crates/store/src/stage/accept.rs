//! Makes a staged run visible, or holds it back, inside the transaction of the event that says so.

use jiff::Timestamp;

use crate::fault::Fault;
use crate::tx::Tx;
use crate::value::args;

const ACCEPT: &str = "update run set standing = 'accepted', position = $2, accepted_at = $3, \
     why = null where id = $1 and standing in ('staged', 'held')";
const HOLD: &str =
    "update run set standing = 'held', why = $2 where id = $1 and standing in ('staged', 'held')";

/// Counter of the positions of accepted runs.
const POSITION: &str = "run.position";

impl Tx {
    /// Makes a staged or held run visible and answers its position: 1, 2, 3 and so on in the order
    /// of acceptance.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when the run is not staged or held.
    pub async fn accept_run(&mut self, run: &str, at: Timestamp) -> Result<i64, Fault> {
        let position = self.next_number(POSITION).await?;
        self.run_one(ACCEPT, args![run, position, at], || not_staged(run)).await?;
        Ok(position)
    }

    /// Holds a staged run back, with the reason; it can still be accepted.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when the run is not staged or held.
    pub async fn hold_run(&mut self, run: &str, why: &str) -> Result<(), Fault> {
        self.run_one(HOLD, args![run, why], || not_staged(run)).await
    }
}

fn not_staged(run: &str) -> Fault {
    Fault::conflict(format!("the run `{run}` is not waiting to be accepted; look at its state"))
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[ACCEPT, HOLD]
}
