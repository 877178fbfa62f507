//! JSON Schema in words: the fields of a form and what each holds.

use serde_json::Value;

use super::page::{code, sentence};
use crate::exit::Failure;

/// A field.
#[derive(Debug)]
pub(super) struct Field {
    pub(super) name: String,
    pub(super) form: String,
    pub(super) says: String,
}

/// The fields of an object, in the order in which they are written. One that always holds the same word
/// tells forms apart and is none of them.
pub(super) fn fields(of: &str, schema: &Value) -> Result<Vec<Field>, Failure> {
    let mut found = Vec::new();
    for (field, form) in object(schema, "/properties").filter(|(_, form)| word_of(form).is_none()) {
        let about = format!("the field `{field}` of `{of}`");
        let says = sentence(&about, text(form, "/description"))?;
        found.push(Field { name: field.clone(), form: name(form), says });
    }
    Ok(found)
}

/// By what one of several forms is known: a word, or a field that holds it.
pub(super) fn known_by(schema: &Value) -> String {
    if let Some(word) = word_of(schema) {
        return code(word);
    }
    let fixed =
        object(schema, "/properties").find_map(|(field, form)| Some((field, word_of(form)?)));
    fixed.map(|(field, word)| format!("{} {}", code(field), code(word))).unwrap_or_default()
}

fn word_of(schema: &Value) -> Option<&str> {
    text(schema, "/const")
}

/// What a value is, in a word or two.
pub(super) fn name(schema: &Value) -> String {
    if let Some(title) = text(schema, "/title") {
        let may_lack = list(schema, "/type").any(|kind| kind == "null");
        return if may_lack { format!("{title} or nothing") } else { title.to_owned() };
    }
    if let Some(form) = text(schema, "/$ref").and_then(|to| to.rsplit('/').next()) {
        return form.to_owned();
    }
    let choices: Vec<String> = list(schema, "/anyOf").map(name).collect();
    if !choices.is_empty() {
        return choices.join(" or ");
    }
    let kinds = schema.get("type").map(|kind| match kind {
        Value::Array(kinds) => kinds.iter().filter_map(Value::as_str).collect(),
        kind => kind.as_str().into_iter().collect::<Vec<_>>(),
    });
    let kinds: Vec<String> =
        kinds.unwrap_or_default().into_iter().map(|kind| word(kind, schema)).collect();
    kinds.join(" or ")
}

fn word(kind: &str, schema: &Value) -> String {
    match kind {
        "array" => format!("list of {}", schema.get("items").map(name).unwrap_or_default()),
        "string" => "text".to_owned(),
        "integer" => "number".to_owned(),
        "boolean" => "yes or no".to_owned(),
        "null" => "nothing".to_owned(),
        other => other.to_owned(),
    }
}

pub(super) fn text<'a>(value: &'a Value, pointer: &str) -> Option<&'a str> {
    value.pointer(pointer)?.as_str()
}

pub(super) fn list<'a>(value: &'a Value, pointer: &str) -> impl Iterator<Item = &'a Value> {
    value.pointer(pointer).and_then(Value::as_array).into_iter().flatten()
}

pub(super) fn object<'a>(
    value: &'a Value,
    pointer: &str,
) -> impl Iterator<Item = (&'a String, &'a Value)> {
    value.pointer(pointer).and_then(Value::as_object).into_iter().flatten()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn a_field_without_words_is_named() {
        let form = json!({"properties": {"at": {"type": "string"}}});
        let silent = fields("exception.renewed.1", &form).unwrap_err();
        assert!(silent.words.contains("the field `at` of `exception.renewed.1`"), "{silent}");
    }

    #[test]
    fn what_may_be_missing_is_said() {
        assert_eq!(name(&json!({"type": ["string", "null"]})), "text or nothing");
        let named = json!({"title": "instant", "type": ["string", "null"]});
        assert_eq!(name(&named), "instant or nothing");
        let either = json!({"anyOf": [{"$ref": "#/$defs/Ownership"}, {"type": "null"}]});
        assert_eq!(name(&either), "Ownership or nothing");
    }
}
