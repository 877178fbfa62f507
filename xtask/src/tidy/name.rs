//! Names of files and modules that would collect whatever has no place yet, and scripts that
//! would grow beside the chores. What stands inside the files is not looked at.

use std::path::Path;

use super::complaint::Complaint;
use super::source::Source;
use super::tree::Tree;

const CATCH_ALL: [&str; 15] = [
    "util", "utils", "common", "helper", "helpers", "misc", "manager", "managers", "types",
    "error", "errors", "data", "info", "service", "prelude",
];
const SCRIPTS: [&str; 6] = ["sh", "bash", "zsh", "ps1", "bat", "cmd"];
/// The one script: a single line that calls the chores.
const ONE_SCRIPT: &str = ".ci/run";

/// Looks at every file of the project and at the modules inside the files.
pub(super) fn check(tree: &Tree, sources: &[Source]) -> Vec<Complaint> {
    let mut complaints = Vec::new();
    for (path, text) in tree.files() {
        complaints.extend(rust_file(path));
        complaints.extend(script(path, text.unwrap_or_default()));
    }
    for source in sources {
        complaints.extend(inner_modules(source));
    }
    complaints
}

fn rust_file(path: &Path) -> Option<Complaint> {
    if path.extension()? != "rs" {
        return None;
    }
    if path.file_name()? == "mod.rs" {
        return Some(Complaint::new(
            path,
            1,
            "a file named `mod.rs`",
            "ten tabs of that name cannot be told apart",
            "name it after its folder, beside it",
        ));
    }
    let parts = path.iter().skip_while(|part| *part != "src" && *part != "tests").skip(1);
    let stem = path.file_stem()?;
    let refused = parts.filter(|part| *part != path.file_name().unwrap_or_default()).chain([stem]);
    let mut refused = refused.filter_map(|part| part.to_str());
    // Fixtures lie in a folder named data; they are nobody's module.
    let fixture = path.iter().any(|part| part == "tests") && path.iter().any(|part| part == "data");
    refused.find(|part| !fixture && CATCH_ALL.contains(part)).map(|name| catch_all(path, 1, name))
}

fn inner_modules(source: &Source) -> Vec<Complaint> {
    let mut found = Vec::new();
    for item in &source.syntax.items {
        let syn::Item::Mod(item) = item else { continue };
        let name = item.ident.to_string();
        // A module in a file of its own is complained about there.
        if item.content.is_some() && CATCH_ALL.contains(&name.as_str()) {
            found.push(catch_all(&source.path, item.ident.span().start().line, &name));
        }
    }
    found
}

fn catch_all(path: &Path, line: usize, name: &str) -> Complaint {
    Complaint::new(
        path,
        line,
        &format!("a module named `{name}`"),
        "such a name fits everything, so everything ends up there",
        "name it after the one thing it is about",
    )
}

fn script(path: &Path, text: &str) -> Option<Complaint> {
    let by_ending = path.extension().and_then(|ending| ending.to_str());
    let first = text.lines().next().unwrap_or_default();
    let by_first_line = first.starts_with("#!/") && first.ends_with("sh");
    let is_script = by_first_line || by_ending.is_some_and(|ending| SCRIPTS.contains(&ending));
    (is_script && path != Path::new(ONE_SCRIPT)).then(|| {
        Complaint::new(
            path,
            1,
            "a shell script",
            "it runs on one kind of machine and nobody tests it",
            "make it a command of xtask",
        )
    })
}
