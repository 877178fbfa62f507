//! The workloads of the access graph on made-up organisations, each checked against the plainest
//! evaluation in the same run. `cargo xtask bench w1 M` builds and runs it.

mod draw;
mod generate;
mod measure;
mod naive;
mod ours;
mod roof;
mod start;
mod w1;
mod w2;
mod w3;
mod w4;
mod w5;

use std::path::Path;
use std::process::ExitCode;

use crate::draw::{Organisation, Size, Variant, draw};

const USAGE: &str = "\
usage: bench WORKLOAD [SIZE] [VARIANT] [RULES]

  gen   writes the organisation as CSV that `countersign scan` reads, and as plain numbers, into the
        folder COUNTERSIGN_BENCH_OUT (numbers only where COUNTERSIGN_BENCH_NUMBERS is set)
  w1    how many identities meet both sides of each rule
  w2    how much one identity reaches, exactly; and all identities, nearly
  w3    one edge changes, and who meets which rule is exact again
  w4    who reaches a resource, and in how many steps
  w5    the single edges whose removal breaks most pairs of a rule and an identity
  start how soon a snapshot in a file answers: written, read, one question asked
  ours  `ours w1 FOLDER`: w1, w3 or w4 over the numbers that gen wrote, as other engines are measured
  roof  how fast this machine takes rows together that lie at random

SIZE: T, S (as without), M, L. VARIANT: base (as without), dense, giant-scc, template-clones.
RULES: how many, 1000 without. The seed is 42, or what COUNTERSIGN_BENCH_SEED says.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match run(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(message) => {
            measure::say(&message);
            ExitCode::from(2)
        }
    }
}

fn run(arguments: &[String]) -> Result<(), String> {
    match arguments.first().map(String::as_str) {
        Some("gen") => generate::write(&drawn(arguments)?),
        Some("w1") => w1::run(&drawn(arguments)?),
        Some("w2") => w2::run(&drawn(arguments)?),
        Some("w3") => w3::run(&drawn(arguments)?),
        Some("w4") => w4::run(&drawn(arguments)?),
        Some("w5") => w5::run(&drawn(arguments)?),
        Some("start") => start::run(&drawn(arguments)?),
        Some("ours") => match arguments {
            [_, workload, folder] => ours::run(workload, Path::new(folder)),
            _ => Err(USAGE.to_owned()),
        },
        Some("roof") => roof::run(),
        _ => Err(USAGE.to_owned()),
    }
}

fn drawn(arguments: &[String]) -> Result<Organisation, String> {
    let argument = |at: usize, otherwise: &'static str| {
        arguments.get(at).map_or(otherwise, String::as_str).to_owned()
    };
    let size = argument(1, "S");
    let size = Size::named(&size).ok_or_else(|| format!("no size `{size}`\n\n{USAGE}"))?;
    let variant = argument(2, "base");
    let kind =
        Variant::named(&variant).ok_or_else(|| format!("no variant `{variant}`\n\n{USAGE}"))?;
    let rules = argument(3, "1000");
    let rules = rules.parse().map_err(|_| format!("`{rules}` is no number of rules\n\n{USAGE}"))?;
    let seed = std::env::var("COUNTERSIGN_BENCH_SEED").ok();
    let seed = seed.map_or(Ok(42), |it| it.parse()).map_err(|_| "the seed is no number")?;
    let organisation = draw(size, kind, seed, rules);
    measure::say(&format!(
        "{} {variant}: {} identities, {} edges, {rules} rules, content {:016x}",
        size.name,
        size.identities,
        organisation.from.len(),
        organisation.hash()
    ));
    for ((from, to), count) in draw::CLASSES.iter().zip(organisation.classes()) {
        measure::say(&format!("  {from:?} to {to:?}: {count}"));
    }
    Ok(organisation)
}
