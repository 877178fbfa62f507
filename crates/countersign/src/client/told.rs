//! What is common to histories in words: what happened and what was said with it, texts that may be
//! erased, evidence, and how an event stands in a timeline. What an event of a noun means is the
//! noun's.

use std::fmt::Write as _;

use countersign_access::change::{Claim, Evidence, Holds};
use owo_colors::OwoColorize;

use super::entry::{Entry, Words};
use super::moment;
use super::people::{People, who};
use crate::output::{plain, wrap};

/// Where the words of an entry begin.
const INDENT: &str = "      ";

/// What happened, and what was said with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Told {
    /// In a sentence, without who.
    pub(crate) what: String,
    /// What goes with it, a line each.
    pub(crate) with: Vec<String>,
}

impl Told {
    /// Something that happened, with nothing said yet.
    pub(crate) fn new(what: impl Into<String>) -> Self {
        Self { what: what.into(), with: Vec::new() }
    }

    /// And what was said with it, if anything.
    pub(crate) fn with(mut self, words: Option<String>) -> Self {
        self.with.extend(words);
        self
    }
}

/// An event as it stands in a timeline.
pub(crate) fn shown(entry: &Entry, told: Told, people: &People) -> String {
    let who = plain(&who(&entry.actor, people));
    let sealed = match entry.position {
        Some(position) => format!("entry {position}"),
        None => "not sealed yet".to_owned(),
    };
    let at = moment::shown(entry.at);
    let mut text = String::new();
    let _infallible = writeln!(text, "{:>4}  {}  {}", entry.sequence.bold(), at, sealed.dimmed());
    let what = wrap(&format!("{who} {}", plain(&told.what)), INDENT);
    let is_refusal = entry.what() == "refused";
    let what = if is_refusal { what.red().to_string() } else { what };
    text.push_str(&what);
    for words in told.with {
        text.push_str(&wrap(&plain(&words), "        ").dimmed().to_string());
    }
    text
}

/// Somebody was told no.
pub(crate) fn refused(entry: &Entry) -> Told {
    let verb = entry.word("/verb").unwrap_or("do something");
    let verb = match verb.rsplit_once('.') {
        Some(("exception", "propose")) => "put an exception forward",
        Some((_, verb)) => verb,
        None => verb,
    };
    let code = entry.word("/code").unwrap_or("no reason is known");
    Told::new(format!("was told no: wanted to {verb} ({code})"))
}

/// The text to whose digest a pointer leads, in quotes.
pub(crate) fn quoted(entry: &Entry, pointer: &str) -> Option<String> {
    match entry.words(pointer) {
        Words::Kept(words) => Some(format!("\u{201c}{words}\u{201d}")),
        Words::Erased => erased(entry, pointer),
        Words::None => None,
    }
}

/// That a text was erased, where it was.
pub(crate) fn erased(entry: &Entry, pointer: &str) -> Option<String> {
    (entry.words(pointer) == Words::Erased).then(|| "its text was erased".to_owned())
}

/// The evidence to whose digest a pointer leads, in words.
pub(crate) fn evidence_of(entry: &Entry, pointer: &str) -> Option<String> {
    let evidence = entry.written::<Evidence>(pointer);
    evidence.map(|it| evidence_in_words(&it)).or_else(|| erased(entry, pointer))
}

/// Evidence in words: who read what, from where, when, and under which digest it is kept.
pub(crate) fn evidence_in_words(evidence: &Evidence) -> String {
    let (what, yes, no) = match &evidence.claim {
        Claim::EdgeGone { edge } => {
            (format!("{} {} {}", edge.source, edge.kind, edge.target), "is gone", "is still there")
        }
        Claim::AccountDisabled { account } => {
            (account.to_string(), "cannot sign in", "can still sign in")
        }
        Claim::ExpiresWithin { credential, days } => {
            (format!("{credential} within {days} days"), "ends", "does not end")
        }
    };
    let says = match &evidence.holds {
        Holds::Yes => format!("{what} {yes}"),
        Holds::No { found } => format!("{what} {no} ({found})"),
        Holds::Unknown { why } => format!("whether {what} {yes} could not be told ({why})"),
    };
    format!(
        "{says}; {} read as {} from {} on {}, sha-256 {}",
        evidence.system,
        evidence.read_by,
        evidence.read_from,
        moment::shown(evidence.read_at),
        evidence.digest
    )
}
