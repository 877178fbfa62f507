//! The texts of an export against the digests that leaves refer to. A text that is not there is
//! counted and never a problem: erasing is allowed, changing is not.

use std::collections::{BTreeMap, BTreeSet};
use std::io::BufRead;

use super::lines::Lines;
use super::report::{ABSENT_NAMED_MAX, AbsentText, Report, Sort, Texts, Unreadable};
use crate::hash::Hash;
use crate::text::{TEXT_LINE_BYTES_MAX, TextLine};

/// Reads all texts; `references` are the digests in leaves with the first place of each.
pub(super) fn read(
    texts: &mut dyn BufRead,
    references: BTreeMap<Hash, (u64, String)>,
    report: &mut Report,
) -> Result<(), Unreadable> {
    let mut lines = Lines::new("texts.jsonl", texts, TEXT_LINE_BYTES_MAX);
    let mut present = BTreeSet::new();
    while let Some(line) = lines.next()? {
        let read = TextLine::parse(line);
        let number = lines.number();
        match read {
            Ok(text) => {
                if is_right(&text, number, &references, report) {
                    present.insert(text.digest);
                }
            }
            Err(refusal) => report.problem(Sort::TextMalformed, None, || {
                format!(
                    "line {number} of `texts.jsonl` is no text with digest and salt ({refusal})"
                )
            }),
        }
    }
    report.texts = tally(references, &present);
    Ok(())
}

fn is_right(
    text: &TextLine,
    number: u64,
    references: &BTreeMap<Hash, (u64, String)>,
    report: &mut Report,
) -> bool {
    let digest = text.digest;
    let referrer = references.get(&digest);
    let place = referrer.map(|(position, subject)| (*position, Some(subject.clone())));
    if !text.is_true() {
        report.problem(Sort::TextChanged, place, || {
            format!(
                "the text in line {number} of `texts.jsonl` does not have its digest `{digest}`"
            )
        });
        return false;
    }
    if referrer.is_none() {
        report.problem(Sort::TextUnknown, None, || {
            format!(
                "no leaf refers to the text in line {number} of `texts.jsonl`, digest `{digest}`"
            )
        });
    }
    referrer.is_some()
}

fn tally(references: BTreeMap<Hash, (u64, String)>, present: &BTreeSet<Hash>) -> Texts {
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    let referred = references.len();
    let mut absent: Vec<AbsentText> = references
        .into_iter()
        .filter(|(digest, _)| !present.contains(digest))
        .map(|(digest, (position, subject))| AbsentText { digest, position, subject })
        .collect();
    absent.sort_by_key(|text| text.position);
    let absent_count = absent.len();
    absent.truncate(ABSENT_NAMED_MAX);
    Texts {
        referred: count(referred),
        present: count(present.len()),
        absent: count(absent_count),
        absent_first: absent,
    }
}
