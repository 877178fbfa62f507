//! How far access goes over a snapshot: all that one slot reaches, all who reach one slot and in
//! how many steps, and for everybody at once about how much. Knows no rules.

mod estimate;
mod search;

pub use self::estimate::{BLAST_ERROR, blasts};
pub use self::search::{Found, Search, Ways};
