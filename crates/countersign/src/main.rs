//! The binary: command line and wiring. What a command does stands in the file of its name.

mod accountability;
mod cli;
mod client;
mod clock;
mod demo;
mod evidence;
mod exception;
mod exit;
mod files;
mod finding;
mod folder;
mod graph;
mod init;
mod instance;
mod ledger;
mod log;
mod open;
mod output;
mod person;
mod policy;
mod process;
mod progress;
mod reference;
mod review;
mod rules;
mod run;
mod sandbox;
mod scan;
mod serve;
mod sign_in;
mod system;
mod token;

use std::process::ExitCode;

#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cli::run()
}
