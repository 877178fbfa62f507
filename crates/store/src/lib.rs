//! The only crate with SQL: events, current states, projections, outbox, staged runs and ledger
//! leaves, on SQLite (embedded) and PostgreSQL (many nodes); and beside the database the file that a
//! graph's snapshot is kept in. `Store::transact` is the one way to
//! write; what is stored is bytes and columns, and what they mean is decided elsewhere. Reads no
//! clock and makes no random numbers: instants and ids come in as arguments.

pub mod account;
#[cfg(test)]
#[path = "../tests/suite/both.rs"]
#[expect(dead_code, reason = "the integration tests use the rest")]
mod both;
mod compress;
mod cursor;
pub mod device;
mod digest;
pub mod draft;
mod driver;
pub mod event;
mod fault;
mod group;
pub mod idempotency;
pub mod job;
pub mod lease;
pub mod link;
mod migrate;
pub mod project;
pub mod provider;
pub mod reached;
pub mod read;
pub mod seal;
mod serial;
pub mod session;
pub mod snapshot;
pub mod stage;
pub mod state;
mod statement;
mod store;
pub mod text;
pub mod token;
mod tx;
mod value;
mod work;

pub use cursor::{PAGE_MAX, Page};
pub use event::Event;
pub use fault::{Fault, Kind};
pub use job::Job;
pub use lease::Fence;
pub use state::State;
pub use store::Store;
pub use tx::{Ask, Doing, Tx};
