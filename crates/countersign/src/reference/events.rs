//! The page of events: what the ledger holds of each subject, made of the types that are written down
//! and of what stands above them in the code.

use std::collections::BTreeMap;

use countersign_governance::event::schemas;
use serde_json::Value;

use super::form::{Field, fields, known_by, list, name, object, text};
use super::page::{Page, code, sentence};
use crate::exit::Failure;

/// Where the forms stand that a schema refers to.
const FORMS: &str = "/$defs";

/// The form that every page would repeat; the beginning says what it is.
const TEXT: &str = "TextDigest";

pub(super) fn page() -> Result<Page, Failure> {
    let mut page = Page::new("events.md", "Events");
    page.paragraph(
        "What happened, as the ledger keeps it. A leaf has the fields `subject` (`finding:ID`), `sequence`, \
         `name` (below; the last part is the version of its form), `at`, `actor`, `policy` (digest of the \
         policy in force), `cause`, `body` (what the event holds) and, where a person acted, `authority`: \
         the ids of the policies that gave it (`by`) and of the row of accountability behind the person \
         (`row`). An instant is RFC 3339 in UTC, an id a UUID; a signature has `person`, `seat`, `at` and, \
         where a deputy signed, `for`; a `TextDigest` (`text:sha256:HEX`) stands for words that are kept \
         beside the ledger and can be erased.",
    );
    for (noun, schema) in schemas() {
        write(&mut page, noun, schema.as_value())?;
    }
    Ok(page)
}

fn write(page: &mut Page, noun: &str, schema: &Value) -> Result<(), Failure> {
    page.heading(2, noun);
    let about = format!("the events of the noun `{noun}`");
    page.paragraph(&sentence(&about, text(schema, "/description"))?);
    let mut rows = Vec::new();
    let mut nested = BTreeMap::new();
    for variant in list(schema, "/oneOf") {
        for (event, body) in object(variant, "/properties") {
            let says = sentence(&code(event), text(variant, "/description"))?;
            let holds = fields(event, resolved(schema, body))?;
            rows.push([code(event), says, told(&holds)]);
            gather(schema, resolved(schema, body), &mut nested);
        }
    }
    page.table(["event", "what happened", "holds"], &rows);
    let mut rows = Vec::new();
    for (form, of) in nested.into_iter().filter(|(form, _)| *form != TEXT) {
        let says = sentence(&code(form), text(of, "/description"))?;
        rows.push([code(form), says, shape(form, of)?]);
    }
    if !rows.is_empty() {
        page.table(["form", "what it is", "holds"], &rows);
    }
    Ok(())
}

/// What a reference leads to, or the same.
fn resolved<'a>(schema: &'a Value, of: &'a Value) -> &'a Value {
    match text(of, "/$ref").and_then(|to| schema.pointer(to.strip_prefix('#')?)) {
        Some(form) => form,
        None => of,
    }
}

/// Every form that is referred to from here, by name.
fn gather<'a>(schema: &'a Value, of: &'a Value, found: &mut BTreeMap<&'a str, &'a Value>) {
    match of {
        Value::Object(parts) => {
            let to = parts.get("$ref").and_then(Value::as_str);
            let form =
                to.and_then(|to| to.strip_prefix("#")?.strip_prefix(FORMS)?.strip_prefix('/'));
            if let Some(form) = form
                && let Some(of) = schema.pointer(&format!("{FORMS}/{form}"))
                && found.insert(form, of).is_none()
            {
                gather(schema, of, found);
            }
            parts.values().for_each(|part| gather(schema, part, found));
        }
        Value::Array(parts) => parts.iter().for_each(|part| gather(schema, part, found)),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => {}
    }
}

/// What a form holds: fields, one of several words, or one of several sets of fields.
fn shape(form: &str, of: &Value) -> Result<String, Failure> {
    let mut lines = Vec::new();
    for variant in list(of, "/oneOf") {
        let known_by = known_by(variant);
        let says = sentence(&format!("{known_by} of `{form}`"), text(variant, "/description"))?;
        let held = fields(form, variant)?.iter().map(one).collect::<Vec<_>>().join(" ");
        let as_in = text(variant, "/$ref").map(|_| format!("As `{}`.", name(variant)));
        let line = format!("{known_by}: {says} {}{held}", as_in.unwrap_or_default());
        lines.push(line.trim_end().to_owned());
    }
    if lines.is_empty() {
        let held = fields(form, of)?;
        lines.push(if held.is_empty() { name(of) } else { told(&held) });
    }
    Ok(lines.join("<br>"))
}

fn told(fields: &[Field]) -> String {
    fields.iter().map(one).collect::<Vec<_>>().join("<br>")
}

fn one(field: &Field) -> String {
    format!("{} {}: {}", code(&field.name), field.form, field.says)
}
