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

/// The texts in quotation marks within a policy, as far as they need no unescaping.
pub(super) fn strings(policy: &str) -> Vec<&str> {
    let bytes = policy.as_bytes();
    let mut found = Vec::new();
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        at = match (byte, bytes.get(at.saturating_add(1))) {
            (b'/', Some(b'/')) => line_end(bytes, at),
            (b'"', _) => {
                let end = string_end(bytes, at);
                found.extend(policy.get(at.saturating_add(1)..end.saturating_sub(1)));
                end
            }
            _ => at.saturating_add(1),
        };
    }
    found
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
    }
}
