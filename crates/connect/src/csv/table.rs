//! Records of a CSV file with the line they begin on (RFC 4180, UTF-8; a byte-order mark, CRLF and
//! blank lines are tolerated). Knows no column by name.

use super::header::Header;
use crate::reading::Text;

/// Longest field in bytes: names are bound more tightly, tags may be long.
const FIELD_BYTES_MAX: usize = 65_536;

/// The records of one file.
#[derive(Debug)]
pub(super) struct Table<'a> {
    reader: ::csv::Reader<&'a [u8]>,
    name: &'a str,
    lines: Lines<'a>,
    is_over: bool,
}

/// One record, or why it cannot be read.
#[derive(Debug)]
pub(super) struct Record {
    /// `FILE:LINE`.
    pub(super) place: String,
    /// Its fields.
    pub(super) cells: Result<Vec<String>, String>,
}

impl<'a> Table<'a> {
    pub(super) fn new(text: &'a Text) -> Self {
        let reader = ::csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(text.bytes.as_slice());
        Self { reader, name: &text.name, lines: Lines::new(&text.bytes), is_over: false }
    }

    /// The first record.
    pub(super) fn header(&mut self) -> Result<Vec<String>, String> {
        let utf16 = [[0xFF, 0xFE], [0xFE, 0xFF]];
        let start = self.lines.bytes.get(..2).unwrap_or_default();
        if utf16.iter().any(|mark| mark == start) {
            return Err("encoded as UTF-16: save it as UTF-8".into());
        }
        match self.next() {
            None => Err("an empty file: the first row names the columns".into()),
            Some(record) => record.cells,
        }
    }
}

impl Iterator for Table<'_> {
    type Item = Record;

    fn next(&mut self) -> Option<Record> {
        if self.is_over {
            return None;
        }
        let mut bytes = ::csv::ByteRecord::new();
        let read = self.reader.read_byte_record(&mut bytes);
        let line = self.lines.of(bytes.position().map_or(0, ::csv::Position::byte));
        let place = format!("{}:{line}", self.name);
        match read {
            Ok(true) => Some(Record { place, cells: decode(&bytes) }),
            Ok(false) => None,
            Err(error) => {
                self.is_over = true;
                Some(Record { place, cells: Err(format!("could not be read: {error}")) })
            }
        }
    }
}

/// Counts lines by itself: the reader's own count stands before the line end of the record before,
/// and before blank lines.
#[derive(Debug)]
struct Lines<'a> {
    bytes: &'a [u8],
    counted: usize,
    line: u64,
}

impl<'a> Lines<'a> {
    fn new(bytes: &'a [u8]) -> Self {
        Self { bytes, counted: 0, line: 1 }
    }

    /// The line of the first content at or after an offset; offsets come in rising order.
    fn of(&mut self, offset: u64) -> u64 {
        let offset = usize::try_from(offset).unwrap_or(usize::MAX);
        while let Some(byte) = self.bytes.get(self.counted) {
            let ends_line = matches!(byte, b'\n' | b'\r');
            if self.counted >= offset && !ends_line {
                break;
            }
            let next = self.bytes.get(self.counted.saturating_add(1));
            if ends_line && (*byte == b'\n' || next != Some(&b'\n')) {
                self.line = self.line.saturating_add(1);
            }
            self.counted = self.counted.saturating_add(1);
        }
        self.line
    }
}

fn decode(bytes: &::csv::ByteRecord) -> Result<Vec<String>, String> {
    bytes.iter().enumerate().map(|(index, field)| decode_field(index, field)).collect()
}

fn decode_field(index: usize, field: &[u8]) -> Result<String, String> {
    let number = index.saturating_add(1);
    if field.len() > FIELD_BYTES_MAX {
        let bytes = field.len();
        return Err(format!(
            "field {number} has {bytes} bytes, more than the {FIELD_BYTES_MAX} that are read: is a \
             quote not closed?"
        ));
    }
    match std::str::from_utf8(field) {
        Ok(text) => Ok(text.to_owned()),
        Err(_) => Err(format!("field {number} is not UTF-8: save the file as UTF-8")),
    }
}

/// One record under its header.
#[derive(Debug)]
pub(super) struct Row<'a> {
    header: &'a Header,
    cells: Vec<String>,
    /// `FILE:LINE`.
    pub(super) place: String,
}

impl<'a> Row<'a> {
    /// Refuses a record with more or fewer fields than there are columns.
    pub(super) fn new(
        header: &'a Header,
        cells: Vec<String>,
        place: String,
    ) -> Result<Self, String> {
        if cells.len() == header.len() {
            return Ok(Self { header, cells, place });
        }
        Err(format!(
            "{} fields where the header row names {}: add or quote what is missing",
            cells.len(),
            header.len()
        ))
    }

    /// What stands in a column, trimmed; nothing for an empty field or a column that is not there.
    pub(super) fn get(&self, column: &str) -> Option<&str> {
        let cell = self.header.position(column).and_then(|at| self.cells.get(at))?;
        Some(cell.trim()).filter(|it| !it.is_empty())
    }

    /// Columns and what stands in them, without empty fields.
    pub(super) fn filled(&self) -> impl Iterator<Item = (&str, &str)> {
        self.header
            .names()
            .zip(self.cells.iter().map(|cell| cell.trim()))
            .filter(|(_, cell)| !cell.is_empty())
    }

    /// All fields as they stand, for comparing records.
    pub(super) fn cells(&self) -> &[String] {
        &self.cells
    }
}
