//! From text to the TOML form: size, syntax, keys and kinds of value. Turns what the TOML reader
//! says into words for the author of the file, with the rule in which it happened. Knows nothing
//! about what the values mean.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::de::{DeTable, Error};

use crate::rules::limit::FILE_BYTES_MAX;
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::word;

/// Reads a text into a form.
///
/// # Errors
/// [`Malformed`] with the first thing that has no place in the form.
pub(crate) fn parse<T: DeserializeOwned>(name: &str, text: &str) -> Result<T, Malformed> {
    let mut marks = Marks::new(text);
    if text.len() > FILE_BYTES_MAX {
        let bytes = text.len();
        let what =
            format!("{bytes} bytes are more than the {FILE_BYTES_MAX} of one file: split it");
        marks.fault(&(0..0), what);
        return Err(marks.refuse(name));
    }
    toml::from_str(text).map_err(|error| {
        let span = error.span().unwrap_or_default();
        marks.enter(rule_at(text, &span).as_deref());
        marks.fault(&span, in_words(&error));
        marks.refuse(name)
    })
}

/// The id of the last `[[rule]]` that begins at or before a place.
fn rule_at(text: &str, span: &Range<usize>) -> Option<String> {
    let table = DeTable::parse(text).ok()?;
    let rules = table.get_ref().get("rule")?.get_ref().as_array()?;
    let before = rules.iter().take_while(|rule| rule.span().start <= span.start);
    let id = before.last()?.get_ref().as_table()?.get("id")?;
    id.get_ref().as_str().map(str::to_owned)
}

/// The reader's message as a sentence that says what would be right.
fn in_words(error: &Error) -> String {
    let message = error.message().trim();
    let quoted: Vec<&str> = message.split('`').skip(1).step_by(2).collect();
    if message.starts_with("unknown field") {
        return unknown_key(&quoted);
    }
    if message.starts_with("missing field") {
        let key = quoted.first().copied().unwrap_or_default();
        return format!("the key `{key}` is missing: add it");
    }
    if let Some((found, expected)) = message
        .strip_prefix("invalid type: ")
        .or_else(|| message.strip_prefix("invalid value: "))
        .and_then(|rest| rest.split_once(", expected "))
    {
        return format!("found {}: write {}", plain(found), plain(expected));
    }
    format!("not readable as TOML: {}: correct this place", message.replace('\n', ", "))
}

fn unknown_key(quoted: &[&str]) -> String {
    let Some((wrong, known)) = quoted.split_first() else {
        return "unknown key: remove it".to_owned();
    };
    let advice = word::advice(wrong, known);
    if advice.contains(" one of ") {
        return format!("unknown key `{wrong}`: {advice}");
    }
    format!("unknown key `{wrong}`: {advice} (known here: {})", word::list(known))
}

/// The reader's own names for kinds of value, in plain words.
fn plain(kind: &str) -> String {
    match kind {
        "u32" => "a whole number from 0".to_owned(),
        "map" => "a table".to_owned(),
        "sequence" | "a sequence" => "a list".to_owned(),
        "a boolean" => "`true` or `false`".to_owned(),
        other => other.to_owned(),
    }
}
