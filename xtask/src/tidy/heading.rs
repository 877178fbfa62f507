//! The paragraph at the top of a file that says what it is for. Whether it says it well is left
//! to the reader.

use super::complaint::Complaint;
use super::source::Source;

/// Shorter than this it names the file and says nothing about it.
const CHARACTERS: usize = 20;

/// Looks at the first lines of every production file.
pub(super) fn check(sources: &[Source]) -> Vec<Complaint> {
    let unsaid = sources.iter().filter(|source| length(&source.text) < CHARACTERS);
    unsaid.map(complaint).collect()
}

fn length(text: &str) -> usize {
    let lines = text.lines().map_while(|line| line.strip_prefix("//!"));
    lines.map(|line| line.trim().chars().count()).sum()
}

fn complaint(source: &Source) -> Complaint {
    Complaint::new(
        &source.path,
        1,
        "no `//!` paragraph at the top",
        "the next reader has to guess what belongs here",
        "say in a sentence or two what the file is for and what it deliberately does not do",
    )
}
