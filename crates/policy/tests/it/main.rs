//! The policy crate from outside: what is accepted, what is refused and in which words.

mod accountable;
#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod authority;
mod calendar;
mod folder;
mod hostile;
mod matrix;
mod mutation;
mod pack;
mod refused;
mod said;
#[expect(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    reason = "what is made up here is well formed, or the test fails"
)]
mod standing;
#[expect(clippy::expect_used, reason = "a test that cannot go on fails")]
mod strength;
mod told;
mod trial;
