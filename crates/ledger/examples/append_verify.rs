//! Measures the ledger: `append_verify [LEAVES]` prints one JSON line with leaves per second for
//! appending (canonical bytes, leaf hash, right edge) and for the full check of an export. The events
//! are like those of findings, every tenth with a text; one thread, all in memory.

#![expect(clippy::print_stdout, reason = "the line is what this program is for")]

use std::error::Error;
use std::time::Instant;

use countersign_ledger::export::{self, Manifest, Parts, Verdict};
use countersign_ledger::key::SigningKey;
use countersign_ledger::leaf::Leaf;
use countersign_ledger::note::Checkpoint;
use countersign_ledger::text::{self, TextLine};
use countersign_ledger::tree::{Frontier, leaf_hash};
use serde_json::json;

const ORIGIN: &str = "bench.example/countersign";

fn main() -> Result<(), Box<dyn Error>> {
    let count = std::env::args().nth(1).map_or(Ok(100_000), |text| text.parse::<u64>())?;
    let mut texts = String::new();
    let mut events = Vec::new();
    for number in 0..count {
        let mut salt = [0; 32];
        salt.iter_mut().zip(number.to_be_bytes()).for_each(|(byte, from)| *byte = from);
        let reason = TextLine::new(&salt, "the supplier needs it until the end of the quarter");
        let reason = (number % 10 == 0).then_some(reason);
        if let Some(line) = &reason {
            texts.push_str(&line.to_json()?);
            texts.push('\n');
        }
        events.push(event(number, reason.map(|line| text::reference(line.digest))));
    }

    let (mut edge, mut leaves) = (Frontier::new(), Vec::new());
    let start = Instant::now();
    for event in &events {
        let bytes = event.bytes()?;
        edge.push(leaf_hash(&bytes));
        leaves.extend_from_slice(&bytes);
        leaves.push(b'\n');
    }
    let append = start.elapsed().as_secs_f64();

    let key = SigningKey::from_secret(ORIGIN, &[7; 32])?;
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: count, root: edge.root() };
    let manifest = serde_json::to_string(&Manifest::new(&checkpoint, "2026-02-01T00:00:00Z"))?;
    let start = Instant::now();
    let report = export::verify(
        Parts {
            leaves: &mut leaves.as_slice(),
            texts: &mut texts.as_bytes(),
            checkpoint: checkpoint.sign(&[&key])?.as_bytes(),
            verifier: key.verifier().to_string().as_bytes(),
            manifest: manifest.as_bytes(),
            hashes: None,
        },
        None,
    );
    let verify = start.elapsed().as_secs_f64();
    if report.verdict != Verdict::Whole || report.leaves != count {
        return Err(format!("the check of what was just written failed: {report:?}").into());
    }
    let rate = |seconds: f64| {
        let leaves = f64::from(u32::try_from(count).unwrap_or(u32::MAX));
        (leaves / seconds.max(f64::EPSILON)).round()
    };
    let line = json!({
        "bench": "ledger",
        "leaves": count,
        "bytes": leaves.len(),
        "append_leaves_per_s": rate(append),
        "verify_leaves_per_s": rate(verify),
    });
    println!("{line}");
    Ok(())
}

fn event(number: u64, reason: Option<String>) -> Leaf {
    Leaf {
        subject: format!("finding:0198c0de-0000-7000-8000-{:012x}", number / 8),
        sequence: number % 8 + 1,
        name: "finding.assigned.1".to_owned(),
        at: "2026-01-31T12:00:00.123456Z".to_owned(),
        actor: "identity:0198c0de-1111-7000-8000-000000000007".to_owned(),
        policy: "sha256:9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
            .to_owned(),
        cause: Some(format!("event:0198c0de-2222-7000-8000-{number:012x}")),
        authority: None,
        body: json!({
            "owner": "identity:0198c0de-1111-7000-8000-000000000009",
            "seat": "business",
            "due": "2026-02-28T22:59:59Z",
            "severity": "high",
            "reason": reason,
        }),
    }
}
