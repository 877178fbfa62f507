//! The rule packs that come with the product, as text: what is hashed is what was read.

/// Name and text of every built-in pack, in order of name.
pub(crate) const BUILTIN: [(&str, &str); 3] = [
    ("business.toml", include_str!("../../../../policies/rules/business.toml")),
    ("kubernetes.toml", include_str!("../../../../policies/rules/kubernetes.toml")),
    ("postgres.toml", include_str!("../../../../policies/rules/postgres.toml")),
];
