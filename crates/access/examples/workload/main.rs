//! The workloads of the access graph, on made-up organisations: `gen`, `w1`.
//! `cargo xtask bench w1 --size M` builds and runs it.

mod draw;
mod measure;
mod naive;
mod w1;

use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match w1::run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            measure::say(&format!("error: {message}"));
            ExitCode::from(2)
        }
    }
}
