//! Systems as pages: when each was read and how completely, and the reads that wait for a person.

pub(super) mod list;
pub(super) mod release;
pub(super) mod show;
