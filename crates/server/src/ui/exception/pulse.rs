//! The pulse of a control: one tick for each of its last tests, the sentence that counts them, when the
//! next one comes, and what was read each time.

use countersign_access::change::{Evidence, Holds};
use countersign_access::finding::NodeRef;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

use super::super::moment::{At, Moments};
use super::super::person::{People, Who};
use super::super::refusal::{quoted, sentence};
use super::super::state::Chip;
use super::matter::{ERASED, asks, kept};
use crate::ask::exception::whole::Control;
use crate::ask::finding::Entry;

/// Most tests that are shown.
const TICKS_MAX: usize = 30;

/// From one tick to the next.
const STEP: usize = 8;

/// A control with its pulse.
#[derive(Debug, Clone)]
pub(super) struct Pulse {
    pub(super) number: u32,
    pub(super) what: String,
    pub(super) asks: String,
    pub(super) owner: Who,
    pub(super) chip: Chip,
    /// The sentence that counts.
    pub(super) counts: String,
    /// When the next test comes.
    pub(super) next: String,
    pub(super) width: usize,
    pub(super) ticks: Vec<Tick>,
    /// The tests, the newest first.
    pub(super) tests: Vec<Test>,
}

/// A test as a tick.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Tick {
    pub(super) x: usize,
    /// `passed`, `failed` or `unknown`.
    pub(super) verdict: String,
}

/// A test with what was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Test {
    pub(super) at: At,
    pub(super) chip: Chip,
    pub(super) says: String,
    pub(super) digest: String,
    pub(super) position: Option<i64>,
}

/// What a pulse is read with.
pub(super) struct Around<'a> {
    pub(super) people: &'a People,
    pub(super) moments: &'a Moments,
    pub(super) entries: &'a [Entry],
    pub(super) names: &'a [&'a NodeRef],
}

/// What our own graph answered, or why nothing did.
#[derive(Debug, Deserialize)]
#[serde(untagged)]
enum Said {
    CouldNot { why: String },
    Graph { found: Vec<String>, incomplete: Vec<String> },
}

/// A control with its pulse.
pub(super) fn pulse(control: &Control, around: &Around<'_>) -> Pulse {
    let all: Vec<&Entry> =
        around.entries.iter().filter(|entry| number(entry) == Some(control.number)).collect();
    let shown = all.get(all.len().saturating_sub(TICKS_MAX)..).unwrap_or_default();
    let tick = |(at, entry): (usize, &&Entry)| Tick {
        x: at.saturating_mul(STEP),
        verdict: verdict(entry).to_owned(),
    };
    let system = control
        .system
        .as_ref()
        .map_or_else(|| "our graph answers".to_owned(), |system| format!("{system} is asked"));
    let asks = control.test.as_ref().map_or_else(|| ERASED.to_owned(), |it| asks(it, around.names));
    Pulse {
        number: control.number,
        what: kept(control.what.as_ref()),
        asks: format!("Tested: {asks}; {system} every {}", every(control.every_hours)),
        owner: around.people.who(&control.owner),
        chip: chip(control, around.moments),
        counts: counts(shown, around.moments),
        next: next(control, around.moments),
        width: TICKS_MAX.saturating_mul(STEP),
        ticks: shown.iter().enumerate().map(tick).collect(),
        tests: shown.iter().rev().map(|entry| test(entry, around.moments)).collect(),
    }
}

/// Whether an event is one of a test.
pub(super) fn number(entry: &Entry) -> Option<u32> {
    if entry.name != "exception.control_tested.1" {
        return None;
    }
    u32::try_from(body(entry, "/control")?.as_u64()?).ok()
}

/// What a test showed.
pub(super) fn verdict(entry: &Entry) -> &str {
    body(entry, "/verdict").and_then(Value::as_str).unwrap_or("unknown")
}

fn body<'a>(entry: &'a Entry, pointer: &str) -> Option<&'a Value> {
    entry.event.get("body")?.pointer(pointer)
}

fn chip(control: &Control, moments: &Moments) -> Chip {
    let holds = control.holds_until.is_some_and(|until| moments.now < until);
    match control.verdict.as_deref() {
        None => Chip::new("wait", "wait", "Not tested yet"),
        Some("passed") if holds => Chip::new("ok", "ok", "Passed"),
        Some("passed") => Chip::new("bad", "late", "Passed too long ago"),
        Some("failed") => Chip::new("bad", "stop", "Failed"),
        Some(_) => Chip::new("wait", "unk", "Could not be told"),
    }
}

fn of_verdict(verdict: &str) -> Chip {
    match verdict {
        "passed" => Chip::new("ok", "ok", "Passed"),
        "failed" => Chip::new("bad", "stop", "Failed"),
        _ => Chip::new("wait", "unk", "Could not be told"),
    }
}

fn counts(shown: &[&Entry], moments: &Moments) -> String {
    let count = |which: &str| shown.iter().filter(|entry| verdict(entry) == which).count();
    if shown.is_empty() {
        return "It was never tested: without a passed test nothing is in force".to_owned();
    }
    let last = |which: &str| {
        let entry = shown.iter().rev().find(|entry| verdict(entry) == which)?;
        Some(moments.at(read_at(entry)).words)
    };
    let failed = last("failed").map(|at| format!("; failed last {at}")).unwrap_or_default();
    let unknown = match count("unknown") {
        0 => String::new(),
        some => format!("; {some} could not be told"),
    };
    format!("{} of {} passed{failed}{unknown}", count("passed"), shown.len())
}

fn read_at(entry: &Entry) -> Timestamp {
    let at = body(entry, "/read_at").and_then(Value::as_str).and_then(|at| at.parse().ok());
    at.unwrap_or(entry.at)
}

fn next(control: &Control, moments: &Moments) -> String {
    let counts = format!("a passed test counts for {}", span(control.max_age_hours));
    match control.next_test_at {
        Some(at) if at <= moments.now => format!("The next test is due; {counts}"),
        Some(at) => format!("Next test {}; {counts}", moments.at(at).words),
        None => sentence(&counts),
    }
}

fn test(entry: &Entry, moments: &Moments) -> Test {
    let digest = body(entry, "/evidence").and_then(Value::as_str).unwrap_or_default();
    let words = entry.texts.get(digest).and_then(Value::as_str);
    Test {
        at: moments.at(read_at(entry)),
        chip: of_verdict(verdict(entry)),
        says: words.map_or_else(|| ERASED.to_owned(), says),
        digest: digest.to_owned(),
        position: entry.position,
    }
}

/// What was read, in words.
fn says(words: &str) -> String {
    if let Ok(evidence) = serde_json::from_str::<Evidence>(words) {
        let found = match &evidence.holds {
            Holds::Yes => "it is so".to_owned(),
            Holds::No { found } => found.clone(),
            Holds::Unknown { why } => why.clone(),
        };
        let (system, by, from) = (&evidence.system, &evidence.read_by, &evidence.read_from);
        return format!(
            "{}. Read from {system} by its account {by} at {from}",
            sentence(&quoted(&found))
        );
    }
    match serde_json::from_str::<Said>(words) {
        Ok(Said::CouldNot { why }) => sentence(&quoted(&why)),
        Ok(Said::Graph { found, incomplete }) => graph(&found, &incomplete),
        Err(_) => words.to_owned(),
    }
}

fn graph(found: &[String], incomplete: &[String]) -> String {
    match (found.is_empty(), incomplete.is_empty()) {
        (false, _) => format!("There is a path: {}", found.join(", then ")),
        (true, true) => "There is none in the graph, and every system was read whole".to_owned(),
        (true, false) => {
            format!("None is seen, but {} was read in part only", incomplete.join(", "))
        }
    }
}

/// Between two tests.
fn every(hours: u32) -> String {
    match hours {
        1 => "hour".to_owned(),
        24 => "day".to_owned(),
        hours => span(hours),
    }
}

/// Hours as people say them.
fn span(hours: u32) -> String {
    match hours {
        1 => "1 hour".to_owned(),
        24 => "1 day".to_owned(),
        hours if hours % 24 == 0 => format!("{} days", hours / 24),
        hours => format!("{hours} hours"),
    }
}
