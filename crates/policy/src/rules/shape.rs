//! From text to the TOML form: size, syntax, keys and kinds of value. Turns what the TOML reader
//! says into words for the author of the file, with the rule in which it happened. Knows nothing
//! about what the values mean.

use std::ops::Range;

use serde::de::DeserializeOwned;
use toml::Spanned;
use toml::de::{DeTable, DeValue, Error};

use crate::rules::limit::FILE_BYTES_MAX;
use crate::rules::malformed::{Malformed, Marks};
use crate::rules::{stand_in, word};

/// Reads a text into a form. What has no place in the form is noted, and stand-ins are put for what is
/// missing or of the wrong kind, so that what the rest means is checked too.
///
/// # Errors
/// [`Malformed`] when nothing can be made of it: with everything that has no place, as far as it was read.
pub(crate) fn parse<'a, T: DeserializeOwned>(
    name: &str,
    text: &'a str,
) -> Result<(T, Marks<'a>), Malformed> {
    let mut marks = Marks::new(text);
    if text.len() > FILE_BYTES_MAX {
        let bytes = text.len();
        let what =
            format!("{bytes} bytes are more than the {FILE_BYTES_MAX} of one file: split it");
        marks.fault(&(0..0), what);
        return Err(marks.refuse(name));
    }
    if let Ok(form) = toml::from_str(text) {
        return Ok((form, marks));
    }
    let (table, errors) = DeTable::parse_recoverable(text);
    let is_toml = errors.is_empty();
    let rules = if is_toml { rules(table.get_ref()) } else { Vec::new() };
    let mut said = |error: &Error| {
        let span = error.span().unwrap_or_default();
        marks.enter(rule_at(&rules, &span));
        marks.fault(&span, in_words(error));
        marks.enter(None);
    };
    if !is_toml {
        errors.iter().for_each(said);
        return Err(marks.refuse(name));
    }
    let read = stand_in::read::<T>(table, &mut said);
    let Some((form, with_stand_ins)) = read else { return Err(marks.refuse(name)) };
    if with_stand_ins {
        marks.has_stand_ins();
    }
    Ok((form, marks))
}

/// Where each `[[rule]]` begins, with its id.
fn rules(table: &DeTable<'_>) -> Vec<(usize, Option<String>)> {
    let rules = table.get("rule").and_then(|rules| rules.get_ref().as_array());
    let id = |rule: &Spanned<DeValue<'_>>| {
        let id = rule.get_ref().as_table()?.get("id")?.get_ref().as_str()?;
        Some(id.to_owned())
    };
    rules.into_iter().flatten().map(|rule| (rule.span().start, id(rule))).collect()
}

/// The id of the last `[[rule]]` that begins at or before a place.
fn rule_at<'a>(rules: &'a [(usize, Option<String>)], span: &Range<usize>) -> Option<&'a str> {
    rules.iter().take_while(|(start, _)| *start <= span.start).last()?.1.as_deref()
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
