//! Findings as pages: the list, one finding whole, and the forms of its verbs.

pub(super) mod act;
mod affected;
mod chip;
mod deed;
pub(super) mod list;
pub(super) mod order;
pub(super) mod path;
mod read;
#[cfg(test)]
mod sample;
pub(super) mod show;
pub(in crate::ui) mod told;

pub(super) use read::{rule, short, titles};
#[cfg(test)]
pub(super) use sample::samples;
pub(super) use told::{Told, since};
