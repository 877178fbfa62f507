//! Who answers for what, as pages: the map of control planes and systems with its gaps, and one cell
//! with what can be said of it.

pub(super) mod act;
pub(super) mod cell;
pub(super) mod map;
#[cfg(test)]
mod sample;
mod words;

#[cfg(test)]
pub(super) use sample::pages;
pub(super) use words::waiting;
