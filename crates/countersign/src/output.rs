//! Writes what a command has to say: to standard output, where colour is left out unless it is a
//! terminal, or to a file. A reader that goes away (`| head`) ends the output and is no error.

use std::fmt::Write as _;
use std::io::{ErrorKind, Write as _};
use std::path::Path;

use serde::Serialize;

use crate::exit::{Exit, Failure};

/// Widest line of text that is made for people.
pub(crate) const WIDTH: usize = 100;

/// Writes text that may be coloured.
///
/// # Errors
/// When the file or standard output cannot be written.
pub(crate) fn write(out: Option<&Path>, text: &str) -> Result<(), Failure> {
    match out {
        Some(path) => {
            let plain = anstream::adapter::strip_str(text).to_string();
            std::fs::write(path, plain).map_err(|error| {
                let path = path.display();
                Failure::fault(format!("could not write `{path}`: {error}; check `--out`"))
            })
        }
        None => {
            let mut stdout = anstream::stdout().lock();
            match stdout.write_all(text.as_bytes()).and_then(|()| stdout.flush()) {
                Err(error) if error.kind() != ErrorKind::BrokenPipe => {
                    Err(Failure::fault(format!("could not write the output: {error}; try `--out`")))
                }
                Ok(()) | Err(_) => Ok(()),
            }
        }
    }
}

/// As JSON with two spaces, ended by a line break.
///
/// # Errors
/// When it cannot be written down, which is a defect.
pub(crate) fn json(value: &impl Serialize) -> Result<String, Failure> {
    let mut text = serde_json::to_string_pretty(value)
        .map_err(|error| Failure::fault(format!("could not write JSON: {error}; report it")))?;
    text.push('\n');
    Ok(text)
}

/// Says on standard error why a command could not be done, and how it ends.
pub(crate) fn finish(outcome: Result<Exit, Failure>) -> Exit {
    match outcome {
        Ok(exit) => exit,
        Err(failure) => {
            say(&failure.words);
            failure.exit
        }
    }
}

/// Says something on standard error, beside the output.
pub(crate) fn say(words: &str) {
    let words = plain(words);
    let _reader_is_gone = writeln!(anstream::stderr(), "countersign: {words}");
}

/// Text from outside without what would move the cursor of a terminal.
pub(crate) fn plain(text: &str) -> String {
    let shown =
        |it: char| if it.is_control() && it != '\n' { char::REPLACEMENT_CHARACTER } else { it };
    text.chars().map(shown).collect()
}

/// Breaks words into lines of at most [`WIDTH`] characters, each begun with `indent`.
pub(crate) fn wrap(text: &str, indent: &str) -> String {
    let mut lines = String::new();
    let mut line = String::from(indent);
    let mut width = indent.chars().count();
    for word in text.split_whitespace() {
        let length = word.chars().count();
        let is_first = line.len() == indent.len();
        if !is_first && width.saturating_add(length).saturating_add(1) > WIDTH {
            let _infallible = writeln!(lines, "{line}");
            line = String::from(indent);
            width = indent.chars().count();
        } else if !is_first {
            line.push(' ');
            width = width.saturating_add(1);
        }
        line.push_str(word);
        width = width.saturating_add(length);
    }
    let _infallible = writeln!(lines, "{line}");
    lines
}
