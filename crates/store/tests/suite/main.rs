//! What the store promises, asked on SQLite and on a real PostgreSQL.

#[cfg(test)]
mod act;
#[cfg(test)]
mod acting;
#[cfg(test)]
mod append;
#[cfg(test)]
mod both;
#[cfg(test)]
mod exception;
#[cfg(test)]
mod job;
#[cfg(test)]
mod ledger;
#[cfg(test)]
mod open;
#[cfg(test)]
mod page;
#[cfg(test)]
mod schema;
#[cfg(test)]
mod sign_in;
#[cfg(test)]
mod snapshot;
#[cfg(test)]
mod stage;
#[cfg(test)]
mod text;

#[cfg(test)]
use countersign_store::Store;
