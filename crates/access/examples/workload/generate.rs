//! Writes the organisation in the generic CSV form, which any tool can read, and its rules as node
//! numbers, one rule a line.

use std::fmt::Write as _;
use std::fs;
use std::path::PathBuf;

use crate::draw::Organisation;
use crate::measure::say;

pub(crate) fn write(organisation: &Organisation) -> Result<(), String> {
    let folder = std::env::var_os("COUNTERSIGN_BENCH_OUT")
        .map_or_else(|| std::env::temp_dir().join("countersign-bench"), PathBuf::from);
    let wrong = |cause: std::io::Error| format!("cannot write `{}`: {cause}", folder.display());
    fs::create_dir_all(&folder).map_err(wrong)?;
    for (name, text) in [
        ("nodes.csv", nodes(organisation)),
        ("edges.csv", edges(organisation)),
        ("rules.txt", rules(organisation)),
    ] {
        fs::write(folder.join(name), text).map_err(wrong)?;
    }
    say(&format!("written to `{}`", folder.display()));
    Ok(())
}

/// What a node number stands for: its kind and its number among those.
fn kind(organisation: &Organisation, node: u32) -> (&'static str, &'static str, u32) {
    let size = organisation.size;
    let mut first = 0;
    for (kind, letter, count) in [
        ("service_account", "i", size.identities),
        ("group", "g", size.groups),
        ("role", "r", size.roles),
        ("entitlement", "p", size.permissions),
    ] {
        if node < first + count {
            // Every 38th identity is a human being.
            let is_human = letter == "i" && node.is_multiple_of(38);
            return (if is_human { "person" } else { kind }, letter, node - first);
        }
        first += count;
    }
    ("resource", "o", node - first)
}

fn nodes(organisation: &Organisation) -> String {
    let mut text = "id,kind,name,system\n".to_owned();
    for node in 0..organisation.resources().end {
        let (kind, letter, number) = kind(organisation, node);
        let _ = writeln!(text, "{letter}{number},{kind},{letter}{number},made-up");
    }
    text
}

fn edges(organisation: &Organisation) -> String {
    let mut text = "source,kind,target\n".to_owned();
    for (from, to) in organisation.from.iter().zip(&organisation.to) {
        let (of, to) = (kind(organisation, *from), kind(organisation, *to));
        let edge = match (of.1, to.1) {
            (_, "o") => "applies_to",
            (_, "p") => "grants",
            ("i", "i") => "assumes",
            _ => "member_of",
        };
        let _ = writeln!(text, "{}{},{edge},{}{}", of.1, of.2, to.1, to.2);
    }
    text
}

fn rules(organisation: &Organisation) -> String {
    let mut text = String::new();
    for rule in &organisation.rules {
        let sides = rule.sides.iter().map(|side| {
            let names = side.iter().map(|node| format!("p{}", kind(organisation, *node).2));
            names.collect::<Vec<_>>().join(" ")
        });
        let _ = writeln!(text, "{}", sides.collect::<Vec<_>>().join(" | "));
    }
    text
}
