//! Paths that exist on one machine only. A clone needs nothing beside it, so no file may point
//! outside the project. Files that are not text are not searched.

use std::path::Path;

use super::complaint::Complaint;
use super::tree::Tree;

/// Written in two halves, so that this file does not complain about itself.
const PATHS: [&str; 7] = [
    concat!("/work", "/main"),
    concat!("/work", "/shared"),
    concat!("../", "shared"),
    concat!("/root", "/."),
    concat!("/Users", "/"),
    concat!("C:\\", "Users\\"),
    concat!("/tmp", "/target"),
];

/// Searches every line of every text file.
pub(super) fn check(tree: &Tree) -> Vec<Complaint> {
    tree.texts().flat_map(|(path, text)| search(path, text)).collect()
}

fn search(path: &Path, text: &str) -> Vec<Complaint> {
    let mut found = Vec::new();
    for (index, line) in text.lines().enumerate() {
        if let Some(place) = PATHS.iter().find(|place| line.contains(**place)) {
            found.push(Complaint::new(
                path,
                index + 1,
                &format!("the path `{place}`"),
                "it exists on one machine only",
                "copy what is needed into the project, or take the path from the environment",
            ));
        }
    }
    found
}
