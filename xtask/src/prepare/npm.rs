//! Packages of npm, by a lock file of ours: installed into a folder unless that was done for this very
//! file. Runs no script of any package.

use std::fs;
use std::path::Path;
use std::process::Command;

use crate::run;

/// Installs what the lock file in `source` names into `folder`, where `wanted` is there afterwards.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn install(source: &Path, folder: &Path, wanted: &Path) -> Result<(), String> {
    let read = |path: &Path| {
        fs::read(path).map_err(|cause| format!("cannot read `{}`: {cause}", path.display()))
    };
    let lock = read(&source.join("package-lock.json"))?;
    let kept = folder.join("package-lock.json");
    if wanted.exists() && fs::read(&kept).is_ok_and(|kept| kept == lock) {
        return Ok(());
    }
    let write = |name: &str, bytes: &[u8]| {
        let path = folder.join(name);
        fs::write(&path, bytes)
            .map_err(|cause| format!("cannot write `{}`: {cause}", path.display()))
    };
    fs::create_dir_all(folder)
        .map_err(|cause| format!("cannot create `{}`: {cause}", folder.display()))?;
    write("package.json", &read(&source.join("package.json"))?)?;
    write("package-lock.json", &lock)?;
    let mut npm = Command::new("npm");
    npm.args(["ci", "--ignore-scripts", "--no-audit", "--no-fund"]).current_dir(folder);
    run::quietly(&mut npm).map(drop).map_err(|message| {
        let what = wanted.file_name().unwrap_or_default().to_string_lossy();
        format!("`{what}` is missing: install Node.js 20 or later with npm; {message}")
    })
}
