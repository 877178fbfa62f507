//! What a worker has said in the log: what stays as it is, is said once and not with every try.

use std::collections::BTreeSet;

/// Most things that are remembered to have been said; then everything may be said once more.
const SAID_MAX: usize = 1_000;

/// What has been said.
#[derive(Debug, Default)]
pub(super) struct Said(BTreeSet<String>);

impl Said {
    /// Whether this was not said yet. From now on it was.
    pub(super) fn is_new(&mut self, words: String) -> bool {
        if self.0.len() >= SAID_MAX {
            self.0.clear();
        }
        self.0.insert(words)
    }

    /// All is well: the next trouble is news.
    pub(super) fn well(&mut self) {
        self.0.clear();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_same_is_said_once_until_all_is_well_and_what_is_remembered_has_an_end() {
        let mut said = Said::default();
        assert_eq!(["a", "b", "a"].map(|it| said.is_new(it.to_owned())), [true, true, false]);
        said.well();
        assert!(said.is_new("a".to_owned()));
        for number in 0..SAID_MAX {
            assert!(said.is_new(number.to_string()));
        }
        assert!(said.0.len() <= SAID_MAX);
    }
}
