//! `cargo xtask bench start sqlite|postgres [EDGES]`: how soon a server has its graph from what is stored.
//! Filling and loading are programs of their own, so that the peak of memory is that of a start. What was
//! just written lies in memory: a disk is not measured.

use std::ffi::OsString;
use std::process::Command;

use super::{new_folder, postgres15, release};
use crate::servers::Servers;
use crate::{place, run};

/// Whether these arguments are of this bench, and not of the one about a snapshot in a file.
pub(super) fn is_meant(arguments: &[String]) -> bool {
    matches!(arguments, [first, database, ..] if first == "start" && is_database(database))
}

fn is_database(name: &str) -> bool {
    matches!(name, "sqlite" | "postgres")
}

/// Fills a database and loads it.
///
/// # Errors
/// When it cannot be built, there is no such database here, or a step fails.
pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "--package", "countersign-store"]);
    run::foreground(command.args(["--example", "start"]).current_dir(place::root()))?;
    let is_sqlite = arguments.get(1).is_some_and(|it| it == "sqlite");
    // They run as long as they are held.
    let servers = if is_sqlite { None } else { Some(Servers::start()?) };
    let url = match &servers {
        None => {
            OsString::from(format!("sqlite:{}", new_folder("start")?.join("store.db").display()))
        }
        Some(servers) => postgres15(servers).ok_or("no PostgreSQL 15 on this machine")?,
    };
    let program = release().join("examples").join("start");
    let step = |what: &str| {
        let mut command = Command::new(&program);
        command.arg(what).arg(&url);
        command
    };
    run::foreground(step("fill").args(arguments.get(2)))?;
    run::foreground(&mut step("load"))
}
