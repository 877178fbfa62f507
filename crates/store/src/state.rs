//! The current state of each subject, written by compare-and-set on its sequence, and the counters
//! behind short references (FN-1, FN-2). What a state means is not known here.

use crate::fault::Fault;
use crate::tx::{Ask, Tx};
use crate::value::{Row, args};

/// Most states that [`all`] answers at once.
pub const STATES_MAX: i64 = 1_000;

const GET: &str =
    "select kind, subject, number, sequence, state from state where kind = $1 and subject = $2";
const BY_NUMBER: &str =
    "select kind, subject, number, sequence, state from state where kind = $1 and number = $2";
const ALL: &str = "select kind, subject, number, sequence, state from state \
     where kind = $1 and subject > $2 order by subject limit $3";
const STAMP: &str = "select count(*), cast(coalesce(sum(sequence), 0) as bigint) from state \
     where kind in ('accountability', 'person', 'policy', 'system')";
const CREATE: &str =
    "insert into state (kind, subject, number, sequence, state) values ($1, $2, $3, $4, $5)";
const REPLACE: &str = "update state set sequence = $4, state = $5 \
     where kind = $1 and subject = $2 and sequence = $3";
const NEXT: &str = "insert into counter (kind, value) values ($1, 1) \
     on conflict (kind) do update set value = counter.value + 1 returning value";

/// The current state of one subject.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct State {
    /// What kind of subject: `finding`, `person` and so on.
    pub kind: String,
    /// Its id.
    pub subject: String,
    /// The number of its short reference, for kinds that have one.
    pub number: Option<i64>,
    /// The sequence of its last event; also its ETag.
    pub sequence: i64,
    /// The state as JSON.
    pub state: String,
}

impl Tx {
    /// The current state of a subject.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn state(&mut self, kind: &str, subject: &str) -> Result<Option<State>, Fault> {
        get(self, kind, subject).await
    }

    /// Stores the state after the events up to `state.sequence`; `before` is the sequence that it
    /// was computed from, 0 for a new subject.
    ///
    /// # Errors
    /// [`crate::Kind::Conflict`] when the stored sequence is not `before`.
    pub async fn put_state(&mut self, state: &State, before: i64) -> Result<(), Fault> {
        let State { kind, subject, number, sequence, state } = state;
        let moved = || {
            Fault::conflict(format!(
                "`{subject}` has changed since it was read; load it again and decide again"
            ))
        };
        if before == 0 {
            self.run_one(CREATE, args![kind, subject, *number, *sequence, state], moved).await
        } else {
            self.run_one(REPLACE, args![kind, subject, before, *sequence, state], moved).await
        }
    }

    /// The next number of a kind, from 1 without gaps.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn next_number(&mut self, kind: &str) -> Result<i64, Fault> {
        let row = self.row(NEXT, args![kind]).await?;
        row.ok_or_else(|| Fault::permanent("a counter gave no number; report it"))?.int(0)
    }
}

/// The current state of a subject.
///
/// # Errors
/// When the database cannot answer.
pub async fn get(ask: impl Ask, kind: &str, subject: &str) -> Result<Option<State>, Fault> {
    let rows = ask.ask(GET, args![kind, subject]).await?;
    rows.first().map(|row| state(row, 0)).transpose()
}

/// The current state of the subject with this number.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_number(ask: impl Ask, kind: &str, number: i64) -> Result<Option<State>, Fault> {
    let rows = ask.ask(BY_NUMBER, args![kind, number]).await?;
    rows.first().map(|row| state(row, 0)).transpose()
}

/// The current states of a kind, by id from `after` (empty for the first) on, at most
/// [`STATES_MAX`]; fewer means that there are no more.
///
/// # Errors
/// When the database cannot answer.
pub async fn all(ask: impl Ask, kind: &str, after: &str) -> Result<Vec<State>, Fault> {
    let rows = ask.ask(ALL, args![kind, after, STATES_MAX]).await?;
    rows.iter().map(|row| state(row, 0)).collect()
}

/// What is different as soon as anything has happened to people, systems, the policy in force, or who
/// answers for what: sequences only grow.
///
/// # Errors
/// When the database cannot answer.
pub async fn stamp(ask: impl Ask) -> Result<(i64, i64), Fault> {
    let rows = ask.ask(STAMP, args![]).await?;
    let row = rows.first().ok_or_else(|| Fault::permanent("a sum gave no row; report it"))?;
    Ok((row.int(0)?, row.int(1)?))
}

/// Reads a state from its five columns, of which the first is column `at`.
pub(crate) fn state(row: &Row, at: usize) -> Result<State, Fault> {
    Ok(State {
        kind: row.text(at)?,
        subject: row.text(at + 1)?,
        number: row.maybe_int(at + 2)?,
        sequence: row.int(at + 3)?,
        state: row.text(at + 4)?,
    })
}

pub(crate) fn statements() -> &'static [&'static str] {
    &[GET, BY_NUMBER, ALL, STAMP, CREATE, REPLACE, NEXT]
}
