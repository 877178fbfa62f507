//! Where the project lies and on what kind of machine it runs. Reads the surroundings only; it
//! changes nothing.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

/// The root of the workspace, wherever the command was typed.
pub(crate) fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// The folder of everything built, as cargo itself would choose it.
pub(crate) fn target() -> PathBuf {
    match std::env::var_os("CARGO_TARGET_DIR") {
        Some(folder) if !folder.is_empty() => root().join(folder),
        _ => root().join("target"),
    }
}

/// True where a missing server or tool is a failure instead of a remark.
pub(crate) fn is_ci() -> bool {
    std::env::var("CI").is_ok_and(|value| value == "true" || value == "1")
}

/// True for the superuser, under whom PostgreSQL refuses to run.
pub(crate) fn is_root() -> bool {
    Command::new("id")
        .arg("-u")
        .output()
        .is_ok_and(|output| String::from_utf8_lossy(&output.stdout).trim() == "0")
}

/// True where `apt-get` can install what is missing.
pub(crate) fn is_debian() -> bool {
    Path::new("/etc/debian_version").exists() && has("apt-get", "--version")
}

/// True when `program` can be started with the harmless argument `ask`.
pub(crate) fn has(program: &str, ask: &str) -> bool {
    Command::new(program)
        .arg(ask)
        .current_dir(root())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}
