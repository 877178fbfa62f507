//! The policy as pages: what its tiers ask for, who may do what by it, what it would say, what its tests
//! say, and how it came to be; and the forms by which it is changed.

pub(super) mod act;
mod consequence;
mod deed;
pub(super) mod history;
pub(super) mod matrix;
pub(super) mod may;
mod picture;
pub(super) mod propose;
#[cfg(test)]
pub(super) mod sample;
pub(super) mod show;
pub(super) mod tests;
mod typed;
pub(super) mod what_if;

/// The pages about the policy: words, address, and whether it is the one that is shown.
fn tabs(here: &str) -> Vec<(&'static str, &'static str, bool)> {
    [
        ("Tiers", "/policy"),
        ("Who may do what", "/policy/matrix"),
        ("What if", "/policy/what-if"),
        ("Tests", "/policy/tests"),
        ("History", "/policy/history"),
    ]
    .map(|(words, address)| (words, address, address == here))
    .to_vec()
}

/// The beginning of a digest, by which people tell policies apart.
fn short(digest: &str) -> String {
    digest.chars().take(12).collect()
}
