//! An event of an exception's history in a sentence, with the words that go with it. An event that this
//! version does not know is shown by its name.

use std::collections::BTreeMap;

use serde_json::Value;

use super::super::moment::{At, Moments};
use super::super::person::People;
use super::matter::ERASED;
use super::pulse::{number, verdict};
use crate::ask::finding::Entry;

/// A line of a history.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::ui) struct Line {
    pub(in crate::ui) at: At,
    /// `ok`, `bad`, `full` or nothing.
    pub(in crate::ui) dot: &'static str,
    pub(in crate::ui) who: String,
    pub(in crate::ui) what: String,
    /// What somebody said.
    pub(in crate::ui) said: Option<String>,
    /// Its place in the ledger, once it is sealed.
    pub(in crate::ui) position: Option<i64>,
}

/// A line of a history.
pub(in crate::ui) fn told(entry: &Entry, people: &People, moments: &Moments) -> Line {
    let (dot, what) = what(entry);
    Line {
        at: moments.at(entry.at),
        dot,
        who: people.actor(&entry.actor),
        what,
        said: said(entry),
        position: entry.position,
    }
}

/// The events that a history lists: a test that shows the same as the one before it stands in the pulse
/// alone.
pub(super) fn listed<'a>(entries: impl IntoIterator<Item = &'a Entry>) -> Vec<&'a Entry> {
    let mut last: BTreeMap<u32, &str> = BTreeMap::new();
    let mut listed = Vec::new();
    for entry in entries {
        let before = number(entry).map(|number| last.insert(number, verdict(entry)));
        if before != Some(Some(verdict(entry))) {
            listed.push(entry);
        }
    }
    listed
}

/// Ids of the people whom an event names.
pub(super) fn named(entry: &Entry) -> Option<String> {
    entry.actor.strip_prefix("person:").map(str::to_owned)
}

/// The name of an event without noun and version.
pub(super) fn event(entry: &Entry) -> &str {
    let name = entry.name.strip_prefix("exception.").unwrap_or(&entry.name);
    name.rsplit_once('.').map_or(name, |(name, _)| name)
}

/// A word of an event.
pub(super) fn word<'a>(entry: &'a Entry, pointer: &str) -> Option<&'a str> {
    entry.event.get("body")?.pointer(pointer)?.as_str()
}

fn what(entry: &Entry) -> (&'static str, String) {
    let plain = |dot, words: &str| (dot, words.to_owned());
    match event(entry) {
        "proposed" => plain("", "asked for the exception"),
        "renewed" => plain("", "asked for more time: everybody signs anew"),
        "accepted" => plain("full", "accepted the risk for the business"),
        "confirmed" => plain("full", "confirmed that the controls are in place"),
        "signed" => plain("full", "signed for legal"),
        "vetoed" => plain("bad", "objected for security: it binds until the owner has answered"),
        "veto_answered" => plain("full", "answered the veto"),
        "control_tested" => tested(entry),
        "activated" => plain("ok", "brought it into force: everything was there"),
        "suspended" => suspended(entry),
        "resumed" => plain("ok", "brought it back into force"),
        "handed_over" => plain("", "handed it to somebody, who takes it over or does not"),
        "taken_over" => plain("full", "took it over and carries the risk from now on"),
        "owner_left" => {
            plain("bad", "saw that its owner is not there any more: somebody else is accountable")
        }
        "owner_returned" => plain("ok", "saw that its owner is back"),
        "ended" => ended(entry),
        "refused" => ("bad", refused(entry)),
        _ => ("", entry.name.clone()),
    }
}

fn tested(entry: &Entry) -> (&'static str, String) {
    let number = number(entry).unwrap_or(0);
    match verdict(entry) {
        "passed" => ("ok", format!("tested control {number}: it passed")),
        "failed" => ("bad", format!("tested control {number}: it failed")),
        _ => ("", format!("could not tell whether control {number} works")),
    }
}

fn suspended(entry: &Entry) -> (&'static str, String) {
    let why = match word(entry, "/because/because") {
        Some("control_failed") => "put it out of force: a control failed",
        Some("unproven") => "put it out of force: a control was not shown to work for too long",
        Some("vetoed") => "put it out of force: security objected",
        Some("owner_left") => "put it out of force: nobody took it over in time",
        Some(_) | None => "put it out of force",
    };
    ("bad", why.to_owned())
}

fn ended(entry: &Entry) -> (&'static str, String) {
    let (dot, what) = match word(entry, "/ending/how") {
        Some("moot") => ("ok", "ended it: there is nothing left to except"),
        Some("revoked") => ("full", "took the acceptance back"),
        Some("owner_gone") => ("full", "ended it for security: its owner cannot sign any more"),
        Some("withdrawn") => ("full", "took the proposal back"),
        Some("rejected") => ("bad", "did not accept the risk"),
        Some("vetoed") => ("bad", "ended it by a second veto"),
        Some("expired") => ("full", "ended it on its date; the finding stands with its own"),
        Some(_) | None => ("full", "ended it"),
    };
    (dot, what.to_owned())
}

fn refused(entry: &Entry) -> String {
    let verb = word(entry, "/verb").unwrap_or("do something");
    let verb = verb.rsplit_once('.').map_or(verb, |(_, verb)| verb);
    let why = match word(entry, "/code").unwrap_or_default() {
        "duty.wrong-seat" | "duty.not-permitted" => "not from this seat",
        "duty.not-the-owner" => "only its owner may",
        "duty.own-access" => "nobody signs for access of their own",
        "duty.second-seat" => "one person signs from one seat",
        "duty.cannot-own" => "that person cannot own it",
        "duty.inactive" => "not active any more",
        other => other,
    };
    format!("wanted to {verb} and was told no: {why}")
}

/// What somebody said with it; where it was erased it says so.
fn said(entry: &Entry) -> Option<String> {
    let pointers = ["/reason", "/statement", "/ending/reason", "/because/reason"];
    let digest = pointers.iter().find_map(|pointer| word(entry, pointer))?;
    match entry.texts.get(digest)? {
        Value::String(words) => Some(words.clone()),
        _ => Some(ERASED.to_owned()),
    }
}
