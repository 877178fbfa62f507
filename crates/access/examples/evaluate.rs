//! Times one full evaluation of a generated organisation, then a read in which one edge of ten thousand
//! is gone, and prints one JSON line. Arguments:
//! identities (default 100,000) and rules (default 100); about ten edges an identity.
//! `cargo run --release -p countersign-access --example evaluate -- 100000 100`

#[path = "facts/organisation.rs"]
mod organisation;

use std::io::Write as _;
use std::time::Instant;

use countersign_access::engine::{EdgeFilter, Engine};
use countersign_access::fact::{Run, SourceId};
use jiff::Timestamp;

use organisation::{Organisation, pack};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let mut arguments = std::env::args().skip(1);
    let identities = arguments.next().map_or(Ok(100_000), |it| it.parse())?;
    let rules = arguments.next().map_or(Ok(100), |it| it.parse())?;
    let organisation = Organisation::of(identities);
    let permissions = organisation.permissions;
    let facts = organisation.draw()?;
    let edges = facts.edges.len();
    let (source, read_at) = (SourceId::new("generated"), Timestamp::UNIX_EPOCH);
    let run = Run { source, read_at, unreadable: Vec::new(), facts };
    let mut later = run.clone();
    later.facts.edges.truncate(edges.saturating_sub(edges / 10_000));
    let packs = vec![pack(rules, permissions)];
    let started = Instant::now();
    let mut engine = Engine::build(vec![run], Vec::new());
    let graph_ms = started.elapsed().as_millis();
    let started = Instant::now();
    engine.set_packs(packs);
    let judge_ms = started.elapsed().as_millis();
    let started = Instant::now();
    let (next, delta) = engine.after(later);
    let after_ms = started.elapsed().as_millis();
    let is_equal = next.verify().equal;
    let changed = delta.opened.len() + delta.changed.len() + delta.ended.len();
    let top = engine.findings().values().max_by_key(|it| it.affected_total);
    let widest = top.and_then(|it| it.affected.first());
    let started = Instant::now();
    let reach = widest.map(|it| engine.blast(&it.id, &EdgeFilter::all())).transpose()?;
    let blast_us = started.elapsed().as_micros();
    let line = format!(
        r#"{{"identities":{identities},"edges":{edges},"rules":{rules},"findings":{},"affected_most":{},"graph_ms":{graph_ms},"judge_ms":{judge_ms},"after_ms":{after_ms},"after_changed":{changed},"after_equal":{is_equal},"blast":{},"blast_us":{blast_us}}}"#,
        engine.findings().len(),
        top.map_or(0, |it| it.affected_total),
        reach.map_or(0, |it| it.answer.total),
    );
    writeln!(std::io::stdout(), "{line}")?;
    Ok(())
}
