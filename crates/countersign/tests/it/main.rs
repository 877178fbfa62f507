//! The binary from outside: every test starts the real `countersign` and sees what a person or a
//! script sees. One module per noun.

mod command;
mod graph;
mod sandbox;
mod scan;
