//! What no template of a page may hold, because the pages allow no script and no style but those of our
//! own files: it would do nothing, or, without eval, something else than it says. It reads templates as
//! text and knows nothing of their blocks.

use std::path::Path;

use super::complaint::Complaint;
use super::tree::Tree;

/// Where templates lie, in any crate.
const FOLDER: &str = "templates";

/// What is looked for in a piece of a template, and what is said about it: what, why, what to do.
type Refused = (fn(&str) -> bool, &'static str, &'static str, &'static str);

const REFUSED: [Refused; 6] = [
    (
        |tag| has_attribute(tag, "style"),
        "an attribute `style`",
        "the pages allow no style but that of our own file, so a browser ignores it",
        "give it a class in web/countersign.css",
    ),
    (
        |tag| has_attribute_from(tag, "hx-on"),
        "an attribute `hx-on`",
        "it is a script in the page, and does nothing without eval",
        "do it without a script, or let the server answer with the right part",
    ),
    (
        |tag| has_attribute_from(tag, "on"),
        "an event attribute",
        "it is a script in the page, which the pages do not allow",
        "do it without a script",
    ),
    (
        |tag| tag.contains("js:") || tag.contains("javascript:"),
        "a value that is script (`js:`)",
        "htmx would have to evaluate it, which the pages do not allow",
        "send what is needed in a field",
    ),
    (
        |tag| values(tag, "hx-trigger").any(|value| value.contains('[')),
        "a filter in `hx-trigger`",
        "without eval it is dropped, and the request is sent on every such event",
        "name an event that needs no filter",
    ),
    (
        |tag| tag.starts_with("{{") && tag.contains("|safe"),
        "the filter `safe`",
        "it shows text from outside as markup",
        "write the markup into a template",
    ),
];

/// Searches every tag of every template.
pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.texts().filter(|(path, _)| is_template(path)) {
        for (line, tag) in pieces(text) {
            for (is_there, what, why, to_do) in REFUSED {
                if is_there(tag) {
                    complaints.push(Complaint::new(path, line, what, why, to_do));
                }
            }
        }
    }
    complaints
}

fn is_template(path: &Path) -> bool {
    path.starts_with("crates") && path.iter().any(|part| part == FOLDER)
}

/// Every `<...>` and `{{...}}` with the line on which it begins.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let tags = text.match_indices('<');
    let starts = tags.chain(text.match_indices("{{")).map(|(at, _)| at);
    starts.map(move |at| {
        let line = text.get(..at).map_or(1, |before| before.lines().count().max(1));
        let after_break = text.get(..at).is_some_and(|before| before.ends_with('\n'));
        let rest = text.get(at..).unwrap_or_default();
        let end = if rest.starts_with('<') { end_of_tag(rest) } else { rest.find("}}") };
        let piece = rest.get(..end.unwrap_or(rest.len())).unwrap_or(rest);
        (line + usize::from(after_break), piece)
    })
}

/// Where a tag ends; a `>` inside a value or a block of the template does not end it.
fn end_of_tag(text: &str) -> Option<usize> {
    let (mut quote, mut depth) = (None, 0_usize);
    for (at, letter) in text.char_indices() {
        match (quote, letter) {
            (_, '{') => depth += 1,
            (_, '}') => depth = depth.saturating_sub(1),
            (None, '"' | '\'') if depth == 0 => quote = Some(letter),
            (Some(open), letter) if open == letter && depth == 0 => quote = None,
            (None, '>') if depth == 0 => return Some(at),
            _ => {}
        }
    }
    None
}

fn has_attribute(tag: &str, name: &str) -> bool {
    values(tag, name).next().is_some()
}

/// An attribute whose name begins like this and goes on with letters, `:` or `-`.
fn has_attribute_from(tag: &str, start: &str) -> bool {
    tag.starts_with('<')
        && tag.split_whitespace().skip(1).filter_map(|part| part.split_once('=')).any(
            |(name, _)| {
                let rest = name.strip_prefix(start);
                rest.is_some_and(|rest| {
                    rest.chars().all(|it| it.is_ascii_alphabetic() || matches!(it, ':' | '-'))
                })
            },
        )
}

/// The values of an attribute of this name, as far as they stand in one piece.
fn values<'a>(tag: &'a str, name: &str) -> impl Iterator<Item = &'a str> {
    let wanted = format!("{name}=");
    let is_tag = tag.starts_with('<');
    let starts: Vec<usize> = tag.match_indices(&wanted).map(|(at, _)| at).collect();
    starts.into_iter().filter_map(move |at| {
        let alone = tag.get(..at)?.ends_with(|it: char| it.is_whitespace() || it == '}');
        let value = tag.get(at + wanted.len()..)?;
        let quote = value.chars().next()?;
        let value = value.get(1..)?.split(quote).next()?;
        (is_tag && alone).then_some(value)
    })
}
