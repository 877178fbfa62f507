//! What the order of a finding waits for, and why: from the job that carries it out or reads back.

use countersign_access::fact::SourceId;
use countersign_store::job::{self, Claimed, Standing};
use jiff::Timestamp;
use serde::Serialize;
use utoipa::ToSchema;

use crate::door::{Door, Hands, NotDone};
use crate::follow::ENFORCE;

/// What an order waits for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
#[schema(as = FindingWaits)]
pub struct Waits {
    /// What is to be done: `enforce`, or `verify` for reading the system back.
    pub what: String,
    /// Why it is not done yet, and what would help.
    pub why: String,
    /// How often it was tried in a row.
    pub tries: i64,
    /// When it is tried again; null while it is being done or waits for something else than time.
    #[schema(value_type = Option<String>, format = DateTime)]
    pub next_at: Option<Timestamp>,
}

/// What the order of a finding waits for; `None` when nothing is left to do.
///
/// # Errors
/// When the store cannot answer.
pub(super) async fn waits(door: &Door, subject: &str) -> Result<Option<Waits>, NotDone> {
    let now = door.clock.now();
    let job = job::open_of(&door.store, subject).await?;
    Ok(job.map(|job| of_job(door, job, now)))
}

fn of_job(door: &Door, job: Claimed, now: Timestamp) -> Waits {
    let hands = job.system.as_ref().map(|name| door.systems.get(&SourceId::new(name)).copied());
    let is_tried_later = job.standing == Standing::Waiting && job.leased_until <= now;
    let (why, next_at) = match (job.standing, hands) {
        (Standing::Dead | Standing::Done, _) => {
            let why = job.error.unwrap_or_default();
            (format!("it was given up ({why}): tell who runs this server"), None)
        }
        (Standing::Waiting, Some(None)) if is_tried_later => {
            let system = job.system.unwrap_or_default();
            let why = format!(
                "the system `{system}` is not configured on this server: it waits for a server that \
                 has it; configure it here, or start the one that has it"
            );
            (why, None)
        }
        (Standing::Waiting, Some(Some(Hands::ByHand))) if job.kind == ENFORCE => {
            let why = "a person runs the script by hand: this system is read-only for us";
            (why.to_owned(), is_tried_later.then_some(job.run_at))
        }
        (Standing::Waiting, _) if !is_tried_later => {
            let last = job.error.map(|why| format!(", after: {why}")).unwrap_or_default();
            (format!("it is being worked on{last}"), None)
        }
        (Standing::Waiting, _) => {
            let next = "it is next in line".to_owned();
            (job.error.unwrap_or(next), Some(job.run_at))
        }
    };
    Waits { what: job.kind, why, tries: job.attempt, next_at }
}
