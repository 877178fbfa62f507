//! The ledger, pure: canonical bytes of events, the Merkle tree over them, proofs, signed
//! checkpoints, and the offline verification of an export. It reads no file and no clock, makes no
//! random numbers and knows nothing of what an event means; storing, sealing and serving are done
//! elsewhere.
//!
//! Order for a reader: [`canonical`] (which bytes), [`leaf`] (what is hashed), [`text`] (what is
//! not), [`tree`] and [`proof`] (RFC 6962), [`key`] and [`note`] (signatures), [`tile`] (for
//! mirrors), [`export`] (the whole check), [`pack`] (the check of one case).

#![forbid(unsafe_code)]

pub mod canonical;
mod encode;
pub mod export;
mod frontier;
mod hash;
pub mod key;
pub mod leaf;
pub mod note;
pub mod pack;
pub mod proof;
pub mod text;
pub mod tile;
pub mod tree;
