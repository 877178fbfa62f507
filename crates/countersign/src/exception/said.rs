//! An event of an exception's history in a sentence, with the words that go with it. An event that
//! this version does not know is shown by its name.

use serde::Deserialize;

use crate::client::entry::Entry;
use crate::client::moment;
use crate::client::people::People;
use crate::client::told::{Told, evidence_of, quoted, refused};

/// What the graph, or a test that could not be made, leaves in the place of evidence.
#[derive(Debug, Deserialize)]
struct Answered {
    #[serde(default)]
    found: Vec<String>,
    #[serde(default)]
    incomplete: Vec<String>,
    why: Option<String>,
}

/// An event in words.
pub(super) fn told(entry: &Entry, people: &People) -> Told {
    match entry.what().as_str() {
        "proposed" => proposed(entry, people),
        "renewed" => Told::new("put it forward once more, so that everybody signs anew")
            .with(quoted(entry, "/renews/used_for")),
        "accepted" => Told::new("took the risk, by name, for the business seat"),
        "confirmed" => Told::new("said for the control seat that the controls are in place")
            .with(quoted(entry, "/statement")),
        "signed" => Told::new("signed for the legal seat"),
        "vetoed" => Told::new("objected for the security seat, which binds until it is answered")
            .with(quoted(entry, "/reason")),
        "veto_answered" => {
            Told::new("answered the veto as the owner").with(quoted(entry, "/reason"))
        }
        "control_tested" => tested(entry),
        "activated" => Told::new("completed what was needed, so that it is in force from then on"),
        "suspended" => suspended(entry),
        "resumed" => Told::new("put it back in force").with(quoted(entry, "/statement")),
        "handed_over" => Told::new(format!("handed it to {}", named(entry, people, "/to")))
            .with(quoted(entry, "/reason")),
        "taken_over" => Told::new(format!("took it over from {}", named(entry, people, "/from"))),
        "owner_left" => owner_left(entry, people),
        "owner_returned" => Told::new("saw that its owner is back"),
        "ended" => ended(entry),
        "refused" => refused(entry),
        _ => Told::new(entry.name.clone()),
    }
}

/// Who is named there.
fn named(entry: &Entry, people: &People, pointer: &str) -> String {
    entry.word(pointer).map_or_else(|| "nobody".to_owned(), |id| people.name(id))
}

fn owner_left(entry: &Entry, people: &People) -> Told {
    let until = entry.instant("/until").map(moment::shown);
    Told::new(format!(
        "saw that its owner is not there any more: {} is accountable, and somebody must take it over \
         until {}",
        named(entry, people, "/accountable"),
        until.as_deref().unwrap_or("a day that cannot be read")
    ))
}

fn proposed(entry: &Entry, people: &People) -> Told {
    let owner = entry.word("/terms/owner").map(|id| people.name(id));
    let until = entry.instant("/terms/until").map(moment::shown);
    let covers = entry.number("/pin/covered_total").unwrap_or(0);
    let identities = if covers == 1 { "identity" } else { "identities" };
    Told::new(format!(
        "put it forward for {covers} {identities}, with {} as owner, until {}",
        owner.as_deref().unwrap_or("somebody"),
        until.as_deref().unwrap_or("an end that cannot be read")
    ))
    .with(quoted(entry, "/terms/why/need"))
}

fn tested(entry: &Entry) -> Told {
    let number = entry.number("/control").unwrap_or(0);
    let what = match entry.word("/verdict") {
        Some("passed") => "read that it works",
        Some("failed") => "read that it does not work",
        Some(_) | None => "could not tell whether it works",
    };
    Told::new(format!("tested control {number} and {what}")).with(evidence(entry, "/evidence"))
}

/// What a system answered; or the graph; or why nobody did.
fn evidence(entry: &Entry, pointer: &str) -> Option<String> {
    evidence_of(entry, pointer).or_else(|| {
        let answered = entry.written::<Answered>(pointer)?;
        Some(match (answered.why, answered.found.is_empty(), answered.incomplete.is_empty()) {
            (Some(why), _, _) => why,
            (None, false, _) => {
                format!("the graph has this path: {}", answered.found.join(" \u{2192} "))
            }
            (None, true, true) => "the graph has no path".to_owned(),
            (None, true, false) => format!(
                "the graph has no path, but it is incomplete: {}",
                answered.incomplete.join(", ")
            ),
        })
    })
}

fn suspended(entry: &Entry) -> Told {
    let number = entry.number("/because/control").unwrap_or(0);
    match entry.word("/because/because") {
        Some("control_failed") => {
            Told::new(format!("put it out of force, because control {number} does not work"))
                .with(evidence(entry, "/because/evidence"))
        }
        Some("unproven") => Told::new(format!(
            "put it out of force, because control {number} was not shown to work for too long"
        )),
        Some("vetoed") => Told::new("put it out of force by that"),
        Some("owner_left") => Told::new("put it out of force, because nobody took it over in time"),
        Some("person") => Told::new("put it out of force").with(quoted(entry, "/because/reason")),
        Some(_) | None => Told::new("put it out of force"),
    }
}

fn ended(entry: &Entry) -> Told {
    let reason = quoted(entry, "/ending/reason");
    match entry.word("/ending/how") {
        Some("moot") => {
            let how = entry.word("/ending/finding").unwrap_or("over");
            Told::new(format!("ended it, because what it was about is over ({how})"))
        }
        Some("revoked") => Told::new("took the acceptance back, which ends it").with(reason),
        Some("owner_gone") => {
            Told::new("ended it for the security seat, because its owner cannot sign any more")
                .with(reason)
        }
        Some("withdrawn") => Told::new("took the proposal back").with(reason),
        Some("rejected") => Told::new("did not take the risk, which ends it").with(reason),
        Some("vetoed") => Told::new("objected again, which ends it").with(reason),
        Some("expired") => {
            Told::new("ended it, because its end came: the finding stands with its old date")
        }
        Some(_) | None => Told::new("ended it"),
    }
}
