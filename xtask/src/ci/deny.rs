//! cargo-deny: where it is and, in CI, how it gets there. What it checks stands in deny.toml.

use std::ffi::OsString;
use std::process::Command;

use crate::{place, run};

const VERSION: &str = "0.20.2";
/// What a person types to get it.
pub(super) const INSTALL: &str = "cargo install --locked cargo-deny --version 0.20.2";

/// The search path on which cargo finds cargo-deny. CI installs it once into the folder of the
/// tools; on a laptop its absence is an answer.
///
/// # Errors
/// When the installation fails.
pub(super) fn search_path() -> Result<Option<OsString>, String> {
    let path = std::env::var_os("PATH").unwrap_or_default();
    if is_known() {
        return Ok(Some(path));
    }
    let tools = place::target().join("tools");
    let binaries = tools.join("bin");
    let installed = place::has(&binaries.join("cargo-deny").to_string_lossy(), "--version");
    if !installed && !place::is_ci() {
        return Ok(None);
    }
    if !installed {
        let mut command = Command::new("cargo");
        command.args(["install", "--locked", "cargo-deny", "--version", VERSION, "--root"]);
        // Its build is kept apart, or it would stay among ours.
        command.arg(&tools).env_remove("CARGO_TARGET_DIR");
        run::foreground(&mut command)?;
    }
    let folders = std::iter::once(binaries).chain(std::env::split_paths(&path));
    std::env::join_paths(folders)
        .map(Some)
        .map_err(|cause| format!("the search path cannot be extended: {cause}"))
}

/// Cargo also looks into its own folder of programs, which need not be on the search path.
fn is_known() -> bool {
    run::quietly(Command::new("cargo").args(["deny", "--version"])).is_ok()
}
