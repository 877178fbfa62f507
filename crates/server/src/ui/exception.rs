//! Exceptions as pages: the register, the form that asks for one, one exception whole with the forms of
//! its verbs, and the one page on which a business owner decides.

pub(super) mod act;
mod cover;
pub(super) mod decide;
mod deed;
mod draft;
mod heading;
pub(super) mod list;
mod matter;
mod probe;
pub(super) mod propose;
mod pulse;
pub(super) mod renew;
#[cfg(test)]
mod sample;
mod seat;
pub(super) mod show;
pub(in crate::ui) mod told;
mod trial;
mod trouble;
mod unsigned;
mod verb;
mod wait;

#[cfg(test)]
pub(super) use sample::pages;
pub(super) use wait::waiting;
