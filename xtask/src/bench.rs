//! `cargo xtask bench`: first figures, from release builds, in under two minutes. It starts each
//! bench as a program of its own and repeats what it prints; it measures only what is a command
//! of the product.
//!
//! A bench is an example of a crate, with the address of a database as its argument where it needs
//! one. Its last line on standard output is one JSON object; each number in it is a figure, its
//! key the name and unit (`acts_per_second`).

mod organisation;
mod peers;
mod scan;
mod start;

use std::ffi::OsString;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use serde_json::{Map, Value};

use crate::servers::{self, Servers};
use crate::{columns, place, run};

/// All benches together, building left out.
const WHOLE: Duration = Duration::from_secs(120);
/// A bench that takes longer is stopped and reported.
const EACH: Duration = Duration::from_secs(45);

/// Names of figures and their values.
type Figures = Map<String, Value>;

/// The database that a bench is given as its argument.
enum Database {
    None,
    /// A new file in the folder of the benches.
    Sqlite,
    /// A throw-away server, which does without fsync, or the one that the environment names.
    Postgres15,
}

/// One example, once: what the table calls it, its file and its database.
struct Bench {
    name: &'static str,
    example: &'static str,
    database: Database,
}

const BENCHES: [Bench; 3] = [
    Bench { name: "ledger, append and verify", example: "append_verify", database: Database::None },
    Bench { name: "act, SQLite", example: "act", database: Database::Sqlite },
    Bench { name: "act, PostgreSQL 15 (no fsync)", example: "act", database: Database::Postgres15 },
];

/// Without arguments builds, runs and prints everything; with arguments runs one workload of the access
/// graph. A bench that is not built yet is said and no failure.
///
/// # Errors
/// When the build or a bench fails, or all together take longer than two minutes.
pub(crate) fn run(arguments: &[String]) -> Result<(), String> {
    match arguments.split_first() {
        Some((first, rest)) if first == "peers" => return peers::run(rest),
        Some((first, rest)) if first == "policy" => return policy(rest),
        Some(_) if start::is_meant(arguments) => return start::run(arguments),
        Some(_) => return workload(arguments),
        None => {}
    }
    build()?;
    let servers = Servers::start()?;
    let begun = Instant::now();
    let mut rows = vec![row("bench", "figure", "value")];
    let mut failures = Vec::new();
    for bench in &BENCHES {
        report(bench.name, measure(bench, &servers), &mut rows, &mut failures);
    }
    let scanned = scan::measure(&release(), &place::target().join("bench"));
    report("scan of CSV", scanned, &mut rows, &mut failures);
    let seconds = begun.elapsed().as_secs_f64();
    rows.push(row("all", "seconds", &format!("{seconds:.1}")));
    println!("\n{}", columns::aligned(&rows));
    if begun.elapsed() > WHOLE {
        failures.push(format!("{seconds:.0} s are more than two minutes: make a bench smaller"));
    }
    if failures.is_empty() { Ok(()) } else { Err(failures.join("\n")) }
}

/// Runs in the foreground and as long as it takes: the large organisations take their time.
fn workload(arguments: &[String]) -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(["run", "--quiet", "--release", "--package", "countersign-access"]);
    command.args(["--example", "workload", "--"]).args(arguments);
    run::foreground(command.current_dir(place::root()))
}

/// What a folder of policies costs to load, to test and to ask, and what part of a whole act the question
/// is; each bar stands beside its figure.
fn policy(rest: &[String]) -> Result<(), String> {
    for (package, example) in
        [("countersign-policy", "policy-speed"), ("countersign-server", "authority-share")]
    {
        let mut command = Command::new("cargo");
        command.args(["run", "--quiet", "--release", "--package", package, "--example", example]);
        command.arg("--").args(rest);
        run::foreground(command.current_dir(place::root()))?;
    }
    Ok(())
}

fn report(
    name: &str,
    outcome: Result<Option<Figures>, String>,
    rows: &mut Vec<Vec<String>>,
    failures: &mut Vec<String>,
) {
    match outcome {
        Ok(Some(figures)) => {
            for (figure, value) in figures.iter().filter(|(_, value)| value.is_number()) {
                rows.push(row(name, figure, &value.to_string()));
            }
        }
        Ok(None) => rows.push(row(name, "not built", "")),
        Err(message) => {
            rows.push(row(name, "failed", ""));
            failures.push(format!("{name}: {message}"));
        }
    }
}

fn row(bench: &str, figure: &str, value: &str) -> Vec<String> {
    vec![bench.to_owned(), figure.to_owned(), value.to_owned()]
}

fn build() -> Result<(), String> {
    let mut command = Command::new("cargo");
    command.args(["build", "--release", "--workspace", "--bins", "--examples"]);
    run::foreground(command.current_dir(place::root()))
}

fn release() -> PathBuf {
    place::target().join("release")
}

fn measure(bench: &Bench, servers: &Servers) -> Result<Option<Figures>, String> {
    let program = release().join("examples").join(bench.example);
    if !program.exists() {
        return Ok(None);
    }
    let mut command = Command::new(program);
    command.current_dir(place::root());
    match bench.database {
        Database::None => {}
        Database::Sqlite => {
            let folder = new_folder("act")?;
            command.arg(format!("sqlite://{}", folder.join("store.db").display()));
        }
        Database::Postgres15 => {
            let address = postgres15(servers).ok_or("no PostgreSQL 15 on this machine")?;
            command.arg(address);
        }
    }
    let output = within(EACH, &mut command)?;
    if !output.status.success() {
        return Err(format!("{}:\n{}", output.status, run::last_lines(&output.stderr)));
    }
    figures(&output.stdout).map(Some)
}

/// An empty folder among what is built, without what an earlier run left there.
fn new_folder(name: &str) -> Result<PathBuf, String> {
    let folder = place::target().join("bench").join(name);
    let emptied = if folder.exists() { fs::remove_dir_all(&folder) } else { Ok(()) };
    emptied
        .and_then(|()| fs::create_dir_all(&folder))
        .map_err(|cause| format!("cannot empty `{}`: {cause}", folder.display()))?;
    Ok(folder)
}

fn postgres15(servers: &Servers) -> Option<OsString> {
    let started = servers.variables().find(|(name, _)| *name == servers::PG15);
    started.map(|(_, value)| value.clone()).or_else(|| std::env::var_os(servers::PG15))
}

/// The figures on the last line of what a bench printed.
fn figures(printed: &[u8]) -> Result<Figures, String> {
    let text = String::from_utf8_lossy(printed);
    let line = text.lines().rev().find(|line| !line.trim().is_empty()).unwrap_or_default();
    serde_json::from_str(line)
        .map_err(|cause| format!("its last line is not one JSON object: {cause}: `{line}`"))
}

/// Runs `command` to its end, or stops it when the time is over.
fn within(limit: Duration, command: &mut Command) -> Result<Output, String> {
    let name = Path::new(command.get_program()).display().to_string();
    let child = command
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .map_err(|cause| format!("cannot start `{name}`: {cause}"))?;
    let id = child.id();
    let (sender, receiver) = channel();
    std::thread::spawn(move || sender.send(child.wait_with_output()));
    let Ok(ended) = receiver.recv_timeout(limit) else {
        run::end(id, "KILL");
        return Err(format!("`{name}` took longer than {} s and was stopped", limit.as_secs()));
    };
    ended.map_err(|cause| format!("cannot wait for `{name}`: {cause}"))
}

#[cfg(test)]
mod tests {
    use super::figures;

    #[test]
    fn the_last_line_of_a_bench_carries_its_figures() {
        let read = figures(b"warming up\n{\"acts_per_second\": 12.5}\n\n").unwrap();
        assert_eq!(read.get("acts_per_second").unwrap(), 12.5);
    }

    #[test]
    fn a_bench_that_prints_no_figures_is_a_failure() {
        for printed in ["", "done\n", "[1]\n"] {
            let message = figures(printed.as_bytes()).unwrap_err();
            assert!(message.starts_with("its last line is not one JSON object"), "{message}");
        }
    }
}
