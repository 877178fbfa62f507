//! Jobs: the outbox of decisions, and timers. A job is enqueued in the transaction of the decision,
//! handed to one worker at a time under a lease, and handed out again when the worker falls silent.
//! Knows no kind of job and runs none.

use jiff::{SignedDuration, Timestamp};

use crate::driver::Driver;
use crate::fault::{Fault, Kind};
use crate::store::Store;
use crate::tx::{Ask, Tx};
use crate::value::{Row, Value, args};

/// Most kinds that one claim names.
pub const KINDS_MAX: usize = 8;

/// Most jobs handed out or listed at once.
pub const JOBS_MAX: i64 = 200;

/// Most done jobs forgotten at once.
pub const FORGOTTEN_MAX: i64 = 1_000;

/// Most systems that one claim names.
pub const SYSTEMS_MAX: usize = 1_000;

macro_rules! columns {
    () => {
        "id, kind, key, payload, run_at, attempt, standing, error, fence, leased_until, system"
    };
}

const ENQUEUE: &str = "insert into job \
     (kind, key, payload, run_at, leased_until, attempt, fence, standing, subject, system, error) \
     values ($1, $2, $3, $4, 0, 0, 0, 'waiting', $5, $6, $7) on conflict (key) do nothing";

/// Times that a job is handed out before it is given up.
pub const ATTEMPTS_MAX: i64 = 12;

/// `$1` now, `$2` end of the lease, `$3` limit, `$4` holder, `$5` to `$12` kinds, `$13` systems as
/// `,ONE,TWO,`: both databases replace a text exactly, while `like` knows wildcards.
macro_rules! claim {
    ($lock:literal) => {
        concat!(
            "update job set attempt = attempt + 1, fence = fence + 1, leased_until = $2, ",
            "holder = $4 ",
            "where id in (",
            "select id from job where standing = 'waiting' and run_at <= $1 ",
            "and leased_until <= $1 and kind in ($5, $6, $7, $8, $9, $10, $11, $12) ",
            "and (system is null or replace(cast($13 as text), ',' || system || ',', '') ",
            "<> cast($13 as text)) ",
            "order by run_at, id limit $3",
            $lock,
            ") returning ",
            columns!()
        )
    };
}
const CLAIM: &str = claim!("");
const CLAIM_SKIPPING: &str = claim!(" for update skip locked");

const DONE: &str = "update job set standing = 'done', leased_until = 0, error = null, \
     ended_at = $3 where id = $1 and fence = $2 and standing = 'waiting'";
const AGAIN: &str = "update job set run_at = $3, leased_until = 0, error = $4, \
     standing = case when attempt >= $5 then 'dead' else 'waiting' end, \
     ended_at = case when attempt >= $5 then cast($3 as bigint) end \
     where id = $1 and fence = $2 and standing = 'waiting' returning standing";
const DEAD: &str = "update job set standing = 'dead', leased_until = 0, error = $4, ended_at = $3 \
     where id = $1 and fence = $2 and standing = 'waiting' returning id";
const TAKE_BACK: &str = "update job set leased_until = 0 \
     where holder = $1 and standing = 'waiting' and leased_until > 0 returning id";
const REVIVE: &str = "update job set standing = 'waiting', attempt = 0, run_at = $2, ended_at = null \
     where id = $1 and standing = 'dead' returning id";
const FORGET: &str = "delete from job where id in (select id from job \
     where standing = 'done' and ended_at <= $1 order by id limit $2) returning id";
const KEEP: &str = "update job set leased_until = $3 \
     where id = $1 and fence = $2 and standing = 'waiting' returning id";
const BY_KEY: &str = concat!("select ", columns!(), " from job where key = $1");
const LIST: &str = concat!(
    "select ",
    columns!(),
    " from job where standing = $1 and id > $2 order by id limit $3"
);
const OPEN_OF: &str = concat!(
    "select ",
    columns!(),
    " from job where subject = $1 and standing in ('waiting', 'dead') order by id desc limit 1"
);

/// A job about to be enqueued.
#[derive(Debug, Clone, Copy, Default)]
pub struct Job<'a> {
    /// Who can run it.
    pub kind: &'a str,
    /// The same key is the same job, even after it is done.
    pub key: &'a str,
    /// What the worker needs, as JSON.
    pub payload: &'a str,
    /// Not before.
    pub run_at: Timestamp,
    /// What it is for, by which it is found again.
    pub subject: Option<&'a str>,
    /// The system that it needs: only a worker that has it is handed the job.
    pub system: Option<&'a str>,
    /// Why it waits, for whoever looks.
    pub why: Option<&'a str>,
}

/// A job as it is stored; handed out by [`Store::claim`], it is also the proof of the claim.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Claimed {
    /// Its id.
    pub id: i64,
    /// Who can run it.
    pub kind: String,
    /// Its key.
    pub key: String,
    /// What the worker needs, as JSON.
    pub payload: String,
    /// Not before.
    pub run_at: Timestamp,
    /// How often it was handed out since it was enqueued or revived, this time included.
    pub attempt: i64,
    /// Whether it still waits.
    pub standing: Standing,
    /// What went wrong last time.
    pub error: Option<String>,
    /// The number of this claim: grows each time that the job is handed out.
    pub fence: i64,
    /// Until when nobody else is handed it; in 1970 while nobody has it.
    pub leased_until: Timestamp,
    /// The system that it needs.
    pub system: Option<String>,
}

/// Whether a job still waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Standing {
    /// To be handed out when it is due and nobody has it.
    Waiting,
    /// Done.
    Done,
    /// Given up; only a person revives it.
    Dead,
}

/// Which jobs a worker wants.
#[derive(Debug, Clone, Copy)]
pub struct Claim<'a> {
    /// Kinds, at most [`KINDS_MAX`].
    pub kinds: &'a [&'a str],
    /// Systems that the worker has, at most [`SYSTEMS_MAX`], none with a comma in its name; a job
    /// that needs another one is left to whoever has it.
    pub systems: &'a [&'a str],
    /// Who asks: one name for each process, kept over its restarts.
    pub holder: &'a str,
    /// Now.
    pub now: Timestamp,
    /// How long nobody else gets them.
    pub lease: SignedDuration,
    /// How many, at most [`JOBS_MAX`].
    pub limit: i64,
}

impl Tx {
    /// Enqueues a job; false when its key is known, whatever became of that job.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn enqueue(&mut self, job: &Job<'_>) -> Result<bool, Fault> {
        let args =
            args![job.kind, job.key, job.payload, job.run_at, job.subject, job.system, job.why];
        let is_new = self.run(ENQUEUE, args).await? == 1;
        if is_new {
            self.note_enqueued();
        }
        Ok(is_new)
    }

    /// Ends a claimed job in the transaction of its outcome.
    ///
    /// # Errors
    /// [`Kind::Fenced`] when the claim ran out and somebody else has the job.
    pub async fn job_done(&mut self, job: &Claimed, at: Timestamp) -> Result<(), Fault> {
        self.run_one(DONE, args![job.id, job.fence, at], || passed(job)).await
    }
}

impl Store {
    /// Hands out due jobs, each to one worker until its lease is over. A job that was handed out
    /// [`ATTEMPTS_MAX`] times is given up instead.
    ///
    /// # Errors
    /// [`Kind::Malformed`] for more than [`KINDS_MAX`] kinds or [`SYSTEMS_MAX`] systems, else when the
    /// database cannot answer.
    pub async fn claim(&self, claim: &Claim<'_>) -> Result<Vec<Claimed>, Fault> {
        if claim.kinds.len() > KINDS_MAX {
            return Err(Fault::malformed(format!(
                "a worker may ask for {KINDS_MAX} kinds of job at once; ask several times"
            )));
        }
        if claim.systems.len() > SYSTEMS_MAX {
            return Err(Fault::malformed(format!(
                "a worker may have {SYSTEMS_MAX} systems; start a second server for the rest"
            )));
        }
        let until = until(claim.now, claim.lease)?;
        let mut args = args![claim.now, until, claim.limit.clamp(1, JOBS_MAX), claim.holder];
        args.extend(claim.kinds.iter().map(|kind| Value::from(*kind)));
        args.resize(4 + KINDS_MAX, Value::Text(None));
        args.push(Value::from(format!(",{},", claim.systems.join(","))));
        let rows = self.once(claim_of(self.driver()), args).await?;
        let jobs = rows.iter().map(claimed).collect::<Result<Vec<_>, _>>()?;
        let (mut jobs, worn): (Vec<_>, Vec<_>) =
            jobs.into_iter().partition(|job| job.attempt <= ATTEMPTS_MAX);
        for job in &worn {
            let error = job.error.as_deref().unwrap_or("its worker fell silent each time");
            self.bury(job, claim.now, error).await?;
        }
        jobs.sort_by_key(|job| (job.run_at, job.id));
        Ok(jobs)
    }

    /// Keeps a claimed job until `now + lease`; false when it has passed to another worker or has
    /// ended, and the work on it must stop.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn keep(
        &self,
        job: &Claimed,
        now: Timestamp,
        lease: SignedDuration,
    ) -> Result<bool, Fault> {
        let args = args![job.id, job.fence, until(now, lease)?];
        Ok(!self.once(KEEP, args).await?.is_empty())
    }

    /// Ends the leases that `holder` has on jobs, so that they are handed out again at once; says how
    /// many. For a process that starts under the name of one that is certainly gone: what that one
    /// was at is done again, and whatever it still tried would be fenced off.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn take_back(&self, holder: &str) -> Result<usize, Fault> {
        Ok(self.once(TAKE_BACK, args![holder]).await?.len())
    }

    /// Ends a claimed job.
    ///
    /// # Errors
    /// [`Kind::Fenced`] when the claim ran out and somebody else has the job.
    pub async fn done(&self, job: &Claimed, at: Timestamp) -> Result<(), Fault> {
        self.transact_with(job.clone(), move |tx, job| Box::pin(tx.job_done(job, at))).await
    }

    /// Gives a claimed job back, to be handed out again at `run_at`, or gives it up when it was
    /// handed out [`ATTEMPTS_MAX`] times; says which.
    ///
    /// # Errors
    /// [`Kind::Fenced`] when the claim ran out and somebody else has the job.
    pub async fn retry(
        &self,
        job: &Claimed,
        run_at: Timestamp,
        error: &str,
    ) -> Result<Standing, Fault> {
        let args = args![job.id, job.fence, run_at, error, ATTEMPTS_MAX];
        let rows = self.once(AGAIN, args).await?;
        rows.first().map_or_else(|| Err(passed(job)), |row| Ok(Standing::of(&row.text(0)?)))
    }

    /// Gives a claimed job up: nobody gets it again until a person revives it.
    ///
    /// # Errors
    /// [`Kind::Fenced`] when the claim ran out and somebody else has the job.
    pub async fn bury(&self, job: &Claimed, at: Timestamp, error: &str) -> Result<(), Fault> {
        let rows = self.once(DEAD, args![job.id, job.fence, at, error]).await?;
        if rows.is_empty() { Err(passed(job)) } else { Ok(()) }
    }

    /// Hands a given-up job out again from `run_at` on; false when there is none with this id.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn revive(&self, id: i64, run_at: Timestamp) -> Result<bool, Fault> {
        Ok(!self.once(REVIVE, args![id, run_at]).await?.is_empty())
    }

    /// Forgets jobs that were done until `before`, and with them their keys, at most
    /// [`FORGOTTEN_MAX`]; says how many.
    ///
    /// # Errors
    /// When the database cannot answer.
    pub async fn forget_done(&self, before: Timestamp) -> Result<usize, Fault> {
        Ok(self.once(FORGET, args![before, FORGOTTEN_MAX]).await?.len())
    }
}

/// The job with this key.
///
/// # Errors
/// When the database cannot answer.
pub async fn by_key(ask: impl Ask, key: &str) -> Result<Option<Claimed>, Fault> {
    ask.ask(BY_KEY, args![key]).await?.first().map(claimed).transpose()
}

/// The newest job for a subject that is not done: it waits, is being done, or was given up.
///
/// # Errors
/// When the database cannot answer.
pub async fn open_of(ask: impl Ask, subject: &str) -> Result<Option<Claimed>, Fault> {
    ask.ask(OPEN_OF, args![subject]).await?.first().map(claimed).transpose()
}

/// Jobs of one standing, by id after `after`, at most [`JOBS_MAX`].
///
/// # Errors
/// When the database cannot answer.
pub async fn list(ask: impl Ask, standing: Standing, after: i64) -> Result<Vec<Claimed>, Fault> {
    let args = args![standing.as_str(), after, JOBS_MAX];
    ask.ask(LIST, args).await?.iter().map(claimed).collect()
}

impl Standing {
    fn as_str(self) -> &'static str {
        match self {
            Self::Waiting => "waiting",
            Self::Done => "done",
            Self::Dead => "dead",
        }
    }

    fn of(text: &str) -> Self {
        match text {
            "waiting" => Self::Waiting,
            "done" => Self::Done,
            _ => Self::Dead,
        }
    }
}

fn claim_of(driver: &Driver) -> &'static str {
    driver.claims(CLAIM, CLAIM_SKIPPING)
}

fn until(now: Timestamp, lease: SignedDuration) -> Result<Timestamp, Fault> {
    now.checked_add(lease).map_err(|source| {
        Fault::malformed("a job cannot be kept that long; choose less").because(source)
    })
}

fn passed(job: &Claimed) -> Fault {
    Fault::new(
        Kind::Fenced,
        format!("the job `{}` has passed to another worker; let that one end it", job.key),
    )
}

fn claimed(row: &Row) -> Result<Claimed, Fault> {
    Ok(Claimed {
        id: row.int(0)?,
        kind: row.text(1)?,
        key: row.text(2)?,
        payload: row.text(3)?,
        run_at: row.instant(4)?,
        attempt: row.int(5)?,
        standing: Standing::of(&row.text(6)?),
        error: row.maybe_text(7)?,
        fence: row.int(8)?,
        leased_until: row.instant(9)?,
        system: row.maybe_text(10)?,
    })
}

pub(crate) fn statements(driver: &Driver) -> Vec<&'static str> {
    vec![
        ENQUEUE,
        claim_of(driver),
        KEEP,
        DONE,
        AGAIN,
        DEAD,
        TAKE_BACK,
        REVIVE,
        FORGET,
        BY_KEY,
        LIST,
        OPEN_OF,
    ]
}
