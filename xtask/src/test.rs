//! `cargo xtask test`: every test of the workspace against the real servers. Documentation tests
//! are a step of `ci`.

use std::process::Command;

use crate::place;
use crate::run;
use crate::servers::Servers;

/// Starts the servers, runs everything, stops the servers. `passed_on` goes to the test runner.
///
/// # Errors
/// When a server is missing in CI or a test fails.
pub(crate) fn run(passed_on: &[String]) -> Result<(), String> {
    let servers = Servers::start()?;
    let mut command = runner();
    command.args(passed_on).envs(servers.variables());
    let outcome = run::foreground(&mut command);
    drop(servers);
    outcome
}

/// The cargo profile that every step builds with, so that nothing is built twice.
pub(crate) fn cargo_profile() -> &'static str {
    if place::is_ci() { "ci" } else { "dev" }
}

fn runner() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(place::root());
    let profile = if has_nextest() {
        command.args(["nextest", "run", "--tool-config-file"]);
        command.arg(format!("xtask:{}", place::root().join("xtask/nextest.toml").display()));
        "--cargo-profile"
    } else {
        command.arg("test");
        "--profile"
    };
    command.args(["--workspace", "--all-features", "--no-fail-fast", profile, cargo_profile()]);
    command
}

fn has_nextest() -> bool {
    place::has("cargo-nextest", "--version")
}
