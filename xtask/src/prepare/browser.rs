//! A real browser, its driver, and the accessibility checker that runs in it: Chromium as Debian ships
//! it, axe-core by the lock file of `web/`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::debian;
use crate::{place, run};

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

/// The script, installed by the lock file unless that was done for this very one.
fn axe(folder: &Path) -> Result<PathBuf, String> {
    let web = place::root().join("web");
    let read = |path: &Path| {
        fs::read(path).map_err(|cause| format!("cannot read `{}`: {cause}", path.display()))
    };
    let lock = read(&web.join("package-lock.json"))?;
    let script = folder.join("node_modules/axe-core/axe.min.js");
    let kept = folder.join("package-lock.json");
    if script.is_file() && fs::read(&kept).is_ok_and(|kept| kept == lock) {
        return Ok(script);
    }
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes)
            .map_err(|cause| format!("cannot write `{}`: {cause}", path.display()))
    };
    fs::create_dir_all(folder)
        .map_err(|cause| format!("cannot create `{}`: {cause}", folder.display()))?;
    write("package.json", &read(&web.join("package.json"))?)?;
    write("package-lock.json", &lock)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    run::quietly(&mut npm).map_err(|message| {
        format!("axe-core is missing: install Node.js 20 or later with npm; {message}")
    })?;
    Ok(script)
}
