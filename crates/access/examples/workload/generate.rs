//! Writes the organisation twice: as CSV that any tool and `countersign scan` read, and as plain numbers
//! for programs that are measured beside this one.
//!
//! Numbers are unsigned, of 32 bits, little end first. `from.u32` and `to.u32` are the edges;
//! `rules.u32` is for each rule two sides, each as how many permissions and which; `asked.u32` are the
//! resources that W4 asks about, `changes.u32` the places of the edges that W3 removes and adds again;
//! `sizes.json` says how many nodes there are of each kind, which are numbered in that order.

use std::fs::{self, File};
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use crate::draw::{HUMAN, Kind, Organisation};
use crate::measure::say;
use crate::w4;

/// Writes all files into the folder that `COUNTERSIGN_BENCH_OUT` names, or one among the temporary.
pub(crate) fn write(organisation: &Organisation) -> Result<(), String> {
    let folder = std::env::var_os("COUNTERSIGN_BENCH_OUT")
        .map_or_else(|| std::env::temp_dir().join("countersign-bench"), PathBuf::from);
    let only_numbers = std::env::var_os("COUNTERSIGN_BENCH_NUMBERS").is_some();
    fs::create_dir_all(&folder)
        .and_then(|()| numbers(organisation, &folder))
        .and_then(|()| if only_numbers { Ok(()) } else { tables(organisation, &folder) })
        .map_err(|cause| format!("cannot write `{}`: {cause}", folder.display()))?;
    say(&format!("written to `{}`", folder.display()));
    Ok(())
}

fn tables(organisation: &Organisation, folder: &Path) -> io::Result<()> {
    file(&folder.join("nodes.csv"), |out| nodes(organisation, out))?;
    file(&folder.join("edges.csv"), |out| edges(organisation, out))?;
    file(&folder.join("rules.txt"), |out| rules(organisation, out))
}

fn numbers(organisation: &Organisation, folder: &Path) -> io::Result<()> {
    let words = |out: &mut dyn Write, words: &[u32]| {
        words.iter().try_for_each(|word| out.write_all(&word.to_le_bytes()))
    };
    file(&folder.join("from.u32"), |out| words(out, &organisation.from))?;
    file(&folder.join("to.u32"), |out| words(out, &organisation.to))?;
    file(&folder.join("rules.u32"), |out| {
        for side in organisation.rules.iter().flat_map(|rule| &rule.sides) {
            words(out, &[u32::try_from(side.len()).unwrap_or(u32::MAX)])?;
            words(out, side)?;
        }
        Ok(())
    })?;
    let asked: Vec<u32> = w4::asked(organisation).collect();
    file(&folder.join("asked.u32"), |out| words(out, &asked))?;
    let changes = changes(organisation);
    file(&folder.join("changes.u32"), |out| words(out, &changes))?;
    let size = organisation.size;
    file(&folder.join("sizes.json"), |out| {
        writeln!(
            out,
            "{{\"identities\": {}, \"groups\": {}, \"roles\": {}, \"permissions\": {}, \"resources\": {}, \
             \"content\": \"{:016x}\"}}",
            size.identities,
            size.groups,
            size.roles,
            size.permissions,
            size.resources,
            organisation.hash()
        )
    })
}

/// Edges of identities, and edges between what identities share.
fn changes(organisation: &Organisation) -> Vec<u32> {
    let of = |structural: bool, count: usize| {
        let ends = (0u32..).zip(organisation.from.iter().zip(&organisation.to));
        let identities = organisation.size.identities;
        let of_it = ends.filter(|(_, (from, to))| {
            (**from >= identities) == structural && !organisation.resources().contains(to)
        });
        let all: Vec<u32> = of_it.map(|(place, _)| place).collect();
        let step = (all.len() / count).max(1);
        all.into_iter().step_by(step).take(count).collect::<Vec<_>>()
    };
    [of(false, 200), of(true, 50)].concat()
}

fn file(path: &Path, fill: impl FnOnce(&mut dyn Write) -> io::Result<()>) -> io::Result<()> {
    let mut out = BufWriter::new(File::create(path)?);
    fill(&mut out)?;
    out.flush()
}

/// A node's kind in the tables, and its name there.
fn named(organisation: &Organisation, node: u32) -> (&'static str, char, u32) {
    let (kind, number) = organisation.kind(node);
    let (kind, letter) = match kind {
        Kind::Identity if number.is_multiple_of(HUMAN) => ("person", 'i'),
        Kind::Identity => ("service_account", 'i'),
        Kind::Group => ("group", 'g'),
        Kind::Role => ("role", 'r'),
        Kind::Permission => ("entitlement", 'p'),
        Kind::Resource => ("resource", 'o'),
    };
    (kind, letter, number)
}

fn nodes(organisation: &Organisation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "id,kind,name,system")?;
    for node in 0..organisation.resources().end {
        let (kind, letter, number) = named(organisation, node);
        writeln!(out, "{letter}{number},{kind},{letter}{number},made-up")?;
    }
    Ok(())
}

fn edges(organisation: &Organisation, out: &mut dyn Write) -> io::Result<()> {
    writeln!(out, "source,kind,target")?;
    for (from, to) in organisation.from.iter().zip(&organisation.to) {
        let ((_, of, from), (_, on, to)) = (named(organisation, *from), named(organisation, *to));
        let edge = match (of, on) {
            (_, 'o') => "applies_to",
            (_, 'p') => "grants",
            ('i', 'i') => "assumes",
            _ => "member_of",
        };
        writeln!(out, "{of}{from},{edge},{on}{to}")?;
    }
    Ok(())
}

fn rules(organisation: &Organisation, out: &mut dyn Write) -> io::Result<()> {
    for rule in &organisation.rules {
        let sides = rule.sides.iter().map(|side| {
            let names = side.iter().map(|node| format!("p{}", organisation.kind(*node).1));
            names.collect::<Vec<_>>().join(" ")
        });
        writeln!(out, "{}", sides.collect::<Vec<_>>().join(" | "))?;
    }
    Ok(())
}
