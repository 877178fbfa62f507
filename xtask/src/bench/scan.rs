//! The command `scan` over a made-up organisation of about 100,000 edges, as a person would start
//! it: process start, reading, graph, rules and output are all in the time.

use std::path::Path;
use std::process::Command;
use std::time::Instant;

use serde_json::json;

use super::organisation::{self, Size};
use super::{EACH, Figures, within};
use crate::run;

const SIZE: Size = Size { identities: 20_000, groups: 2_000, roles: 1_000, entitlements: 4_000 };
/// GNU time, which can tell the largest memory of a program.
const TIME: &str = "/usr/bin/time";

/// Generates, scans and reads the answer. Nothing when the program has no such command yet.
///
/// # Errors
/// When files cannot be written or the scan fails.
pub(super) fn measure(release: &Path, folder: &Path) -> Result<Option<Figures>, String> {
    let program = release.join("countersign");
    let asked = run::quietly(Command::new(&program).args(["scan", "--help"]));
    if !asked.is_ok_and(|output| String::from_utf8_lossy(&output.stdout).contains("--format")) {
        return Ok(None);
    }
    let folder = folder.join("organisation");
    let edges = organisation::write(&folder, SIZE)
        .map_err(|cause| format!("cannot write `{}`: {cause}", folder.display()))?;
    let with_time = Path::new(TIME).exists();
    let mut command = if with_time {
        let mut command = Command::new(TIME);
        command.args(["--format", "%M", "--quiet"]).arg(&program);
        command
    } else {
        Command::new(&program)
    };
    command.arg("scan").arg(&folder).args(["--format", "json"]);
    let begun = Instant::now();
    let output = within(EACH, &mut command)?;
    let seconds = begun.elapsed().as_secs_f64();
    // A scan with findings ends with 1: that is an answer, not a failure.
    if !matches!(output.status.code(), Some(0 | 1)) {
        return Err(format!("{}:\n{}", output.status, run::last_lines(&output.stderr)));
    }
    let answer: serde_json::Value = serde_json::from_slice(&output.stdout)
        .map_err(|cause| format!("the answer of `scan` is not JSON: {cause}"))?;
    let findings = answer.get("findings").and_then(|list| list.as_array()).map(Vec::len);
    let mut figures = Figures::new();
    figures.insert("edges".to_owned(), json!(edges));
    figures.insert("findings".to_owned(), json!(findings));
    figures.insert("seconds".to_owned(), json!((seconds * 100.0).round() / 100.0));
    let last = String::from_utf8_lossy(&output.stderr);
    let kilobytes = last.lines().last().and_then(|line| line.trim().parse::<u64>().ok());
    if let Some(kilobytes) = kilobytes.filter(|_| with_time) {
        figures.insert("memory_megabytes".to_owned(), json!(kilobytes / 1024));
    }
    Ok(Some(figures))
}
