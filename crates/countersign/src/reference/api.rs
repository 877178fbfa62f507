//! The page of the API: every operation of the OpenAPI document in a line, with what it takes and how it
//! is refused. The document itself says the rest.

use std::collections::BTreeMap;

use serde_json::Value;

use super::form::{list, object, text};
use super::page::{Page, code, sentence};
use crate::exit::Failure;

/// Statuses that every operation has, or every one with a body; what they mean is said once.
const EVERYWHERE: [&str; 8] = ["200", "400", "401", "413", "415", "422", "500", "503"];

/// The methods of an address, in the order of the page.
const METHODS: [&str; 4] = ["get", "post", "put", "delete"];

/// The operations of each tag.
type Tagged = BTreeMap<String, Vec<[String; 4]>>;

pub(super) fn page() -> Result<Page, Failure> {
    let document = serde_json::to_value(countersign_server::api::openapi())
        .map_err(|error| Failure::fault(format!("the OpenAPI document: {error}; report it")))?;
    let mut page = Page::new("api.md", "API");
    page.paragraph(
        "REST and JSON; [openapi.json](openapi.json) has every field, and a running server sends it from \
         `/openapi.json`. Each request carries `Authorization: Bearer TOKEN`. What a change takes in \
         headers: `If-Match` with the ETag you have seen, `Idempotency-Key` to be carried out once. A \
         list has `items` and `next` (give it back as `cursor`) and comes as CSV on `Accept: text/csv`.",
    );
    page.paragraph(
        "In the tables `?` marks what may be left out; refusals are those beside the ones here:",
    );
    let meanings: Vec<String> = EVERYWHERE
        .into_iter()
        .filter(|status| *status != "200")
        .filter_map(|status| Some(format!("{status}: {}", meaning(&document, status)?)))
        .collect();
    page.list(&meanings);
    let mut tagged = operations(&document)?;
    for tag in list(&document, "/tags") {
        let name = text(tag, "/name").unwrap_or_default();
        let about = format!("the tag `{name}`");
        page.heading(2, name);
        page.paragraph(&format!("{}.", sentence(&about, text(tag, "/description"))?));
        let rows = tagged.remove(name).unwrap_or_default();
        page.table(["operation", "what it does", "takes", "refused with"], &rows);
    }
    match tagged.keys().next() {
        Some(unsaid) => sentence(&format!("the tag `{unsaid}`"), None).map(|_| page),
        None => Ok(page),
    }
}

fn operations(document: &Value) -> Result<Tagged, Failure> {
    let mut tagged = Tagged::new();
    for (path, item) in object(document, "/paths") {
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            let name = format!("{} {path}", method.to_uppercase());
            let says = sentence(&code(&name), text(operation, "/summary"))?;
            let tag = text(operation, "/tags/0").unwrap_or_default().to_owned();
            let row = [code(&name), says, takes(document, operation), refused(operation)];
            tagged.entry(tag).or_default().push(row);
        }
    }
    Ok(tagged)
}

/// Questions and the fields of a body, by name.
fn takes(document: &Value, operation: &Value) -> String {
    let parameters = list(operation, "/parameters");
    let mut names: Vec<String> = parameters
        .filter(|parameter| text(parameter, "/in") == Some("query"))
        .filter_map(|parameter| text(parameter, "/name"))
        .map(|name| format!("{name}?"))
        .collect();
    let form = text(operation, "/requestBody/content/application~1json/schema/$ref");
    if let Some(form) = form.and_then(|to| to.strip_prefix('#')) {
        let form = document.pointer(form).unwrap_or(&Value::Null);
        let required: Vec<&Value> = list(form, "/required").collect();
        for field in object(form, "/properties").map(|(name, _)| name) {
            let is_required = required.iter().any(|name| *name == field);
            names.push(if is_required { field.clone() } else { format!("{field}?") });
        }
    }
    names.iter().map(|name| code(name)).collect::<Vec<_>>().join(" ")
}

/// The statuses that are this operation's own, each with the way to its codes.
fn refused(operation: &Value) -> String {
    let statuses = object(operation, "/responses").map(|(status, _)| status);
    let own = statuses.filter(|status| !EVERYWHERE.contains(&status.as_str()));
    own.map(|status| format!("[{status}](refusals.md#{})", anchor(status)))
        .collect::<Vec<_>>()
        .join(" ")
}

/// The heading of a status on the page of refusals, as it is linked to.
fn anchor(status: &str) -> String {
    let known = status.parse().ok().and_then(|it| reqwest::StatusCode::from_u16(it).ok());
    let words = known.and_then(|it| it.canonical_reason()).unwrap_or_default();
    format!("{status}-{}", words.to_lowercase().replace(' ', "-"))
}

/// What a status means, where any operation has it.
fn meaning(document: &Value, status: &str) -> Option<String> {
    let operations = object(document, "/paths").filter_map(|(_, item)| item.as_object());
    let pointer = format!("/responses/{status}/description");
    let mut meanings =
        operations.flat_map(|item| item.values()).filter_map(|it| text(it, &pointer));
    meanings.next().map(str::to_owned)
}
