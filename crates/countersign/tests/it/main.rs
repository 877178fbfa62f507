//! The binary from outside: every test starts the real `countersign` and sees what a person or a
//! script sees. One module per noun.

#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod api;
#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod chromium;
#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod cli;
mod command;
#[cfg(feature = "crash-points")]
mod crash;
mod demo;
mod graph;
#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod lab;
mod ledger;
mod policy;
mod sandbox;
mod scan;
mod started;
#[expect(clippy::indexing_slicing, reason = "a wrong index fails the test")]
mod story;
#[expect(clippy::string_slice, reason = "a wrong slice fails the test")]
mod web;
