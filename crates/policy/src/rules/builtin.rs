//! The rule packs that come with the product, as text: what is hashed is what was read.

/// Name and text of every built-in pack, in order of name.
pub(crate) const BUILTIN: [(&str, &str); 3] = [
    ("business.toml", include_str!("../../../../policies/rules/business.toml")),
    ("kubernetes.toml", include_str!("../../../../policies/rules/kubernetes.toml")),
    ("postgres.toml", include_str!("../../../../policies/rules/postgres.toml")),
];

/// Name and text of the tests beside them.
pub(crate) const BUILTIN_TESTS: [(&str, &str); 3] = [
    ("business.test.toml", include_str!("../../../../policies/rules/business.test.toml")),
    ("kubernetes.test.toml", include_str!("../../../../policies/rules/kubernetes.test.toml")),
    ("postgres.test.toml", include_str!("../../../../policies/rules/postgres.test.toml")),
];
