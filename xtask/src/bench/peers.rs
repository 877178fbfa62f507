//! The access graph beside other engines, over the same files: each workload of each engine in a process
//! of its own, what loading took kept apart, and answers compared number by number before any ratio is
//! printed. It installs what it measures: pinned Python packages, and one Rust program with a lock
//! file of its own.

use std::fs;
use std::path::PathBuf;
use std::process::Command;
use std::time::Duration;

use serde_json::Value;

use super::{Figures, within};
use crate::prepare;
use crate::{columns, place, run};

/// A peer that takes longer is stopped and reported.
const EACH: Duration = Duration::from_secs(30 * 60);

/// Another engine and the workloads that it runs.
struct Peer {
    name: &'static str,
    program: Program,
    workloads: &'static [&'static str],
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Program {
    /// A file of `xtask/peers`.
    Python(&'static str),
    /// The crate in `xtask/peers/differential`: only where asked for, it holds gigabytes.
    Differential,
}

const PEERS: [Peer; 3] = [
    Peer { name: "igraph", program: Program::Python("igraph_peer.py"), workloads: &["w1", "w4"] },
    Peer { name: "DuckDB", program: Program::Python("duckdb_peer.py"), workloads: &["w1"] },
    Peer { name: "differential-dataflow", program: Program::Differential, workloads: &["w3"] },
];

const USAGE: &str =
    "usage: cargo xtask bench peers [SIZE] [differential]: SIZE is T, S (as without), M or L";

/// Draws the organisation, runs every engine over it and prints the table.
///
/// # Errors
/// When something cannot be installed or fails, or when an answer differs from ours.
pub(super) fn run(arguments: &[String]) -> Result<(), String> {
    let (size, with_differential) = match arguments {
        [] => ("S", false),
        [only] if only == "differential" => ("S", true),
        [size] => (size.as_str(), false),
        [size, other] if other == "differential" => (size.as_str(), true),
        _ => return Err(USAGE.to_owned()),
    };
    let ours = workload_program()?;
    let python = prepare::peers()?;
    let folder = super::new_folder(&format!("peers-{size}"))?;
    let mut draw = Command::new(&ours);
    draw.args(["gen", size]).env("COUNTERSIGN_BENCH_OUT", &folder);
    run::foreground(draw.env("COUNTERSIGN_BENCH_NUMBERS", "1"))?;
    let mut rows = vec![heading()];
    for workload in ["w1", "w4", "w3"] {
        if workload == "w3" && !with_differential {
            continue;
        }
        let mut command = Command::new(&ours);
        let our_figures = measured(command.args(["ours", workload]).arg(&folder))?;
        rows.push(row("Countersign", workload, &our_figures, None)?);
        for peer in PEERS.iter().filter(|peer| peer.workloads.contains(&workload)) {
            let mut command = match peer.program {
                Program::Python(file) => {
                    let mut command = Command::new(&python);
                    command.arg(place::root().join("xtask/peers").join(file)).arg(workload);
                    command
                }
                Program::Differential => Command::new(differential_program()?),
            };
            // Nothing is left beside the sources.
            command.env("PYTHONDONTWRITEBYTECODE", "1").arg(&folder);
            let figures = measured(&mut command).map_err(|why| format!("{}: {why}", peer.name))?;
            same(&our_figures, &figures)
                .map_err(|why| format!("{}, {workload}: {why}: no ratio is printed", peer.name))?;
            rows.push(row(peer.name, workload, &figures, Some(&our_figures))?);
        }
    }
    println!("\n{}", columns::aligned(&rows));
    println!("all answers are the same, number by number");
    fs::remove_dir_all(&folder).map_err(|cause| format!("`{}`: {cause}", folder.display()))
}

fn workload_program() -> Result<PathBuf, String> {
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "--package", "countersign-access"]);
    run::foreground(command.args(["--example", "workload"]).current_dir(place::root()))?;
    Ok(super::release().join("examples/workload"))
}

fn differential_program() -> Result<PathBuf, String> {
    let target = place::target().join("peers");
    let manifest = place::root().join("xtask/peers/differential/Cargo.toml");
    let mut command = Command::new("cargo");
    command.args(["build", "--quiet", "--release", "--locked", "--manifest-path"]).arg(manifest);
    run::foreground(command.arg("--target-dir").arg(&target).current_dir(place::root()))?;
    Ok(target.join("release/differential-peer"))
}

/// The one line of figures that an engine prints.
fn measured(command: &mut Command) -> Result<Figures, String> {
    let output = within(EACH, command.current_dir(place::root()))?;
    if !output.status.success() {
        return Err(format!("{}:\n{}", output.status, run::last_lines(&output.stderr)));
    }
    super::figures(&output.stdout)
}

/// Compares two answers.
///
/// # Errors
/// The first number that differs.
fn same(ours: &Figures, theirs: &Figures) -> Result<(), String> {
    let answer = |figures: &Figures| {
        let numbers = figures.get("answer").and_then(Value::as_array).cloned();
        numbers.filter(|numbers| !numbers.is_empty()).ok_or("an answer is missing")
    };
    let (ours, theirs) = (answer(ours)?, answer(theirs)?);
    if ours.len() != theirs.len() {
        return Err(format!("{} numbers answer, ours are {}", theirs.len(), ours.len()));
    }
    let differs = ours.iter().zip(&theirs).enumerate().find(|(_, (ours, theirs))| ours != theirs);
    match differs {
        Some((at, (ours, theirs))) => Err(format!("number {at} is {theirs}, ours is {ours}")),
        None => Ok(()),
    }
}

fn heading() -> Vec<String> {
    ["engine", "workload", "cpu s", "wall s", "load cpu s", "peak MB", "ratio to ours", "notes"]
        .map(str::to_owned)
        .to_vec()
}

/// `ours` is what a peer is compared with.
fn row(
    engine: &str,
    workload: &str,
    figures: &Figures,
    ours: Option<&Figures>,
) -> Result<Vec<String>, String> {
    let cpu = number(figures, "cpu")?;
    let ours_cpu = ours.map(|ours| number(ours, "cpu")).transpose()?;
    let ratio = ours_cpu.map(|ours| format!("{:.1}", cpu / ours.max(1e-9)));
    let seconds = |name: &str| number(figures, name).map(|it| format!("{it:.4}"));
    Ok(vec![
        engine.to_owned(),
        workload.to_owned(),
        seconds("cpu")?,
        seconds("wall")?,
        seconds("load_cpu")?,
        format!("{:.0}", number(figures, "peak_megabytes")?),
        ratio.unwrap_or_default(),
        notes(figures, ours),
    ])
}

/// What only some engines tell; of changes also how often as long as ours they take.
fn notes(figures: &Figures, ours: Option<&Figures>) -> String {
    let mut notes = Vec::new();
    if let Ok(running) = number(figures, "running_megabytes") {
        notes.push(format!("{running:.0} MB while it ran"));
    }
    for (name, what) in
        [("identity_microseconds", "identity"), ("structural_microseconds", "structural")]
    {
        let Some(three) = three(figures, name) else { continue };
        let told = three.map(|it| format!("{it:.1}")).join(" / ");
        let ratios = ours.and_then(|ours| self::three(ours, name)).map(|ours| {
            let both = three.iter().zip(ours);
            let ratios = both.map(|(it, ours)| format!("{:.1}x", it / ours.max(1e-3)));
            format!(" ({})", ratios.collect::<Vec<_>>().join(" / "))
        });
        let ratios = ratios.unwrap_or_default();
        notes.push(format!("{what} p50 / p99 / most {told} us{ratios}"));
    }
    notes.join(", ")
}

/// Half, 99 of 100 and all within so much.
fn three(figures: &Figures, name: &str) -> Option<[f64; 3]> {
    let three: Vec<f64> = figures.get(name)?.as_array()?.iter().filter_map(Value::as_f64).collect();
    three.try_into().ok()
}

fn number(figures: &Figures, name: &str) -> Result<f64, String> {
    figures.get(name).and_then(Value::as_f64).ok_or_else(|| format!("no figure `{name}`"))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{Figures, notes, same};

    fn answer(numbers: &[u64]) -> Figures {
        Figures::from_iter([("answer".to_owned(), json!(numbers))])
    }

    #[test]
    fn answers_are_the_same_only_number_by_number() {
        assert_eq!(same(&answer(&[1, 2]), &answer(&[1, 2])), Ok(()));
        let different = same(&answer(&[1, 2]), &answer(&[1, 3])).unwrap_err();
        assert_eq!(different, "number 1 is 3, ours is 2");
        assert!(same(&answer(&[1, 2]), &answer(&[1])).is_err());
    }

    #[test]
    fn no_answer_is_the_same_as_none() {
        assert!(same(&answer(&[]), &answer(&[])).is_err());
        assert!(same(&Figures::new(), &Figures::new()).is_err());
    }

    #[test]
    fn changes_are_told_with_ratios_to_ours() {
        let figures = |three: [f64; 3]| {
            Figures::from_iter([("identity_microseconds".to_owned(), json!(three))])
        };
        let (ours, theirs) = (figures([2.0, 4.0, 8.0]), figures([200.0, 300.0, 400.0]));
        let alone = "identity p50 / p99 / most 2.0 / 4.0 / 8.0 us";
        assert_eq!(notes(&ours, None), alone);
        let beside = "identity p50 / p99 / most 200.0 / 300.0 / 400.0 us (100.0x / 75.0x / 50.0x)";
        assert_eq!(notes(&theirs, Some(&ours)), beside);
    }
}
