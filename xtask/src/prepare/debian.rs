//! PostgreSQL 15 as Debian 12 ships it, and how packages are installed there: with `apt-get`, as the
//! superuser only; every other machine is told the name of what it needs.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{place, run};

const PACKAGE: &str = "postgresql-15";
/// Where Debian, Red Hat and Homebrew (ARM, Intel) put the programs.
const FOLDERS: [&str; 4] = [
    "/usr/lib/postgresql/15/bin",
    "/usr/pgsql-15/bin",
    "/opt/homebrew/opt/postgresql@15/bin",
    "/usr/local/opt/postgresql@15/bin",
];

/// The folder with `initdb` and `postgres` of version 15.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn postgres15() -> Result<PathBuf, String> {
    if let Some(found) = find() {
        return Ok(found);
    }
    let wanted = format!("PostgreSQL 15 is missing: install `{PACKAGE}` (Debian 12)");
    if !(place::is_debian() && place::is_root()) {
        return Err(format!("{wanted} or `postgresql@15` (Homebrew), then try again"));
    }
    install(&[PACKAGE]).map_err(|message| format!("{wanted}; {message}"))?;
    find().ok_or(wanted)
}

fn find() -> Option<PathBuf> {
    let mut folders = FOLDERS.iter().map(PathBuf::from);
    folders.find(|folder| runs(folder, "postgres") && runs(folder, "initdb"))
}

fn runs(folder: &Path, program: &str) -> bool {
    place::has(&folder.join(program).to_string_lossy(), "--version")
}

/// Installs packages.
///
/// # Errors
/// What `apt-get` said.
pub(super) fn install(packages: &[&str]) -> Result<(), String> {
    eprintln!("installing {} with apt-get", packages.join(", "));
    run::quietly(apt().arg("update"))?;
    let mut install = apt();
    install.args(["install", "-y", "--no-install-recommends"]).args(packages);
    run::quietly(&mut install).map(drop)
}

fn apt() -> Command {
    let mut command = Command::new("apt-get");
    command.env("DEBIAN_FRONTEND", "noninteractive");
    command
}
