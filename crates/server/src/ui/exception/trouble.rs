//! What did not work, with all that was typed: nothing of it is lost, whether the page still has the form
//! for it or not.

use super::super::form::Fields;
use super::super::refusal::Refused;
use super::deed::Deed;
use super::verb::Verb;

/// What did not work, with all that was typed.
#[derive(Debug, Clone)]
pub(super) struct Trouble {
    pub(super) verb: Verb,
    pub(super) fields: Fields,
    pub(super) refused: Refused,
    /// The sequence that was seen, where somebody else has changed the case since.
    pub(super) stale: Option<i64>,
}

impl Trouble {
    /// What was typed.
    pub(super) fn words(&self) -> &str {
        self.verb.words().field.map_or("", |(name, _, _)| self.fields.get(name))
    }
}

/// The words that were typed into a form that is not on the page any more.
pub(super) fn kept_words(trouble: &Trouble, deeds: &[Deed]) -> String {
    let mut forms = deeds.iter().filter(|deed| deed.no.is_none());
    if forms.any(|deed| deed.verb == trouble.verb) {
        return String::new();
    }
    trouble.words().to_owned()
}
