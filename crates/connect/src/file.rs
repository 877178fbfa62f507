//! Files as a source of facts: a path is opened with care, its format is told from its names, and
//! the reader of that format gets it. Never writes, never follows a pipe or device, and a file that
//! cannot be read is an answer, not a failure of the whole.

mod not_opened;
mod open;
mod walk;

use std::path::Path;

use countersign_access::fact::{Chunk, Run, SourceId, Unreadable};
use jiff::Timestamp;

use crate::reading::{Input, Reading, Text};
use crate::{csv, kubernetes};
use not_opened::NotOpened;
use open::Opened;

/// What a reader has to be told.
#[derive(Debug, Clone)]
pub struct FileOptions {
    /// The namespace of Kubernetes objects that name none.
    pub default_namespace: String,
    /// Now, by the caller's clock.
    pub read_at: Timestamp,
}

/// What one path turned out to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FileFormat {
    /// The generic CSV form: `nodes.csv`, `edges.csv`.
    Csv,
    /// Kubernetes objects as YAML or JSON.
    Kubernetes,
    /// Nothing that can be read.
    Unknown,
}

impl FileFormat {
    /// The name in outputs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Csv => "csv",
            Self::Kubernetes => "kubernetes",
            Self::Unknown => "unknown",
        }
    }
}

/// What one path says.
#[derive(Debug, Clone)]
pub struct FileRead {
    /// The path as given.
    pub path: String,
    /// How it was read.
    pub format: FileFormat,
    /// The facts; `run.unreadable` holds everything of `refused` and `faults`.
    pub run: Run,
    /// What was malformed: somebody has to mend the file.
    pub refused: Vec<Unreadable>,
    /// What the machine would not give us: permission denied, input and output errors.
    pub faults: Vec<Unreadable>,
    /// What is valid but worth saying: unknown kinds with their number, merged duplicates, bindings
    /// to roles that are not there, files that were left aside.
    pub notes: Vec<String>,
}

/// Reads a file or a folder. A folder with `nodes.csv` or `edges.csv` is one source in the CSV
/// form; any other is one source of all its `.yaml`, `.yml` and `.json` files, so that roles and
/// bindings in different files meet.
#[must_use]
pub fn read(path: &Path, options: &FileOptions) -> FileRead {
    let source = SourceId::new(&path.to_string_lossy());
    let opened = open::open(path);
    let (format, reading) = match choose(&opened) {
        FileFormat::Csv => (FileFormat::Csv, csv::read(&input(&source, &opened.texts))),
        FileFormat::Kubernetes => {
            let namespace = options.default_namespace.as_str();
            let reading = kubernetes::read(&input(&source, &opened.texts), namespace);
            (FileFormat::Kubernetes, reading)
        }
        FileFormat::Unknown => (FileFormat::Unknown, Reading::default()),
    };
    assemble(source, format, (opened, reading), options.read_at)
}

fn input<'a>(source: &'a SourceId, texts: &'a [Text]) -> Input<'a> {
    Input { source, texts }
}

fn choose(opened: &Opened) -> FileFormat {
    match opened.texts.first() {
        None => FileFormat::Unknown,
        Some(text) if walk::ends_in(&text.name, &["csv"]) => FileFormat::Csv,
        Some(_) => FileFormat::Kubernetes,
    }
}

fn assemble(
    source: SourceId,
    format: FileFormat,
    (opened, reading): (Opened, Reading),
    read_at: Timestamp,
) -> FileRead {
    let mut faults = Vec::new();
    let mut refused = Vec::new();
    for NotOpened { place, why, is_fault } in opened.not_opened {
        let list = if is_fault { &mut faults } else { &mut refused };
        list.push(Unreadable { place, why });
    }
    refused.extend(reading.refused.into_list(&source));
    let unreadable = refused.iter().chain(&faults).cloned().collect();
    let mut notes = opened.notes;
    notes.extend(reading.notes);
    let facts: Chunk = reading.facts;
    FileRead {
        path: source.to_string(),
        format,
        run: Run { source, read_at, unreadable, facts },
        refused,
        faults,
        notes,
    }
}
