//! `cargo xtask`: the project's own chores. It drives cargo and the real servers; no code of the
//! product lives here.
#![expect(
    clippy::print_stdout,
    clippy::print_stderr,
    reason = "a program for the terminal of a developer and for the log of CI"
)]

mod bench;
mod ci;
mod cluster;
mod columns;
mod place;
mod prepare;
mod provider;
mod run;
mod servers;
mod test;
mod tidy;

use std::process::ExitCode;

const USAGE: &str = "\
usage: cargo xtask COMMAND

  test [-- ARGUMENT..] every test, against real servers; arguments go to the test runner
  ci [--keep-going]    all that must hold before a change is taken, with seconds per step;
                       stops at the first failure unless told otherwise
  bench                first figures of ledger, act and scan from release builds
  bench WORKLOAD ..    a workload of the access graph: w1, w2, w4, w5, start, roof, gen; what
                       follows says which organisation (`bench w1 M`), and `bench help` names all
                       there are
  bench policy         a folder of 200 policies: to load, to ask, and its part of a whole act
  bench start sqlite|postgres [EDGES]
                       how soon a server has its graph from a database
  bench peers [SIZE] [differential]
                       the same beside DuckDB and igraph, with equal answers or no ratio; and
                       beside differential-dataflow, which takes gigabytes
  tidy                 what a review would forget: directions, rings, lengths, names, shelves,
                       places where the two databases differ
  servers              start the real servers, print their addresses, stay until Ctrl-C
";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            eprintln!("{message}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<(), String> {
    run::watch_signals()?;
    match arguments.first().map(String::as_str) {
        Some("test") => test::run(after_dashes(arguments)),
        Some("ci") => ci::run(arguments.iter().any(|argument| argument == "--keep-going")),
        Some("bench") => bench::run(after_dashes(arguments)),
        Some("tidy") => tidy::run(),
        Some("servers") => servers::keep_up(),
        Some(other) => Err(format!("unknown command `{other}`\n\n{USAGE}")),
        None => Err(USAGE.to_owned()),
    }
}

/// What follows the command; the two dashes before it may be left out.
fn after_dashes(arguments: &[String]) -> &[String] {
    match arguments {
        [_, dashes, rest @ ..] if dashes == "--" => rest,
        [_, rest @ ..] => rest,
        [] => &[],
    }
}
