//! The policy that comes with the product, as text: what is hashed is what was read.

use crate::rules::{self, Text};

macro_rules! texts {
    ($($name:literal),+ $(,)?) => {
        [$(($name, include_str!(concat!("../../../../policies/", $name)))),+]
    };
}

const TEXTS: [(&str, &str); 19] = texts![
    "tiers.toml",
    "tiers.test.toml",
    "sla.toml",
    "sla.test.toml",
    "calendar.toml",
    "calendar.test.toml",
    "raci.toml",
    "raci.test.toml",
    "authority/authority.cedarschema",
    "authority/accountability.cedar",
    "authority/accountability.test.toml",
    "authority/administration.cedar",
    "authority/administration.test.toml",
    "authority/exception.cedar",
    "authority/exception.test.toml",
    "authority/finding.cedar",
    "authority/finding.test.toml",
    "authority/review.cedar",
    "authority/review.test.toml",
];

/// Path and text of every file of the built-in policy, its tests included.
#[must_use]
pub fn builtin_texts() -> Vec<Text> {
    let packs = rules::builtin_texts().into_iter().chain(rules::builtin_tests());
    let packs = packs.map(|text| Text { name: format!("rules/{}", text.name), ..text });
    TEXTS
        .iter()
        .map(|(name, text)| Text { name: (*name).to_owned(), text: (*text).to_owned() })
        .chain(packs)
        .collect()
}
