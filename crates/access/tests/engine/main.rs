//! The engine from outside: what it finds, what it answers, and the laws that hold on any graph.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "a test that cannot write its own facts should stop there"
)]

mod behind;
mod breaks;
mod cutting;
mod depth;
mod file;
mod held;
mod judging;
mod kernels_watched;
mod live;
mod moving;
mod oracle;
mod property;
mod querying;
mod radius;
mod renewing;
mod sources;
mod sweep;
mod watching;
mod ways;
mod within;
mod world;
