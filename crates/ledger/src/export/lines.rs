//! Lines of a part of an export, with a limit on their length and number. Knows nothing of what
//! they say.

use std::io::{BufRead, Read as _};

use super::report::Unreadable;

/// Most lines of one part.
pub(super) const LINES_MAX: u64 = 1 << 32;

/// Reads one part line by line into one buffer.
pub(super) struct Lines<'r> {
    reader: &'r mut dyn BufRead,
    part: &'static str,
    bytes_max: usize,
    line: Vec<u8>,
    number: u64,
}

impl<'r> Lines<'r> {
    pub(super) fn new(part: &'static str, reader: &'r mut dyn BufRead, bytes_max: usize) -> Self {
        Self { reader, part, bytes_max, line: Vec::new(), number: 0 }
    }

    /// The next line without its line feed. A last line without one counts as a line.
    pub(super) fn next(&mut self) -> Result<Option<&[u8]>, Unreadable> {
        self.line.clear();
        let limit = u64::try_from(self.bytes_max).unwrap_or(u64::MAX).saturating_add(1);
        let mut limited = (&mut *self.reader).take(limit);
        let read = limited.read_until(b'\n', &mut self.line);
        if read.map_err(|refusal| self.unreadable(&refusal.to_string()))? == 0 {
            return Ok(None);
        }
        self.number += 1;
        if self.number > LINES_MAX {
            return Err(self.unreadable("too many lines"));
        }
        if self.line.last() == Some(&b'\n') {
            self.line.pop();
        } else if self.line.len() > self.bytes_max {
            return Err(self.unreadable("the line is too long"));
        }
        Ok(Some(&self.line))
    }

    /// Number of the line that was read last, from 1.
    pub(super) fn number(&self) -> u64 {
        self.number
    }

    fn unreadable(&self, why: &str) -> Unreadable {
        let line = self.number.max(1);
        Unreadable { part: self.part, why: format!("line {line}: {why}") }
    }
}
