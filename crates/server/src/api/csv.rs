//! Every list as CSV (RFC 4180) for whoever asks for `text/csv`: a header row, one column a field, and
//! no cell that a spreadsheet would run. Turns the JSON of a list into rows, in one place for all of
//! them, so that no list can be forgotten; what is in a list is its handler's.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use axum::body::{Body, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::Value;
use utoipa::openapi::schema::{ObjectBuilder, SchemaType, Type};
use utoipa::openapi::{Content, OpenApi, RefOr};

use super::problem::Problem;
use super::problem::code::Code;

/// The media type of CSV.
const CSV: &str = "text/csv";

/// Says why rows are not all; in JSON that stands beside them.
const PARTIAL: HeaderName = HeaderName::from_static("countersign-partial");

/// What an answer in CSV says that it is.
const CSV_HERE: &str = "text/csv; charset=utf-8; header=present";

/// Most bytes of a list that is turned into rows; a page has at most 200 of them.
const LIST_BYTES_MAX: usize = 64 << 20;

/// How lines end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Lines {
    /// As RFC 4180 says, for files that travel.
    Crlf,
    /// As a terminal likes it.
    Lf,
}

/// Rows as CSV, with the fields as header.
///
/// # Errors
/// When it cannot be written down, which is a defect.
pub fn written(fields: &[&str], items: &[Value], lines: Lines) -> Result<String, String> {
    let terminator = match lines {
        Lines::Crlf => csv::Terminator::CRLF,
        Lines::Lf => csv::Terminator::Any(b'\n'),
    };
    let mut writer = csv::WriterBuilder::new().terminator(terminator).from_writer(Vec::new());
    writer.write_record(fields).map_err(|error| error.to_string())?;
    for item in items {
        let row = fields.iter().map(|field| neutral(&cell(item.get(field))));
        writer.write_record(row).map_err(|error| error.to_string())?;
    }
    let bytes = writer.into_inner().map_err(|error| error.to_string())?;
    String::from_utf8(bytes).map_err(|error| error.to_string())
}

fn cell(value: Option<&Value>) -> String {
    match value {
        None | Some(Value::Null) => String::new(),
        Some(Value::String(text)) => text.clone(),
        Some(Value::Array(values)) if values.iter().all(Value::is_string) => {
            let texts: Vec<&str> = values.iter().filter_map(Value::as_str).collect();
            texts.join("; ")
        }
        Some(Value::Object(thing)) if thing.get("id").is_some_and(Value::is_string) => {
            cell(thing.get("id"))
        }
        Some(other) => other.to_string(),
    }
}

/// Words as a header can hold them.
fn in_header(words: &str) -> HeaderValue {
    let held = |it: char| if matches!(it, ' '..='~') { it } else { '?' };
    let words: String = words.chars().map(held).collect();
    HeaderValue::from_str(&words).unwrap_or(HeaderValue::from_static("yes"))
}

/// A cell that begins like a formula is made text, and nothing in a cell moves a terminal's cursor.
fn neutral(cell: &str) -> String {
    let shown = |it: char| {
        let is_kept = !it.is_control() || matches!(it, '\t' | '\r' | '\n');
        if is_kept { it } else { char::REPLACEMENT_CHARACTER }
    };
    let cell: String = cell.chars().map(shown).collect();
    if cell.starts_with(['=', '+', '-', '@', '\t', '\r']) { format!("'{cell}") } else { cell }
}

/// A list as a file to keep, with the columns that the API's list at `path` has.
///
/// # Errors
/// When it cannot be turned into rows, which is a defect.
pub(crate) fn file(path: &str, name: &str, items: &[Value]) -> Result<Response, Problem> {
    static LISTS: LazyLock<Lists> = LazyLock::new(|| Lists::of(&super::openapi()));
    let columns = LISTS.columns(path).ok_or_else(|| Problem::of(Code::FaultDefect))?;
    let fields: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows = written(&fields, items, Lines::Crlf).map_err(|_| Problem::of(Code::FaultDefect))?;
    let kept = format!("attachment; filename=\"{name}\"");
    let kept = HeaderValue::from_str(&kept).map_err(|_| Problem::of(Code::FaultDefect))?;
    let headers = [
        (header::CONTENT_TYPE, HeaderValue::from_static(CSV_HERE)),
        (header::CONTENT_DISPOSITION, kept),
    ];
    Ok((headers, rows).into_response())
}

/// The lists of the API: the columns of each, by its address.
#[derive(Debug, Clone)]
pub(super) struct Lists(Arc<BTreeMap<String, Vec<String>>>);

impl Lists {
    /// Reads them from the document: what answers `GET` with a list there is one.
    pub(super) fn of(document: &OpenApi) -> Self {
        let document = serde_json::to_value(document).unwrap_or_default();
        let paths = document.get("paths").and_then(Value::as_object);
        let lists = paths.into_iter().flatten().filter_map(|(path, item)| {
            let list = item.pointer("/get/responses/200/content/application~1json/schema/$ref")?;
            let row = rows(at(&document, list)?)?;
            let row = row.get("$ref").map_or(Some(row), |it| at(&document, it))?;
            Some((path.clone(), columns(row)))
        });
        Self(Arc::new(lists.collect()))
    }

    /// Says of each list in the document that it can be had as CSV too.
    pub(super) fn documented(&self, document: &mut OpenApi) {
        for path in self.0.keys() {
            let item = document.paths.paths.get_mut(path);
            let operation = item.and_then(|item| item.get.as_mut());
            let answer = operation.and_then(|it| it.responses.responses.get_mut("200"));
            if let Some(RefOr::T(answer)) = answer {
                let text = ObjectBuilder::new()
                    .schema_type(SchemaType::Type(Type::String))
                    .description(Some(
                        "The same rows for spreadsheets (RFC 4180) with a header row, for `Accept: \
                         text/csv`. A cell that a spreadsheet would run (it begins with `=`, `+`, \
                         `-`, `@`, a tab or a carriage return) begins with `'`. A thing within a row \
                         is named by its id. Where the list goes on is said in `Link`; where an \
                         answer is not whole, why is said in `Countersign-Partial`",
                    ));
                answer.content.insert(CSV.to_owned(), Content::new(Some(text)).into());
            }
        }
    }

    fn columns(&self, path: &str) -> Option<&[String]> {
        self.0.get(path).map(Vec::as_slice)
    }
}

/// The rows of a page of a list, or of an answer of the graph.
fn rows(schema: &Value) -> Option<&Value> {
    if let Some(row) = schema.pointer("/properties/items/items") {
        return Some(row);
    }
    let mut parts = schema.get("allOf")?.as_array()?.iter();
    parts.find_map(|part| part.pointer("/properties/answers/items"))
}

/// What a reference of the document leads to.
fn at<'a>(document: &'a Value, reference: &Value) -> Option<&'a Value> {
    document.pointer(reference.as_str()?.strip_prefix('#')?)
}

/// The fields of a row: those that it always has, in their order, and then the rest.
fn columns(row: &Value) -> Vec<String> {
    let always = row.get("required").and_then(Value::as_array).into_iter().flatten();
    let mut columns: Vec<String> =
        always.filter_map(Value::as_str).map(ToOwned::to_owned).collect();
    let all = row.get("properties").and_then(Value::as_object).into_iter().flatten();
    for (name, _) in all {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    columns
}

/// Answers a list as CSV where that is asked for.
pub(super) async fn pass(State(lists): State<Lists>, request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(|it| it.as_str().to_owned());
    let columns = path.as_deref().and_then(|path| lists.columns(path));
    let Some(columns) = columns.filter(|_| request.method() == Method::GET) else {
        return next.run(request).await;
    };
    let is_wanted = is_wanted(request.headers());
    let mut response = next.run(request).await;
    response.headers_mut().append(header::VARY, HeaderValue::from_static("accept"));
    if !is_wanted || response.status() != StatusCode::OK {
        return response;
    }
    turned(columns, response).await.unwrap_or_else(IntoResponse::into_response)
}

/// What is read of an answer.
#[derive(Deserialize)]
struct Page {
    #[serde(alias = "answers")]
    items: Vec<Value>,
    #[serde(default)]
    why_partial: Vec<String>,
}

async fn turned(columns: &[String], response: Response) -> Result<Response, Problem> {
    let (mut parts, body) = response.into_parts();
    let bytes = to_bytes(body, LIST_BYTES_MAX).await.map_err(|_| too_large())?;
    let page: Page = serde_json::from_slice(&bytes).map_err(|_| Problem::of(Code::FaultDefect))?;
    let fields: Vec<&str> = columns.iter().map(String::as_str).collect();
    let rows =
        written(&fields, &page.items, Lines::Crlf).map_err(|_| Problem::of(Code::FaultDefect))?;
    if !page.why_partial.is_empty() {
        parts.headers.insert(PARTIAL, in_header(&page.why_partial.join("; ")));
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    parts.headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(CSV_HERE));
    Ok(Response::from_parts(parts, Body::from(rows)))
}

/// Whether CSV is named, and no other form that there is more wanted.
fn is_wanted(headers: &HeaderMap) -> bool {
    let accepted = headers.get_all(header::ACCEPT).into_iter().filter_map(|it| it.to_str().ok());
    let (mut csv, mut json) = (0.0, 0.0);
    for range in accepted.flat_map(|it| it.split(',')) {
        let mut parts = range.split(';').map(str::trim);
        let kind = parts.next().unwrap_or_default().to_ascii_lowercase();
        let weight = parts.find_map(|it| it.strip_prefix("q=").or_else(|| it.strip_prefix("Q=")));
        let weight: f32 = weight.map_or(1.0, |it| it.parse().unwrap_or(0.0));
        match kind.as_str() {
            CSV => csv = weight,
            "application/json" => json = weight,
            _ => {}
        }
    }
    csv > 0.0 && csv >= json
}

fn too_large() -> Problem {
    let detail = "this page is too large to be turned into CSV";
    let next = "ask for fewer rows at once with `limit`, or for application/json";
    Problem::malformed(detail).then(next)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn csv(fields: &[&str], items: &[Value]) -> String {
        written(fields, items, Lines::Lf).unwrap()
    }

    #[test]
    fn a_cell_that_a_spreadsheet_would_run_is_text() {
        let items = [
            json!({"name": "=cmd|'/c calc'!A1", "n": 1}),
            json!({"name": "+1", "n": -2}),
            json!({"name": "@SUM(A1)", "n": null}),
            json!({"name": "\tx"}),
            json!({"name": "\rx"}),
            json!({"name": "-"}),
            json!({"name": "a=b", "n": true}),
        ];
        assert_eq!(
            csv(&["name", "n"], &items),
            "name,n\n'=cmd|'/c calc'!A1,1\n'+1,'-2\n'@SUM(A1),\n'\tx,\n\"'\rx\",\n'-,\na=b,true\n"
        );
    }

    #[test]
    fn lists_and_records_stand_in_one_cell_and_escapes_do_not_reach_a_terminal() {
        let items =
            [json!({"seats": ["business", "legal"], "counts": {"nodes": 2}, "x": "\u{1b}[2J"})];
        let text = csv(&["seats", "counts", "x"], &items);
        assert_eq!(text, "seats,counts,x\nbusiness; legal,\"{\"\"nodes\"\":2}\",\u{fffd}[2J\n");
    }

    #[test]
    fn lines_that_travel_end_as_the_standard_says_and_breaks_in_a_cell_are_quoted() {
        let text = written(&["a"], &[json!({"a": "x,\"y\"\nz"})], Lines::Crlf).unwrap();
        assert_eq!(text, "a\r\n\"x,\"\"y\"\"\nz\"\r\n");
    }

    #[test]
    fn csv_is_only_for_whoever_names_it_and_wants_nothing_else_more() {
        let asked = |accept: &'static str| {
            let mut headers = HeaderMap::new();
            headers.insert(header::ACCEPT, HeaderValue::from_static(accept));
            is_wanted(&headers)
        };
        for yes in ["text/csv", "Text/CSV; charset=utf-8", "text/csv, application/json;q=0.9"] {
            assert!(asked(yes), "{yes}");
        }
        for no in
            ["", "*/*", "text/*", "text/html", "text/csv;q=0", "text/csv;q=0.5,application/json"]
        {
            assert!(!asked(no), "{no}");
        }
        assert!(!is_wanted(&HeaderMap::new()));
    }

    #[test]
    fn every_list_of_the_document_has_its_columns() {
        let lists = Lists::of(&super::super::openapi());
        assert!(lists.0.len() > 10, "{lists:?}");
        let findings = lists.columns("/api/v1/findings").unwrap();
        assert_eq!(findings.iter().take(3).collect::<Vec<_>>(), ["id", "reference", "status"]);
        assert!(findings.iter().any(|it| it == "owner"), "what may be left out is a column too");
    }
}
