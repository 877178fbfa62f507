//! `cargo xtask tidy`: what a person would forget to check in a review. It reads files only; what
//! the compiler and clippy already refuse is not checked twice.

mod complaint;
mod direction;
mod driver;
mod heading;
mod length;
mod name;
mod place_word;
mod ring;
mod shelf;
mod source;
mod template;
#[cfg(test)]
mod tests;
mod tree;
mod word;

use std::path::Path;

use complaint::Complaint;
use source::Source;
use tree::Tree;

use crate::place;

/// Checks the project and prints every complaint.
///
/// # Errors
/// When a file cannot be read or there is something to complain about.
pub(crate) fn run() -> Result<(), String> {
    let complaints = check(&place::root())?;
    for complaint in &complaints {
        eprintln!("{complaint}");
    }
    match complaints.len() {
        0 => Ok(()),
        count => Err(format!("{count} to put right")),
    }
}

fn check(root: &Path) -> Result<Vec<Complaint>, String> {
    let tree = Tree::read(root)?;
    let sources = Source::of(&tree)?;
    let mut complaints = Vec::new();
    complaints.extend(direction::check(&tree)?);
    complaints.extend(ring::check(&sources));
    complaints.extend(length::check(&sources));
    complaints.extend(heading::check(&sources));
    complaints.extend(word::check(&sources));
    complaints.extend(name::check(&tree, &sources));
    complaints.extend(place_word::check(&tree));
    complaints.extend(template::check(&tree));
    complaints.extend(shelf::check(&tree, &sources));
    complaints.extend(driver::check(&sources));
    complaints.sort();
    Ok(complaints)
}
