//! A real browser, its driver, and the accessibility checker that runs in it: Chromium as Debian ships
//! it, axe-core by the lock file of `web/`.

use std::path::{Path, PathBuf};

use super::{debian, npm};
use crate::place;

const PACKAGES: [&str; 2] = ["chromium", "chromium-driver"];

/// What the browser tests need.
#[derive(Debug)]
pub(super) struct Browser {
    /// The driver; it finds Chromium by itself.
    pub(super) driver: PathBuf,
    /// The script of axe-core.
    pub(super) axe: PathBuf,
}

/// Finds or installs them; `folder` is where the script is kept.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn browser(folder: &Path) -> Result<Browser, String> {
    Ok(Browser { driver: driver()?, axe: axe(folder)? })
}

fn driver() -> Result<PathBuf, String> {
    let there = || place::has("chromedriver", "--version") && has_chromium();
    if !there() {
        let wanted = "a browser for the tests is missing: install `chromium` and `chromium-driver`";
        if !(place::is_debian() && place::is_root()) {
            return Err(format!("{wanted} (Debian), or `chromium` and `chromedriver` (Homebrew)"));
        }
        debian::install(&PACKAGES).map_err(|message| format!("{wanted}; {message}"))?;
        if !there() {
            return Err(wanted.to_owned());
        }
    }
    Ok(PathBuf::from("chromedriver"))
}

fn has_chromium() -> bool {
    ["chromium", "google-chrome", "chrome"].iter().any(|name| place::has(name, "--version"))
}

/// The script, by the lock file of what browsers load.
fn axe(folder: &Path) -> Result<PathBuf, String> {
    let script = folder.join("node_modules/axe-core/axe.min.js");
    npm::install(&place::root().join("web"), folder, &script)?;
    Ok(script)
}
