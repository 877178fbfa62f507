//! How soon a server has its graph from the database: what is stored is read back, built and judged, as
//! after a start. `cargo xtask bench start sqlite|postgres [EDGES]` runs it; by itself
//! `start fill URL EDGES`, then `start load URL` in a process of its own, so that the peak of memory is
//! that of a start. Measures no HTTP and no findings brought in line.

#[path = "../../access/examples/workload/measure.rs"]
#[expect(dead_code, reason = "the other workloads use the rest")]
mod measure;
#[path = "../../access/examples/facts/organisation.rs"]
mod organisation;

use std::error::Error;

use countersign_access::engine::Engine;
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_store::stage::facts::{self, Progress, RunDigest};
use countersign_store::stage::{Finish, run};
use countersign_store::{Fault, Store};
use jiff::Timestamp;
use tokio::runtime::Runtime;

use measure::{Spent, peak_megabytes, say, spent};
use organisation::{Organisation, pack};

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

/// Who speaks: as many systems, each of a share of everything.
const SOURCES: usize = 4;

/// Edges that the made-up organisation has for one identity, in hundredths.
const EDGES_PER_IDENTITY: usize = 970;

/// Rules that are judged.
const RULES: usize = 100;

/// Facts in a chunk, as the reader of PostgreSQL sends them.
const CHUNK_FACTS: usize = 1_000;

/// Edges without a third argument.
const EDGES: usize = 1_000_000;

fn main() -> Result<(), Box<dyn Error>> {
    let words: Vec<String> = std::env::args().skip(1).collect();
    let words: Vec<&str> = words.iter().map(String::as_str).collect();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    match words.as_slice() {
        ["fill", url] => runtime.block_on(fill(url, EDGES)),
        ["fill", url, edges] => runtime.block_on(fill(url, edges.parse()?)),
        ["load", url] => load(&runtime, url),
        _ => Err("say `start fill URL [EDGES]` or `start load URL`".into()),
    }
}

/// Stores what the systems say, as the readers of systems do.
async fn fill(url: &str, edges: usize) -> Result<(), Box<dyn Error>> {
    let store = Store::open(url).await?;
    let facts = Organisation::of(edges.saturating_mul(100) / EDGES_PER_IDENTITY).draw()?;
    let Chunk { mut nodes, mut edges } = facts;
    for left in (1..=SOURCES).rev() {
        let source = SourceId::new(&format!("system {left}"));
        let own_nodes = nodes.split_off(nodes.len() - nodes.len() / left);
        let own_edges = edges.split_off(edges.len() - edges.len() / left);
        let counts = format!(r#"{{"nodes":{},"edges":{}}}"#, own_nodes.len(), own_edges.len());
        let id = format!("run-{}-{left}", std::process::id());
        store.begin_run(&id, &source, Timestamp::UNIX_EPOCH).await?;
        let of_nodes = own_nodes.chunks(CHUNK_FACTS).map(|it| (it, &[][..]));
        let of_edges = own_edges.chunks(CHUNK_FACTS).map(|it| (&[][..], it));
        let (mut digest, mut chunks) = (RunDigest::default(), 0);
        for (nodes, edges) in of_nodes.chain(of_edges) {
            let chunk = Chunk { nodes: nodes.to_vec(), edges: edges.to_vec() };
            digest.add(store.put_chunk(&id, chunks, &chunk).await?);
            chunks += 1;
        }
        let digest = digest.to_text();
        let finish = Finish { chunks, counts, digest, unreadable: Vec::new() };
        store.finish_run(&id, &finish).await?;
        let accepted = store.transact_with(id, |tx, id| {
            Box::pin(async move { tx.accept_run(id, Timestamp::UNIX_EPOCH).await })
        });
        let _: Result<i64, Fault> = accepted.await;
    }
    store.close().await;
    Ok(())
}

/// Starts once from what is stored.
fn load(runtime: &Runtime, url: &str) -> Result<(), Box<dyn Error>> {
    let (started, whole) = spent(|| started(runtime, url));
    let (engine, steps, held) = started?;
    let edges = engine.stats().edges;
    for (step, time) in steps {
        say(&format!("{step}: {time}"));
    }
    let per_second = f64::from(u32::try_from(edges)?) / whole.wall;
    let peak = peak_megabytes();
    say(&format!("to the first answer: {whole}; {per_second:.0} edges a second by the wall"));
    say(&format!(
        "{edges} edges, {} findings, {held:.0} MB when all was read back, {peak:.0} MB at the \
         peak, {:.0} bytes an edge",
        engine.findings().len(),
        peak * f64::from(1 << 20) / f64::from(u32::try_from(edges)?),
    ));
    Ok(())
}

type Steps = Vec<(&'static str, Spent)>;

/// The engine, what each step took, and the peak of memory when all facts were there.
fn started(runtime: &Runtime, url: &str) -> Result<(Engine, Steps, f64), Box<dyn Error>> {
    let (store, opened) = spent(|| runtime.block_on(Store::open(url)));
    let store = store?;
    let (runs, read) = spent(|| runtime.block_on(read(&store)));
    let runs = runs?;
    let held = peak_megabytes();
    let permissions = runs.iter().flat_map(|run| &run.facts.nodes);
    let permissions = permissions.filter(|node| node.action.is_some()).count();
    let (mut engine, graph) = spent(|| Engine::build(runs, Vec::new()));
    let (_, rules) = spent(|| engine.set_packs(vec![pack(RULES, permissions)]));
    let steps = vec![
        ("store opened", opened),
        ("facts read back", read),
        ("graph built", graph),
        ("rules judged", rules),
    ];
    Ok((engine, steps, held))
}

async fn read(store: &Store) -> Result<Vec<Run>, Box<dyn Error>> {
    let visible = run::visible(store, i64::MAX).await?;
    let read = facts::all(store, &visible, &Progress::of(&visible)).await?;
    Ok(read.into_iter().collect::<Result<_, _>>()?)
}
