//! Which crate may depend on which: the table of the house, read against the Cargo.toml files.
//! What a crate does with an allowed dependency is not looked at.

use toml::{Table, Value};

use super::complaint::Complaint;
use super::tree::Tree;

const PREFIX: &str = "countersign-";
const PURE: [&str; 4] = ["access", "governance", "policy", "ledger"];

/// Folder of each crate and the crates of ours that it may use.
const HOUSE: [(&str, &[&str]); 8] = [
    ("access", &[]),
    ("ledger", &[]),
    ("governance", &["access"]),
    ("policy", &["access", "governance"]),
    ("store", &["access", "governance", "ledger"]),
    ("connect", &["access"]),
    ("server", &["access", "governance", "policy", "ledger", "store", "connect"]),
    ("countersign", &["access", "governance", "policy", "ledger", "store", "connect", "server"]),
];

/// Crates that belong at one edge of the house: name, who may use it, who may in its tests.
const EDGES: [(&str, &[&str], &[&str]); 4] = [
    ("sqlx", &["store", "connect"], &["store", "connect", "countersign"]),
    ("axum", &["server"], &["server", "connect", "countersign"]),
    ("reqwest", &["connect", "server", "countersign"], &["connect", "server", "countersign"]),
    (
        "tokio",
        &["store", "connect", "server", "countersign"],
        &["store", "connect", "server", "countersign"],
    ),
];

/// Sources of randomness and time that a pure crate is given as an argument.
const NOT_PURE: [&str; 4] = ["getrandom", "rand", "async-std", "hyper"];

/// Compares every crate with the table.
///
/// # Errors
/// When a Cargo.toml is not TOML.
pub(super) fn check(tree: &Tree) -> Result<Vec<Complaint>, String> {
    let mut complaints = Vec::new();
    for (path, text) in tree.texts() {
        let parts: Vec<&str> = path.iter().filter_map(|part| part.to_str()).collect();
        let ["crates", folder, "Cargo.toml"] = parts.as_slice() else { continue };
        let manifest: Table =
            text.parse().map_err(|cause| format!("{}: not TOML: {cause}", path.display()))?;
        let Some((_, allowed)) = HOUSE.iter().find(|(name, _)| name == folder) else {
            complaints.push(Complaint::new(
                path,
                1,
                &format!("crate `{folder}` has no row in the table of the house"),
                "every crate has a known place and direction",
                "add it to xtask/src/tidy/direction.rs and give the reason in docs/decision",
            ));
            continue;
        };
        for dependency in dependencies(&manifest) {
            if let Some((what, why, to_do)) = objection(folder, allowed, &dependency) {
                let line = line_of(text, &dependency.key);
                complaints.push(Complaint::new(path, line, &what, why, to_do));
            }
        }
    }
    Ok(complaints)
}

struct Dependency {
    key: String,
    package: String,
    only_for_tests: bool,
}

type Objection = (String, &'static str, &'static str);

fn objection(folder: &str, allowed: &[&str], dependency: &Dependency) -> Option<Objection> {
    let package = dependency.package.as_str();
    if let Some(ours) = ours(package) {
        let refused = !dependency.only_for_tests && !allowed.contains(&ours);
        return refused.then(|| {
            (
                format!("`{folder}` depends on `{package}`"),
                "the table of the house knows no such direction",
                "turn the dependency round or pass the value in",
            )
        });
    }
    if !dependency.only_for_tests && PURE.contains(&folder) && NOT_PURE.contains(&package) {
        return Some((
            format!("the pure crate `{folder}` depends on `{package}`"),
            "pure crates are told the time and the randomness",
            "take it as an argument",
        ));
    }
    let (_, users, test_users) = EDGES.iter().find(|(name, ..)| *name == package)?;
    let users = if dependency.only_for_tests { test_users } else { users };
    (!users.contains(&folder)).then(|| {
        (
            format!("`{folder}` depends on `{package}`"),
            "this crate stays at the edge of the house, so that the rest builds and tests without it",
            "move the code that needs it to the crate that has it",
        )
    })
}

/// The folder of a package of ours.
fn ours(package: &str) -> Option<&str> {
    if package == "countersign" { Some(package) } else { package.strip_prefix(PREFIX) }
}

fn dependencies(manifest: &Table) -> Vec<Dependency> {
    let mut found = Vec::new();
    let targets = manifest.get("target").and_then(Value::as_table);
    let targets = targets.into_iter().flat_map(Table::values).filter_map(Value::as_table);
    for table in std::iter::once(manifest).chain(targets) {
        for (kind, only_for_tests) in
            [("dependencies", false), ("build-dependencies", false), ("dev-dependencies", true)]
        {
            let listed = table.get(kind).and_then(Value::as_table);
            for (key, value) in listed.into_iter().flatten() {
                let renamed = value.get("package").and_then(Value::as_str);
                let package = renamed.unwrap_or(key).to_owned();
                found.push(Dependency { key: key.clone(), package, only_for_tests });
            }
        }
    }
    found
}

/// The first line that begins with `key`, else the first line.
fn line_of(text: &str, key: &str) -> usize {
    let names = |line: &str| {
        line.trim_start()
            .strip_prefix(key)
            .is_some_and(|rest| rest.starts_with([' ', '=', '.', '"']))
    };
    text.lines().position(names).map_or(1, |found| found + 1)
}
