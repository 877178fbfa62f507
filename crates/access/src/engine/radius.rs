//! How far access goes over a snapshot: all that one slot reaches ([`Reach`]), how many reach one slot and
//! in how many steps ([`Census`]), who they are and by which ways ([`Search`]), and for everybody at once
//! about how much ([`blasts`]). Knows no rules.

mod bits;
mod census;
mod estimate;
mod reach;
mod search;

pub use self::census::{Census, Counted};
pub use self::estimate::{BLAST_ERROR, blasts, blasts_within};
pub use self::reach::{Kind, Reach, Reached};
pub use self::search::{Found, Search, Ways};
