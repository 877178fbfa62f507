//! The answer of a check in words for an auditor: the verdict, what was checked, and what a check
//! cannot know. Adds nothing to what the check found.

use std::fmt::Write as _;
use std::path::Path;

use countersign_ledger::export::{Report, Sort, Texts, Verdict};
use jiff::{Timestamp, Unit};
use owo_colors::OwoColorize;

use crate::output::{plain, wrap};

/// Most absent texts that are named; the JSON form names more.
const ABSENT_NAMED_MAX: usize = 10;

/// What surrounds a check.
pub(super) struct Around<'a> {
    /// The export's folder.
    pub(super) folder: &'a Path,
    /// When the export says that it was made.
    pub(super) made_at: Option<String>,
    /// Now.
    pub(super) checked_at: Timestamp,
}

/// The whole answer.
pub(super) fn tell(report: &Report, around: &Around<'_>) -> String {
    let headline = plain(&headline(report, around));
    let mut text = match report.verdict {
        Verdict::Whole => format!("{}\n", headline.green().bold()),
        Verdict::NotWhole | Verdict::Unreadable => format!("{}\n", headline.red().bold()),
    };
    text.push_str(&plain(&problems(report)));
    if report.unreadable.is_none() {
        text.push_str(&plain(&facts(report, around)));
        text.push_str(&plain(&checked(report)));
        text.push_str(&plain(&cautions(report)));
    }
    text
}

fn headline(report: &Report, around: &Around<'_>) -> String {
    let folder = around.folder.display();
    match (report.verdict, report.problems.len()) {
        (Verdict::Whole, _) => format!("whole: the ledger in `{folder}` is as it was signed"),
        (Verdict::NotWhole, 1) => format!("NOT WHOLE: the ledger in `{folder}` has 1 problem"),
        (Verdict::NotWhole, sorts) => {
            format!("NOT WHOLE: the ledger in `{folder}` has {sorts} sorts of problems")
        }
        (Verdict::Unreadable, _) => {
            format!("UNREADABLE: the ledger in `{folder}` could not be checked to the end")
        }
    }
}

fn problems(report: &Report) -> String {
    let mut text = String::new();
    if let Some(unreadable) = &report.unreadable {
        item(&mut text, &unreadable.to_string());
    }
    for problem in &report.problems {
        let line = problem.position.and_then(|position| position.checked_add(1));
        let place = line.map(|line| format!(" [line {line} of `leaves.jsonl`]"));
        item(&mut text, &format!("{problem}{}", place.unwrap_or_default()));
    }
    text
}

fn facts(report: &Report, around: &Around<'_>) -> String {
    let mut text = String::from("\n");
    let unsigned = if has(report, Sort::SignatureInvalid) { " (a claim only)" } else { "" };
    if let Some(checkpoint) = &report.checkpoint {
        fact(&mut text, "ledger", &format!("{}{unsigned}", checkpoint.origin));
        fact(&mut text, "signed", &format!("{} entries{unsigned}", checkpoint.size));
        fact(&mut text, "root", &format!("{}{unsigned}", checkpoint.root));
    }
    fact(&mut text, "entries", &entries(report));
    fact(&mut text, "texts", &texts(&report.texts));
    for absent in report.texts.absent_first.iter().take(ABSENT_NAMED_MAX) {
        let (position, subject) = (absent.position, &absent.subject);
        fact(&mut text, "", &format!("erased or left out: of position {position}, `{subject}`"));
    }
    if let Some(key) = &report.key {
        let from =
            if report.key_pinned { "you brought it (--key)" } else { "it came with the export" };
        fact(&mut text, "key", &format!("{key}, {from}"));
    }
    fact(&mut text, "earlier", &earlier(report));
    let made_at = around.made_at.as_deref().unwrap_or("unknown");
    fact(&mut text, "exported", &format!("{made_at}, by its own account"));
    let now = around.checked_at.round(Unit::Second).unwrap_or(around.checked_at);
    fact(&mut text, "checked", &now.to_string());
    text
}

fn entries(report: &Report) -> String {
    match (&report.first_at, &report.last_at) {
        (Some(first), Some(last)) => {
            format!("{} read, from {first} to {last}", report.leaves)
        }
        _ => format!("{} read", report.leaves),
    }
}

fn texts(texts: &Texts) -> String {
    let Texts { referred, present, absent, .. } = texts;
    format!("{referred} referred to: {present} present and unchanged, {absent} erased or left out")
}

fn earlier(report: &Report) -> String {
    match (&report.earlier, report.end_confirmed_to) {
        (None, _) if has(report, Sort::EarlierNotSigned) || has(report, Sort::OtherLog) => {
            "the checkpoint that was given is not of this ledger and key".to_owned()
        }
        (None, _) => "no earlier checkpoint to compare with".to_owned(),
        (Some(earlier), Some(size)) => {
            format!(
                "the checkpoint over {} entries fits: the first {size} are the same",
                earlier.size
            )
        }
        (Some(earlier), None) => {
            format!("the checkpoint over {} entries confirms nothing", earlier.size)
        }
    }
}

fn has(report: &Report, sort: Sort) -> bool {
    report.problems.iter().any(|problem| problem.sort == sort)
}

fn checked(report: &Report) -> String {
    let mut text = String::from("\nChecked\n");
    item(&mut text, "each entry: its form, its exact bytes, its place among those of its subject");
    item(&mut text, "all entries together: their number, their order and their root (RFC 6962)");
    item(&mut text, "the checkpoint: the signature over that number and root (Ed25519)");
    item(&mut text, "each text: that it is the one whose digest is in an entry");
    if report.earlier.is_some() {
        item(
            &mut text,
            "the earlier checkpoint: its signature, and that the entries begin with its",
        );
    }
    text
}

fn cautions(report: &Report) -> String {
    let mut text = String::from("\nWhat this check cannot know\n");
    for caution in &report.cautions {
        item(&mut text, caution);
    }
    if report.texts.absent > 0 {
        item(
            &mut text,
            "whether a text that is not here was erased or left out: ask for the record of its erasure",
        );
    }
    item(&mut text, "whether what was signed is true: it shows only that nobody changed it since");
    text
}

fn fact(text: &mut String, name: &str, value: &str) {
    let _infallible = writeln!(text, "  {name:<9} {value}");
}

fn item(text: &mut String, words: &str) {
    let lines = wrap(words, "    ");
    let first = lines.strip_prefix("    ").unwrap_or(&lines);
    let _infallible = write!(text, "  - {first}");
}
