//! Times one full evaluation of a generated organisation, then a read of everything in which one edge of
//! ten thousand is gone, a read of a source that says a hundredth of it, one supposed edge,
//! and the questions of the pages; prints one JSON line. Arguments:
//! identities (default 100,000) and rules (default 100); about ten edges an identity.
//! `cargo run --release -p countersign-access --example evaluate -- 100000 100`

#[path = "facts/organisation.rs"]
mod organisation;

use std::io::Write as _;
use std::time::Instant;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::engine::breaks::Limits;
use countersign_access::engine::{Delta, EdgeFilter, Edit, Engine};
use countersign_access::fact::{Chunk, Run, SourceId};
use countersign_access::node::{BadId, NodeId};
use jiff::Timestamp;
use rustix::time::{ClockId, clock_gettime};

use organisation::{Organisation, pack};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let identities = arguments.next().map_or(Ok(100_000), |it| it.parse())?;
    let rules = arguments.next().map_or(Ok(100), |it| it.parse())?;
    let organisation = Organisation::of(identities);
    let permissions = organisation.permissions;
    let facts = organisation.draw()?;
    let edges = facts.edges.len();
    let large = Run {
        source: SourceId::new("generated"),
        read_at: Timestamp::UNIX_EPOCH,
        unreadable: Vec::new(),
        facts,
    };
    let small = second_source(identities, permissions)?;
    let mut large_later = large.clone();
    large_later.facts.edges.truncate(edges.saturating_sub(edges / 10_000));
    let mut small_later = small.clone();
    small_later.facts.edges.truncate(small.facts.edges.len().saturating_sub(10));
    let (mut engine, graph_ms) = timed(|| Engine::build(vec![large, small], Vec::new()));
    let ((), judge_ms) = timed(|| drop(engine.set_packs(vec![pack(rules, permissions)])));
    let (large, large_ms) = timed(|| engine.after(large_later));
    let (small, small_ms) = timed(|| engine.after(small_later));
    let edit = Edit { add: vec![supposed(identities)?], ..Edit::default() };
    let (would, what_if_ms) = timed(|| engine.what_if(&edit));
    let would = would?;
    let is_equal = large.0.verify().equal && small.0.verify().equal;
    let changed = |it: &Delta| it.opened.len() + it.changed.len() + it.ended.len();
    let line = serde_json::json!({
        "identities": identities,
        "edges": edges,
        "rules": rules,
        "findings": engine.findings().len(),
        "graph_ms": graph_ms,
        "judge_ms": judge_ms,
        "read_of_all_ms": large_ms,
        "read_of_all_changed": changed(&large.1),
        "read_of_a_hundredth_ms": small_ms,
        "read_of_a_hundredth_changed": changed(&small.1),
        "what_if_ms": what_if_ms,
        "what_if_changed": would.opened.len() + would.changed.len() + would.ended.len(),
        "equal_to_all_judged_anew": is_equal,
        "questions": questions(&engine)?,
    });
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}

/// What each question costs that a page asks: microseconds of processor and by the wall, and how much
/// was found. All are about the finding that affects most.
fn questions(engine: &Engine) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let all = EdgeFilter::all();
    let widest = engine.findings().values().max_by_key(|it| it.affected_total);
    let widest = widest.ok_or("nothing was found")?;
    let (one, only) = (&widest.fingerprint, [widest.fingerprint.clone()].into());
    let node = widest.affected.first().ok_or("nobody is affected")?.id.clone();
    let end = widest.paths.first().and_then(|path| path.last()).ok_or("there is no path")?;
    let end = end.node.id.clone();
    Ok(serde_json::json!({
        "affected": widest.affected_total,
        "blast": asked(|| Ok(engine.blast(&node, &all)?.answer.total))?,
        "access": asked(|| Ok(engine.held(&node)?.total))?,
        "who_can": asked(|| Ok(engine.who_can_node(&end, &all)?.total))?,
        "path": asked(|| Ok(engine.path(&node, &end, &all)?.length))?,
        "still": asked(|| Ok(usize::from(engine.still(&widest.rule, &node)?.is_some())))?,
        "cut": asked(|| Ok(engine.cut(one)?.edges.len()))?,
        "cut_together": asked(|| Ok(engine.cut_set(&only, Limits::default())?.edges.len()))?,
        "cut_top_20": asked(|| Ok(engine.cut_all(20).edges.len()))?,
        "search": asked(|| Ok(engine.search("i00001", 20).1))?,
    }))
}

fn asked(
    question: impl FnOnce() -> Result<usize, Box<dyn std::error::Error>>,
) -> Result<serde_json::Value, Box<dyn std::error::Error>> {
    let (found, spent) = timed_in(1_000, question);
    Ok(serde_json::json!({ "us": spent, "found": found? }))
}

/// What it comes to and how long it took, in milliseconds: of processor and by the wall.
fn timed<T>(work: impl FnOnce() -> T) -> (T, [u128; 2]) {
    timed_in(1_000_000, work)
}

/// The same in a unit of so many nanoseconds.
fn timed_in<T>(unit: u128, work: impl FnOnce() -> T) -> (T, [u128; 2]) {
    let (started, cpu) = (Instant::now(), cpu_ns());
    let out = work();
    let spent = [cpu_ns().saturating_sub(cpu), started.elapsed().as_nanos()];
    (out, spent.map(|it| it.checked_div(unit).unwrap_or_default()))
}

fn cpu_ns() -> u128 {
    let time = clock_gettime(ClockId::ProcessCPUTime);
    let seconds = u128::try_from(time.tv_sec).unwrap_or_default();
    let rest = u128::try_from(time.tv_nsec).unwrap_or_default();
    seconds.saturating_mul(1_000_000_000).saturating_add(rest)
}

/// Another source, which says a tenth of an edge for each identity.
fn second_source(identities: usize, permissions: usize) -> Result<Run, BadId> {
    let source = SourceId::new("second");
    let mut edges = Vec::new();
    for number in (0..identities).step_by(10) {
        let permission = number * 31 % permissions;
        let (from, to) = (format!("i{number:07}"), format!("p{permission:07}"));
        let because = source.at(format!("grant {number}"));
        edges.push(Edge::new(NodeId::new(from)?, EdgeKind::Grants, NodeId::new(to)?, because));
    }
    let facts = Chunk { nodes: Vec::new(), edges };
    Ok(Run { source, read_at: Timestamp::UNIX_EPOCH, unreadable: Vec::new(), facts })
}

/// One group more for one identity.
fn supposed(identities: usize) -> Result<Edge, BadId> {
    let (from, to) = (format!("i{:07}", identities / 2), format!("g{:07}", identities / 20));
    let because = SourceId::new("supposed").at("what if");
    Ok(Edge::new(NodeId::new(from)?, EdgeKind::MemberOf, NodeId::new(to)?, because))
}
