//! Tags that the operator gives to objects, so that business rules can speak of "may change vendor
//! master data" instead of a table's name. Does not read tags from the database: whoever may comment
//! on a table must not be able to take it out of a rule.

use std::collections::BTreeMap;

use countersign_access::glob::Glob;

use crate::Fault;

/// One configured tag: every object whose resource text matches gets it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectTag {
    object: Glob,
    key: String,
    value: String,
}

impl ObjectTag {
    /// A tag for the objects that match a glob over resource texts, for example
    /// `hospital/table/ap.vendor` and `p2p=vendor`. A tag without `=` has the empty value.
    ///
    /// # Errors
    /// [`Fault::Permanent`] for an empty glob or a tag without key.
    pub fn new(object: &str, tag: &str) -> Result<Self, Fault> {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        let (object, key, value) = (object.trim(), key.trim(), value.trim());
        if object.is_empty() || key.is_empty() {
            return Err(Fault::Permanent(format!(
                "the tag `{tag}` for the objects `{object}` is incomplete: write it as \
                 `DATABASE/table/SCHEMA.NAME` and `key=value`"
            )));
        }
        Ok(Self { object: Glob::new(object), key: key.to_owned(), value: value.to_owned() })
    }
}

/// Adds the tags of all patterns that one of the texts matches; a later pattern overrules.
pub(super) fn apply(tags: &[ObjectTag], texts: &[&str], onto: &mut BTreeMap<String, String>) {
    for tag in tags {
        if texts.iter().any(|text| tag.object.matches(text)) {
            onto.insert(tag.key.clone(), tag.value.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tag_reaches_what_its_glob_matches_and_nothing_else() {
        let tags = [
            ObjectTag::new("hospital/table/ap.*", "p2p").unwrap(),
            ObjectTag::new("hospital/table/ap.vendor", "p2p=vendor").unwrap(),
        ];
        let table = [
            ("hospital/table/ap.vendor", Some("vendor")),
            ("hospital/table/ap.invoice", Some("")),
            ("hospital/table/hr.person", None),
        ];
        for (text, value) in table {
            let mut onto = BTreeMap::new();
            apply(&tags, &[text], &mut onto);
            assert_eq!(onto.get("p2p").map(String::as_str), value, "{text}");
        }
    }

    #[test]
    fn a_tag_without_key_or_object_is_refused() {
        for (object, tag) in [("", "a=b"), ("x", "=b"), ("x", " ")] {
            assert!(ObjectTag::new(object, tag).unwrap_err().to_string().contains("incomplete"));
        }
    }
}
