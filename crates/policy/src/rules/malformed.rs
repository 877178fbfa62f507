//! What is wrong with a file of rules, said so that its author can mend it: where, in which rule,
//! what is wrong and what would be right. Decides nothing about rules itself.

use std::fmt;
use std::ops::Range;

use crate::rules::limit::FAULTS_MAX;
use crate::rules::stand_in;

/// A file that was refused, with everything that is wrong with it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Malformed {
    /// The file's name as it was given.
    pub file: String,
    /// What is wrong, in the order of the file; never empty, at most [`FAULTS_MAX`].
    pub faults: Vec<Fault>,
    /// How many faults were left out.
    pub more: usize,
}

/// One thing that is wrong.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// Line, from 1.
    pub line: usize,
    /// Column in characters, from 1.
    pub column: usize,
    /// The id of the rule it stands in, where there is one.
    pub rule: Option<String>,
    /// What is wrong and what would be right.
    pub what: String,
}

impl fmt::Display for Malformed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, fault) in self.faults.iter().enumerate() {
            if at > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{}:{}:{}: ", self.file, fault.line, fault.column)?;
            if let Some(rule) = &fault.rule {
                write!(f, "rule `{rule}`: ")?;
            }
            f.write_str(&fault.what)?;
        }
        if self.more > 0 {
            write!(f, "\n{}: {} more faults: mend these first", self.file, self.more)?;
        }
        Ok(())
    }
}

impl std::error::Error for Malformed {}

/// Collects what is wrong while one file is read.
#[derive(Debug)]
pub(crate) struct Marks<'a> {
    text: &'a str,
    rule: Option<String>,
    faults: Vec<Fault>,
    has_stand_ins: bool,
}

impl<'a> Marks<'a> {
    /// Nothing wrong so far.
    pub(crate) fn new(text: &'a str) -> Self {
        Self { text, rule: None, faults: Vec::new(), has_stand_ins: false }
    }

    /// From now on faults belong to this rule.
    pub(crate) fn enter(&mut self, rule: Option<&str>) {
        self.rule = rule.map(str::to_owned);
    }

    /// From now on there is no telling what the file lacks: some of it could not be read.
    pub(crate) fn has_stand_ins(&mut self) {
        self.has_stand_ins = true;
    }

    /// Notes that something is not there; nothing while part of the file could not be read, for there it
    /// may be.
    pub(crate) fn lack(&mut self, span: &Range<usize>, what: impl Into<String>) {
        if !self.has_stand_ins {
            self.fault(span, what);
        }
    }

    /// Notes what is wrong at a place; nothing about a stand-in, of which the author knows nothing.
    pub(crate) fn fault(&mut self, span: &Range<usize>, what: impl Into<String>) {
        if stand_in::is(span) {
            return;
        }
        let (line, column) = line_and_column(self.text, span.start);
        self.faults.push(Fault { line, column, rule: self.rule.clone(), what: what.into() });
    }

    /// The file's faults, or `whole` when there are none.
    pub(crate) fn finish<T>(self, file: &str, whole: T) -> Result<T, Malformed> {
        if self.faults.is_empty() { Ok(whole) } else { Err(self.refuse(file)) }
    }

    /// The file's faults.
    pub(crate) fn refuse(self, file: &str) -> Malformed {
        let mut faults = self.faults;
        faults.sort_by_key(|fault| (fault.line, fault.column));
        let more = faults.len().saturating_sub(FAULTS_MAX);
        faults.truncate(FAULTS_MAX);
        Malformed { file: file.to_owned(), faults, more }
    }
}

/// Line and column, both from 1, of a byte offset; the end of the text for an offset behind it.
fn line_and_column(text: &str, offset: usize) -> (usize, usize) {
    let offset =
        (0..=offset.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let before = text.get(..offset).unwrap_or_default();
    let line = before.matches('\n').count().saturating_add(1);
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count().saturating_add(1);
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_column_counts_characters_and_not_bytes() {
        assert_eq!(line_and_column("a\nöö=x", 7), (2, 4));
        assert_eq!(line_and_column("a\nöö=x", 3), (2, 1), "inside a character");
        assert_eq!(line_and_column("ab", 99), (1, 3));
    }

    #[test]
    fn more_faults_than_the_limit_are_counted() {
        let mut marks = Marks::new("x");
        for _ in 0..FAULTS_MAX + 3 {
            marks.fault(&(0..1), "wrong: do it right");
        }
        let malformed = marks.finish("f.toml", ()).expect_err("faults");
        assert_eq!((malformed.faults.len(), malformed.more), (FAULTS_MAX, 3));
        assert!(malformed.to_string().ends_with("f.toml: 3 more faults: mend these first"));
    }
}
