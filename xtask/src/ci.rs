//! `cargo xtask ci`: all that must hold before a change is taken, one step after the other, with
//! the seconds of each at the end. The steps say what is wrong themselves.

mod deny;

use std::process::Command;
use std::time::Instant;

use crate::{columns, place, run, test, tidy};

/// How a step ended.
enum Outcome {
    Done,
    /// Left out, with the reason and what to do about it.
    Skipped(String),
}

/// A name and what is run under it.
type Step = (&'static str, fn() -> Result<Outcome, String>);

/// In this order, so that what is quick to check fails first.
const STEPS: [Step; 10] = [
    ("format", || cargo(&["fmt", "--all", "--", "--check"])),
    ("tidy", || tidy::run().map(|()| Outcome::Done)),
    ("lock file", lock_file),
    ("clippy", clippy),
    ("build", || cargo_on_all(&["build", "--all-targets"])),
    ("test", || test::run(&[]).map(|()| Outcome::Done)),
    ("doc tests", || cargo_on_all(&["test", "--doc"])),
    ("documentation", documentation),
    ("reference", reference),
    ("dependencies", dependencies),
];

/// Runs the steps up to the first that fails, or with `keep_going` all of them.
///
/// # Errors
/// The name of each failed step and what it said.
pub(crate) fn run(keep_going: bool) -> Result<(), String> {
    let begun = Instant::now();
    let mut rows = vec![row("step", "seconds", "")];
    let mut failures = Vec::new();
    for (name, step) in STEPS {
        if !failures.is_empty() && !keep_going {
            rows.push(row(name, "", "not run"));
            continue;
        }
        println!("==> {name}");
        let step_begun = Instant::now();
        let outcome = step();
        let seconds = seconds_since(step_begun);
        match outcome {
            Ok(Outcome::Done) => rows.push(row(name, &seconds, "ok")),
            Ok(Outcome::Skipped(why)) => rows.push(row(name, &seconds, &format!("skipped: {why}"))),
            Err(message) => {
                rows.push(row(name, &seconds, "failed"));
                failures.push(format!("{name}: {message}"));
            }
        }
    }
    rows.push(row("total", &seconds_since(begun), ""));
    println!("\n{}", columns::aligned(&rows));
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

fn row(step: &str, seconds: &str, outcome: &str) -> Vec<String> {
    vec![step.to_owned(), format!("{seconds:>7}"), outcome.to_owned()]
}

fn seconds_since(begun: Instant) -> String {
    format!("{:.1}", begun.elapsed().as_secs_f64())
}

/// The lock file is the one that the manifests ask for. Fetches the dependencies of every platform
/// on the way, which the check of the dependencies reads without network.
fn lock_file() -> Result<Outcome, String> {
    let fetched =
        run::quietly(Command::new("cargo").args(["fetch", "--locked"]).current_dir(place::root()));
    match fetched {
        Ok(_) => Ok(Outcome::Done),
        Err(message) if place::is_ci() => {
            Err(format!("{message}run any cargo command and commit Cargo.lock"))
        }
        Err(message) => {
            eprintln!("{message}");
            Ok(Outcome::Skipped("stale, or no network; commit Cargo.lock if it changes".to_owned()))
        }
    }
}

fn clippy() -> Result<Outcome, String> {
    let mut command = on_all(&["clippy", "--all-targets"]);
    command.args(["--", "-D", "warnings"]);
    run::foreground(&mut command).map(|()| Outcome::Done)
}

fn documentation() -> Result<Outcome, String> {
    let mut command = on_all(&["doc", "--no-deps"]);
    command.env("RUSTDOCFLAGS", "-D warnings");
    run::foreground(&mut command).map(|()| Outcome::Done)
}

/// The pages of docs/reference that the program writes itself are the ones it would write now.
fn reference() -> Result<Outcome, String> {
    let folder = if place::is_ci() { "ci" } else { "debug" };
    let program = place::target().join(folder).join("countersign");
    let mut command = Command::new(program);
    command.args(["reference", "--check"]).current_dir(place::root());
    run::foreground(&mut command).map(|()| Outcome::Done)
}

fn dependencies() -> Result<Outcome, String> {
    let Some(search_path) = deny::search_path()? else {
        return Ok(Outcome::Skipped(format!("cargo-deny is missing: {}", deny::INSTALL)));
    };
    let mut command = Command::new("cargo");
    command.args(["deny", "--offline", "check", "bans", "licenses", "sources"]);
    command.env("PATH", search_path).current_dir(place::root());
    run::foreground(&mut command).map(|()| Outcome::Done)
}

fn cargo(arguments: &[&str]) -> Result<Outcome, String> {
    run::foreground(Command::new("cargo").args(arguments).current_dir(place::root()))
        .map(|()| Outcome::Done)
}

fn cargo_on_all(arguments: &[&str]) -> Result<Outcome, String> {
    run::foreground(&mut on_all(arguments)).map(|()| Outcome::Done)
}

/// One profile and always the whole workspace: another choice of packages or features would
/// build the dependencies again.
fn on_all(arguments: &[&str]) -> Command {
    let mut command = Command::new("cargo");
    command.args(arguments).current_dir(place::root());
    command.args(["--workspace", "--all-features", "--profile", test::cargo_profile()]);
    command
}
