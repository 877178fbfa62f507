//! Globs: `*` stands for any run of characters, everything else for itself. Linear in the text
//! (the greedy two-pointer match with one backtrack point), so a hostile pattern costs nothing.

use serde::{Deserialize, Serialize};

/// A pattern with `*`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Glob(String);

impl Glob {
    /// Takes any text as a pattern.
    #[must_use]
    pub fn new(pattern: &str) -> Self {
        Self(pattern.to_owned())
    }

    /// The pattern as written.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The only text that matches; none when a `*` lets others match too.
    #[must_use]
    pub fn literal(&self) -> Option<&str> {
        (!self.0.contains('*')).then_some(self.0.as_str())
    }

    /// Whether the whole of `text` matches.
    #[must_use]
    pub fn matches(&self, text: &str) -> bool {
        let mut parts = self.0.split('*');
        let Some(first) = parts.next() else { return text.is_empty() };
        let Some(mut rest) = text.strip_prefix(first) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            match rest.find(part).and_then(|at| rest.get(at.saturating_add(part.len())..)) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        true
    }
}

#[cfg(test)]
mod tests {
    use super::Glob;

    #[test]
    fn a_star_stands_for_any_run_and_everything_else_for_itself() {
        let table = [
            ("get", "get", true),
            ("get", "gets", false),
            ("*", "", true),
            ("*", "anything", true),
            ("core/*", "core/secrets", true),
            ("core/*", "apps/core/secrets", false),
            ("*pay*roll*", "x payment roll", true),
            ("*pay*roll", "payroll rolls", false),
            ("a*b*b", "ab", false),
            ("a*a", "a", false),
            ("", "", true),
            ("", "x", false),
        ];
        for (pattern, text, expected) in table {
            assert_eq!(Glob::new(pattern).matches(text), expected, "{pattern} on {text}");
        }
    }
}
