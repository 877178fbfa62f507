//! The real servers and independent tools that the tests need: found where they are, installed
//! where that is allowed, named where it is not. It starts none of them.

mod browser;
mod debian;
mod npm;
mod provider;
mod python;

use std::fs::{self, File};
use std::path::PathBuf;

use crate::place;

/// What was found. An absent tool has a line in `missing` that says what to install.
#[derive(Debug, Default)]
pub(crate) struct Tools {
    /// Folder with the programs of PostgreSQL 15.
    pub(crate) postgres15: Option<PathBuf>,
    /// Folder with the programs of PostgreSQL 18.
    pub(crate) postgres18: Option<PathBuf>,
    /// A Python interpreter that has the independent Merkle tree implementations.
    pub(crate) python: Option<PathBuf>,
    /// A Python interpreter that has schemathesis.
    pub(crate) schemathesis: Option<PathBuf>,
    /// The driver of a browser.
    pub(crate) driver: Option<PathBuf>,
    /// The script of axe-core.
    pub(crate) axe: Option<PathBuf>,
    /// The script that starts a provider of sign-ins.
    pub(crate) provider: Option<PathBuf>,
    /// What could not be had and how to get it, one sentence each.
    pub(crate) missing: Vec<String>,
}

/// Finds or installs everything; quick when everything is there.
///
/// # Errors
/// When the folder for the tools cannot be made. A tool that cannot be had is not an error here.
pub(crate) fn prepare() -> Result<Tools, String> {
    let (folder, lock) = locked()?;
    let mut tools = Tools::default();
    match debian::postgres15() {
        Ok(found) => tools.postgres15 = Some(found),
        Err(message) => tools.missing.push(message),
    }
    match python::servers_and_trees(&folder.join("venv")) {
        Ok(found) => {
            tools.postgres18 = Some(found.postgres18);
            tools.python = Some(found.interpreter);
        }
        Err(message) => tools.missing.push(message),
    }
    match python::schemathesis(&folder.join("schemathesis")) {
        Ok(found) => tools.schemathesis = Some(found),
        Err(message) => tools.missing.push(message),
    }
    match browser::browser(&folder.join("npm")) {
        Ok(found) => {
            tools.driver = Some(found.driver);
            tools.axe = Some(found.axe);
        }
        Err(message) => tools.missing.push(message),
    }
    match provider::provider(&folder.join("provider")) {
        Ok(found) => tools.provider = Some(found),
        Err(message) => tools.missing.push(message),
    }
    drop(lock);
    Ok(tools)
}

/// The interpreter that has the engines which the access graph is measured beside; apart from the others,
/// because no test needs them.
///
/// # Errors
/// When they cannot be had: a sentence that says what to install.
pub(crate) fn peers() -> Result<PathBuf, String> {
    let (folder, _lock) = locked()?;
    python::peers(&folder.join("peers"))
}

/// The folder of the tools, held: two runs at once would install into the same one.
fn locked() -> Result<(PathBuf, File), String> {
    let folder = place::target().join("tools");
    fs::create_dir_all(&folder)
        .map_err(|cause| format!("cannot create `{}`: {cause}", folder.display()))?;
    let lock = File::create(folder.join("lock"))
        .and_then(|file| file.lock().map(|()| file))
        .map_err(|cause| format!("cannot lock `{}`: {cause}", folder.display()))?;
    Ok((folder, lock))
}
