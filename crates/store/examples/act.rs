//! Measures acts a second, as the server makes them: load the state, append an event, store the
//! state, enqueue a job. `cargo run --release -p countersign-store --example act -- URL [SECONDS]`
//! prints one line of JSON. Measures nothing but the store: no decision, no HTTP.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use countersign_store::{Event, Fault, Job, State, Store, Tx};
use jiff::Timestamp;

/// Clients that wait for an answer before they send the next act.
const CLIENTS: u64 = 64;

/// Subjects, so that clients meet now and then.
const SUBJECTS: u64 = 1_000;

/// Seconds without a second argument.
const SECONDS: u64 = 5;

#[tokio::main]
#[expect(clippy::print_stdout, reason = "the figure is the output")]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut words = std::env::args().skip(1);
    let url = words.next().ok_or("name the database: `act URL [SECONDS]`")?;
    let seconds = words.next().map_or(Ok(SECONDS), |word| word.parse())?;
    let store = Store::open(&url).await?;
    let nanos = measure(&store, Duration::from_secs(seconds)).await?;
    let count = nanos.len();
    let figure = serde_json::json!({
        "what": "store.act",
        "clients": CLIENTS,
        "seconds": seconds,
        "acts": count,
        "acts_per_second": u64::try_from(count)? / seconds.max(1),
        "p50_ms": at(&nanos, count / 2),
        "p99_ms": at(&nanos, count * 99 / 100),
    });
    println!("{figure}");
    store.close().await;
    Ok(())
}

/// The time of each act, sorted.
async fn measure(store: &Store, length: Duration) -> Result<Vec<u64>, Box<dyn std::error::Error>> {
    let run = std::process::id();
    let next = Arc::new(AtomicU64::new(0));
    let start = Instant::now();
    let mut clients = tokio::task::JoinSet::new();
    for _ in 0..CLIENTS {
        let (store, next) = (store.clone(), Arc::clone(&next));
        clients.spawn(async move {
            let mut times = Vec::new();
            while start.elapsed() < length {
                // A stride that is prime to the number of subjects spreads neighbours.
                let subject = next.fetch_add(1, Ordering::Relaxed).wrapping_mul(397) % SUBJECTS;
                let began = Instant::now();
                store
                    .transact_with(format!("{run}-{subject}"), |tx, subject| {
                        Box::pin(act(tx, subject))
                    })
                    .await?;
                times.push(u64::try_from(began.elapsed().as_nanos()).unwrap_or(u64::MAX));
            }
            Ok::<_, Fault>(times)
        });
    }
    let mut all = Vec::new();
    while let Some(times) = clients.join_next().await {
        all.extend(times??);
    }
    all.sort_unstable();
    Ok(all)
}

async fn act(tx: &mut Tx, subject: &str) -> Result<(), Fault> {
    let before = tx.state("bench", subject).await?.map_or(0, |state| state.sequence);
    let sequence = before + 1;
    let bytes = format!("{{\"sequence\":{sequence},\"subject\":\"{subject}\",\"body\":{{}}}}");
    let event = Event {
        subject,
        sequence,
        name: "bench.acted.1",
        at: Timestamp::UNIX_EPOCH,
        actor: "bench",
        cause: None,
        bytes: bytes.as_bytes(),
    };
    tx.append(&event).await?;
    let state = State {
        kind: "bench".to_owned(),
        subject: subject.to_owned(),
        number: None,
        sequence,
        state: bytes.clone(),
    };
    tx.put_state(&state, before).await?;
    let key = format!("{subject}/{sequence}");
    let run_at = Timestamp::UNIX_EPOCH;
    tx.enqueue(&Job { kind: "bench", key: &key, payload: "{}", run_at, ..Job::default() }).await?;
    Ok(())
}

/// The time at a rank, in milliseconds.
fn at(nanos: &[u64], rank: usize) -> f64 {
    let nanos = nanos.get(rank).copied().unwrap_or_default();
    Duration::from_nanos(nanos).as_secs_f64() * 1_000.0
}
