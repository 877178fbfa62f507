//! Splits a file into documents and parses each by itself, so that one bad document does not lose
//! the others. YAML within an explicit budget, JSON within the depth that its parser allows.

use serde_saphyr::budget::{Budget, BudgetBreach};
use serde_saphyr::options::{DuplicateKeyPolicy, MergeKeyPolicy};

use super::tree::{Lined, Shape, Tree, Unlined};
use crate::reading::{Refused, Text};

/// Most documents of one file.
const DOCUMENTS_MAX: usize = 100_000;

/// Largest YAML file, in bytes; larger dumps come as JSON.
const YAML_BYTES_MAX: usize = 64 * 1024 * 1024;

/// Deepest nesting of a YAML document: a pod is about 15 deep, schemas in the same folder are 50;
/// JSON is bounded by its parser at the same depth.
const YAML_DEPTH_MAX: usize = 128;

/// Most values in one YAML document.
const YAML_VALUES_MAX: usize = 4_000_000;

/// Most aliases in one YAML document.
const YAML_ALIASES_MAX: usize = 10_000;

/// Most values that aliases may repeat in one YAML document.
const YAML_REPEATED_MAX: usize = 200_000;

/// One document and where it begins.
#[derive(Debug)]
pub(super) struct Document {
    /// Lines of the file before it; lines of the tree count from there.
    pub(super) lines_before: u64,
    /// What it says.
    pub(super) tree: Tree,
}

/// Parses every document of a file.
pub(super) fn parse(text: &Text, refused: &mut Refused) -> Vec<Document> {
    let Some(decoded) = decode(text, refused) else { return Vec::new() };
    let is_json = text.name.to_ascii_lowercase().ends_with(".json");
    if is_json { parse_json(decoded, text, refused) } else { parse_yaml(decoded, text, refused) }
}

fn decode<'a>(text: &'a Text, refused: &mut Refused) -> Option<&'a str> {
    match std::str::from_utf8(&text.bytes) {
        Ok(decoded) => Some(decoded.strip_prefix('\u{feff}').unwrap_or(decoded)),
        Err(error) => {
            let valid = text.bytes.get(..error.valid_up_to()).unwrap_or_default();
            let line = valid.iter().filter(|byte| **byte == b'\n').count().saturating_add(1);
            let place = format!("{}:{line}", text.name);
            refused.add(place, "not UTF-8 from here on: save the file as UTF-8");
            None
        }
    }
}

fn parse_json(decoded: &str, text: &Text, refused: &mut Refused) -> Vec<Document> {
    let mut documents = Vec::new();
    for value in serde_json::Deserializer::from_str(decoded).into_iter::<Unlined>() {
        match value {
            Ok(Unlined(tree)) if documents.len() < DOCUMENTS_MAX => {
                documents.push(Document { lines_before: 0, tree });
            }
            Ok(_) => {
                refused.add(&text.name, too_many_documents());
                break;
            }
            Err(error) => {
                refused.add(format!("{}:{}", text.name, error.line()), json_refusal(&error));
                break;
            }
        }
    }
    if documents.is_empty() && decoded.trim().is_empty() {
        refused.add(format!("{}:1", text.name), "an empty file: give what the export wrote");
    }
    documents
}

fn json_refusal(error: &serde_json::Error) -> String {
    let column = error.column();
    if error.is_eof() {
        return format!("the file ends in the middle, at column {column}: export it again");
    }
    let words = error.to_string();
    let words = words.split(" at line ").next().unwrap_or_default();
    format!("malformed JSON at column {column}: {words}")
}

fn parse_yaml(decoded: &str, text: &Text, refused: &mut Refused) -> Vec<Document> {
    if decoded.len() > YAML_BYTES_MAX {
        let bytes = decoded.len();
        let why = format!(
            "{bytes} bytes are more than the {YAML_BYTES_MAX} that are read as YAML: export it as \
             JSON"
        );
        refused.add(&text.name, why);
        return Vec::new();
    }
    let pieces = split(decoded);
    if pieces.len() > DOCUMENTS_MAX {
        refused.add(&text.name, too_many_documents());
    }
    let mut documents = Vec::new();
    for piece in pieces.into_iter().take(DOCUMENTS_MAX) {
        match serde_saphyr::from_str_with_options::<Lined>(piece.text, options()) {
            Ok(Lined(Tree { shape: Shape::Null, .. })) => {}
            Ok(Lined(tree)) => {
                documents.push(Document { lines_before: piece.lines_before, tree });
            }
            Err(error) => refuse_yaml(&error, &piece, text, refused),
        }
    }
    documents
}

fn too_many_documents() -> String {
    format!("more than {DOCUMENTS_MAX} documents in one file: split it")
}

fn refuse_yaml(error: &serde_saphyr::Error, piece: &Piece<'_>, text: &Text, refused: &mut Refused) {
    let at = error.location().map(|it| (it.line(), it.column()));
    let (line, column) = at.unwrap_or((1, 1));
    let place = format!("{}:{}", text.name, piece.lines_before.saturating_add(line));
    refused.add(place, format!("malformed YAML at column {column}: {}", yaml_words(error)));
}

fn yaml_words(error: &serde_saphyr::Error) -> String {
    match error.without_snippet() {
        serde_saphyr::Error::Budget { breach: BudgetBreach::Depth { .. }, .. } => {
            format!("values nested deeper than {YAML_DEPTH_MAX}: unfold them")
        }
        serde_saphyr::Error::Budget { .. } => {
            "more values or aliases in one document than are read: split it".into()
        }
        serde_saphyr::Error::AliasError { error, .. } => yaml_words(error),
        other => {
            let words = other.render();
            let words = words.lines().next().unwrap_or_default();
            words.split(" at line ").next().unwrap_or_default().to_owned()
        }
    }
}

fn options() -> serde_saphyr::Options {
    serde_saphyr::options! {
        budget: budget(),
        emit_comments: false,
        with_snippet: false,
        duplicate_keys: DuplicateKeyPolicy::Error,
        merge_keys: MergeKeyPolicy::Merge,
        alias_limits: serde_saphyr::alias_limits! {
            max_total_replayed_events: YAML_REPEATED_MAX,
            max_replay_stack_depth: YAML_DEPTH_MAX,
            max_alias_expansions_per_anchor: YAML_ALIASES_MAX,
        },
    }
}

fn budget() -> Option<Budget> {
    serde_saphyr::budget! {
        max_reader_input_bytes: Some(YAML_BYTES_MAX),
        flow_nesting_limit: YAML_DEPTH_MAX,
        max_depth: YAML_DEPTH_MAX,
        max_documents: 1,
        max_nodes: YAML_VALUES_MAX,
        max_events: YAML_VALUES_MAX.saturating_mul(3),
        max_total_scalar_bytes: YAML_BYTES_MAX,
        max_aliases: YAML_ALIASES_MAX,
        max_anchors: YAML_ALIASES_MAX,
        max_recorded_anchor_events: YAML_REPEATED_MAX,
        max_merge_keys: YAML_ALIASES_MAX,
        max_inclusion_depth: 0,
    }
}

#[derive(Debug, PartialEq, Eq)]
struct Piece<'a> {
    lines_before: u64,
    text: &'a str,
}

/// Cuts before each line that begins with `---` and after each that begins with `...`: YAML allows
/// neither at the start of a line inside a document. Pieces without content are left out.
fn split(text: &str) -> Vec<Piece<'_>> {
    let mut pieces = Vec::new();
    let mut start = Cut::default();
    let mut here = Cut::default();
    for line in text.split_inclusive('\n') {
        if is_marker(line, "---") {
            pieces.extend(piece(text, start, here));
            start = here;
        }
        here = Cut {
            offset: here.offset.saturating_add(line.len()),
            lines: here.lines.saturating_add(1),
        };
        if is_marker(line, "...") {
            pieces.extend(piece(text, start, here));
            start = here;
        }
    }
    pieces.extend(piece(text, start, here));
    pieces
}

#[derive(Debug, Clone, Copy, Default)]
struct Cut {
    offset: usize,
    lines: u64,
}

fn is_marker(line: &str, marker: &str) -> bool {
    line.strip_prefix(marker)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(char::is_whitespace))
}

fn piece(text: &str, start: Cut, end: Cut) -> Option<Piece<'_>> {
    let text = text.get(start.offset..end.offset)?;
    let has_content = text.lines().map(str::trim).any(|line| {
        !line.is_empty()
            && !line.starts_with('#')
            && !line.starts_with('%')
            && line != "---"
            && line != "..."
    });
    has_content.then_some(Piece { lines_before: start.lines, text })
}
