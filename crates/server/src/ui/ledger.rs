//! The ledger as pages: its entries, and one entry with the proof that it is under the signed head.

pub(super) mod list;
mod picture;
pub(super) mod show;
mod subject;

#[cfg(test)]
pub(super) use subject::Subject;
