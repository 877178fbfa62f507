//! Cuts a Cedar file into its policies, so that each is read, complained about and counted by itself.

use std::ops::Range;

/// Where each policy stands in a text: from its first character to its semicolon. What follows the
/// last semicolon is one more, which Cedar will refuse.
pub(super) fn split(text: &str) -> Vec<Range<usize>> {
    let bytes = text.as_bytes();
    let mut found = Vec::new();
    let mut start: Option<usize> = None;
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        let next = match (byte, bytes.get(at.saturating_add(1))) {
            (b'/', Some(b'/')) => line_end(bytes, at),
            (b'"', _) => {
                start.get_or_insert(at);
                string_end(bytes, at)
            }
            (b';', _) => {
                found.push(start.take().unwrap_or(at)..at.saturating_add(1));
                at.saturating_add(1)
            }
            (byte, _) => {
                if !byte.is_ascii_whitespace() {
                    start.get_or_insert(at);
                }
                at.saturating_add(1)
            }
        };
        at = next;
    }
    found.extend(start.map(|start| start..text.len()));
    found
}

/// The texts in quotation marks that a policy compares with, as far as they need no unescaping: not the
/// names of things (`Seat::"legal"`), and not its annotations.
pub(super) fn strings(policy: &str) -> Vec<&str> {
    let bytes = policy.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match (byte, bytes.get(at.saturating_add(1))) {
            (b'/', Some(b'/')) => line_end(bytes, at),
            (b'"', _) => {
                let end = string_end(bytes, at);
                if !is_named(policy.get(..at).unwrap_or_default()) {
                    found.extend(policy.get(at.saturating_add(1)..end.saturating_sub(1)));
                }
                end
            }
            _ => at.saturating_add(1),
        };
    }
    found
}

/// Whether what stands before a text makes it a name or an annotation.
fn is_named(before: &str) -> bool {
    let before = before.trim_end();
    let annotation = |before: &str| {
        let is_letter = |letter: char| letter.is_ascii_alphanumeric() || letter == '_';
        before.trim_end().trim_end_matches(is_letter).trim_end().ends_with('@')
    };
    before.ends_with("::") || before.strip_suffix('(').is_some_and(annotation)
}

/// A policy without comments, and with one blank where there were several or a new line; what stands in
/// quotation marks is left as it is.
pub(super) fn plain(policy: &str) -> String {
    let bytes = policy.as_bytes();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(letter) = policy.get(at..).and_then(|rest| rest.chars().next()) {
        let is_comment = letter == '/' && bytes.get(at.saturating_add(1)) == Some(&b'/');
        let end = match letter {
            '"' => string_end(bytes, at),
            _ if is_comment => line_end(bytes, at),
            _ => at.saturating_add(letter.len_utf8()),
        };
        if !is_comment && !letter.is_whitespace() {
            plain.push_str(policy.get(at..end).unwrap_or_default());
        } else if !plain.ends_with(' ') {
            plain.push(' ');
        }
        at = end;
    }
    plain.trim().to_owned()
}

fn line_end(bytes: &[u8], from: usize) -> usize {
    let rest = bytes.get(from..).unwrap_or_default();
    rest.iter().position(|byte| *byte == b'\n').map_or(bytes.len(), |at| from.saturating_add(at))
}

/// Behind the closing quotation mark.
fn string_end(bytes: &[u8], from: usize) -> usize {
    let mut at = from.saturating_add(1);
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'\\' => at = at.saturating_add(2),
            b'"' => return at.saturating_add(1),
            _ => at = at.saturating_add(1),
        }
    }
    bytes.len()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_semicolon_in_a_string_or_a_comment_ends_nothing() {
        let text = "// a; b\n@id(\"x;\\\"y\") permit(principal);\n\n forbid(p); rest";
        let cut: Vec<&str> = split(text).into_iter().filter_map(|span| text.get(span)).collect();
        assert_eq!(cut, ["@id(\"x;\\\"y\") permit(principal);", "forbid(p);", "rest"]);
        assert_eq!(strings("a \"b\" // \"c\"\n \"d\""), ["b", "d"]);
        let policy =
            "@id(\"x\") permit(principal in Seat::\"s\", a == Action:: \"v\") when { f(\"g\") }";
        assert_eq!(strings(policy), ["g"]);
    }

    #[test]
    fn how_a_policy_is_set_out_is_no_part_of_it_and_what_it_says_is() {
        let one = "permit (a)\n  // why\n  when { x == \"a  // ü\" };";
        assert_eq!(plain(one), "permit (a) when { x == \"a  // ü\" };");
        let hidden = "permit (a) // why when { x == \"a  // ü\" };\n;";
        assert_ne!(plain(one), plain(hidden));
        assert_ne!(plain("\"a b\""), plain("\"a  b\""));
    }
}
