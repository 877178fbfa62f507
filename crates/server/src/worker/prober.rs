//! Tests the controls of exceptions when they are due: asks the system through its connector, or the
//! graph where it is about a path, and reports what was read. It says passed, failed or could not be
//! told; what follows from that is for `governance`.

use std::time::Duration;

use countersign_access::change::{Evidence, Holds, Probe};
use countersign_access::engine::EdgeFilter;
use countersign_access::fact::SourceId;
use countersign_governance::actor::{Actor, Machine};
use countersign_governance::exception::{Command as Verb, Verdict, test::Tested};
use countersign_governance::id::ExceptionId;
use countersign_governance::{Command, State, Subject};
use countersign_store::Fault;
use countersign_store::project::exception::claim;
use countersign_store::read::exception::{Due, due};
use jiff::{SignedDuration, Timestamp};
use serde::Serialize;
use tokio::sync::watch;

use super::{LOOK_AGAIN, Workers, pause};
use crate::act::{Asked, NotDone};
use crate::ask::finding::bare;
use crate::clock::NoChance;
use crate::kept;
use crate::text::Text;

/// Tests made in one look.
const AT_ONCE: usize = 20;

/// Due tests looked through for those that this node can make.
const LOOKED_THROUGH: i64 = 200;

/// How long a test is nobody else's; a test that came to nothing is made again after it.
const CLAIM_FOR: SignedDuration = SignedDuration::from_secs(60);

/// Longest time for one exchange with a system.
const EXCHANGE_MAX: Duration = Duration::from_secs(25);

/// Why a test was not made.
#[derive(Debug, thiserror::Error)]
enum NotTested {
    #[error("{0}")]
    Act(#[from] NotDone),
    #[error("{0}")]
    Store(#[from] Fault),
    #[error("{0}")]
    Chance(#[from] NoChance),
}

/// What a test read.
struct Read {
    at: Timestamp,
    verdict: Verdict,
    /// As JSON.
    evidence: String,
}

/// What the graph answers about a path, kept as evidence.
#[derive(Debug, Serialize)]
struct GraphSays<'a> {
    probe: &'a Probe,
    read_at: Timestamp,
    found: Vec<String>,
    incomplete: Vec<String>,
}

/// Why a test could not be made, kept in the place of evidence.
#[derive(Debug, Serialize)]
struct CouldNot<'a> {
    probe: &'a Probe,
    read_at: Timestamp,
    why: &'a str,
}

/// Tests until told to stop.
pub(super) async fn run(workers: Workers, mut stop: watch::Receiver<bool>) {
    loop {
        if let Err(problem) = look(&workers).await {
            tracing::warn!(%problem, "controls were not tested");
        }
        if pause(&mut stop, std::future::pending(), LOOK_AGAIN).await {
            return;
        }
    }
}

/// Makes the tests that are due and that this node can make.
pub(crate) async fn look(workers: &Workers) -> Result<(), Fault> {
    let now = workers.door.clock.now();
    // What only another node can test must not stand in the way of what this one can.
    let due = due(&workers.door.store, now, LOOKED_THROUGH).await?;
    for it in due.into_iter().filter(|it| is_ours(workers, it)).take(AT_ONCE) {
        if !take(workers, &it, workers.door.clock.now()).await? {
            continue;
        }
        if let Err(problem) = test(workers, &it).await {
            tracing::info!(exception = %it.exception, control = it.control, %problem, "not tested");
        }
    }
    Ok(())
}

/// A system that is configured elsewhere is asked there.
fn is_ours(workers: &Workers, due: &Due) -> bool {
    let system = due.system.as_deref().map(SourceId::new);
    system.is_none_or(|system| workers.targets.contains_key(&system))
}

async fn take(workers: &Workers, it: &Due, now: Timestamp) -> Result<bool, Fault> {
    let until = now.saturating_add(CLAIM_FOR).unwrap_or(Timestamp::MAX);
    let (exception, control) = (it.exception.clone(), it.control);
    workers
        .door
        .store
        .transact(move |tx| {
            let exception = exception.clone();
            Box::pin(async move { claim(tx, (&exception, control), now, until).await })
        })
        .await
}

async fn test(workers: &Workers, due: &Due) -> Result<(), NotTested> {
    let Ok(id) = bare(&due.exception).parse::<ExceptionId>() else { return Ok(()) };
    let (state, _) = kept::look(&workers.door.store, Subject::Exception(id)).await?;
    let State::Exception(Some(exception)) = state else { return Ok(()) };
    let index = usize::try_from(due.control).unwrap_or(0).saturating_sub(1);
    let Some(control) = exception.terms.controls.as_slice().get(index) else { return Ok(()) };
    let words = kept::read_words(&workers.door.store, &control.test.probe).await?;
    // Erased: nothing can be asked, and the last passed test runs out.
    let Some(probe) = words.and_then(|words| serde_json::from_str::<Probe>(&words).ok()) else {
        return Ok(());
    };
    let read = match (probe.claim(), &control.test.system) {
        (Some(claim), Some(system)) => ask_system(workers, system, &probe, &claim).await,
        (None, _) | (Some(_), None) => ask_graph(workers, &probe),
    };
    let Some(read) = read else { return Ok(()) };
    let text = Text::new(&workers.door.chance, read.evidence)?;
    let tested = Tested {
        control: u32::try_from(due.control).unwrap_or(0),
        read_at: read.at,
        verdict: read.verdict,
        evidence: text.digest().clone(),
    };
    let command = Command::Exception(id, Verb::Test(tested));
    let asked = Asked::new(Actor::Machine(Machine::Prober), command).with_texts(vec![text]);
    workers.door.act(asked).await?;
    Ok(())
}

async fn ask_system(
    workers: &Workers,
    system: &str,
    probe: &Probe,
    claim: &countersign_access::change::Claim,
) -> Option<Read> {
    let target = workers.targets.get(&SourceId::new(system))?;
    // By the clock that decides, and before the question is asked.
    let at = workers.door.clock.now();
    let asked = tokio::time::timeout(EXCHANGE_MAX, target.connector.verify(claim)).await;
    let could_not = |why: &str| Read {
        at,
        verdict: Verdict::Unknown,
        evidence: json(&CouldNot { probe, read_at: at, why }),
    };
    Some(match asked {
        Err(_) => could_not("the system did not answer in time"),
        Ok(Err(fault)) => could_not(&fault.to_string()),
        Ok(Ok(evidence)) => {
            let evidence = Evidence { read_at: at, ..evidence };
            let verdict = match evidence.holds {
                Holds::Yes => Verdict::Passed,
                Holds::No { .. } => Verdict::Failed,
                Holds::Unknown { .. } => Verdict::Unknown,
            };
            Read { at, verdict, evidence: json(&evidence) }
        }
    })
}

/// Whether there is a path, as of the oldest read on which the graph rests. A path that is not seen in
/// an incomplete graph may still be there. Nothing is said before the first read.
fn ask_graph(workers: &Workers, probe: &Probe) -> Option<Read> {
    let Probe::PathAbsent { from, to } = probe else { return None };
    let shown = workers.door.graph.read();
    let rests_on = shown.engine.rests_on();
    let oldest = rests_on.iter().map(|it| it.read_at).min()?;
    let incomplete: Vec<String> =
        rests_on.iter().filter(|it| !it.complete).map(|it| it.source.to_string()).collect();
    // A node that no source knows any more is on no path.
    let ways = shown.engine.path(from, to, &EdgeFilter::all()).ok();
    drop(shown);
    let path = ways.and_then(|ways| ways.paths.into_iter().next()).unwrap_or_default();
    let found: Vec<String> = path.into_iter().map(|step| step.node.name).collect();
    let verdict = match (found.is_empty(), incomplete.is_empty()) {
        (false, _) => Verdict::Failed,
        (true, true) => Verdict::Passed,
        (true, false) => Verdict::Unknown,
    };
    // A pass is as old as the oldest read on which it rests. What is seen to be there is there now,
    // however old the other reads are, and must not count as overtaken by an earlier pass.
    let at = if verdict == Verdict::Failed { workers.door.clock.now() } else { oldest };
    let says = GraphSays { probe, read_at: at, found, incomplete };
    Some(Read { at, verdict, evidence: json(&says) })
}

/// Our own types always write; an empty text would still be honest about saying nothing.
fn json<T: Serialize>(value: &T) -> String {
    serde_json::to_string(value).unwrap_or_default()
}
