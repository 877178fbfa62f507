//! The pages of reviews: the list, a plan, how far one is, what waits for the one who looks, and one item
//! with what stands beside a decision. All of it works by links and forms.

pub(super) mod act;
pub(super) mod item;
pub(super) mod list;
pub(super) mod plan;
pub(super) mod queue;
#[cfg(test)]
pub(super) mod sample;
pub(super) mod show;
mod waits;
mod words;

pub(super) use waits::waiting;
