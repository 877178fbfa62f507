//! Projections: the columns by which lists of a noun are filtered and sorted, one file for each
//! noun, written in the transaction of the event that changes them. They repeat what the current
//! state says and can be rebuilt from it.

pub mod affected;
pub mod exception;
pub mod finding;
pub mod item;
pub mod person;
pub mod process;
pub mod review;
pub mod system;
