//! Draws the paths of a finding as chains: node, edge, node, each edge with the place that says so.

use std::fmt::Write as _;

use countersign_access::fact::Locator;
use countersign_access::finding::{Finding, Step};
use owo_colors::OwoColorize;

use crate::output::plain;

/// The paths that tell a finding: one from somebody affected, and one from the root cause to each
/// side that the first does not reach.
pub(super) fn telling(finding: &Finding) -> Vec<&[Step]> {
    let mut told: Vec<&[Step]> = Vec::new();
    let root = &finding.root_cause.id;
    let starts_at_root = |path: &&Vec<Step>| path.first().is_some_and(|step| step.node.id == *root);
    let from_affected = finding.paths.iter().find(|path| !starts_at_root(path));
    told.extend(from_affected.map(Vec::as_slice));
    for path in finding.paths.iter().filter(starts_at_root) {
        let end = path.last().map(|step| &step.node.id);
        let is_told = told.iter().any(|it| it.last().map(|step| &step.node.id) == end);
        if !is_told {
            told.push(path);
        }
    }
    told
}

/// One path over several lines, each begun with `indent`.
pub(crate) fn draw(path: &[Step], indent: &str) -> String {
    let mut drawn = String::new();
    for step in path {
        let name = name(step);
        let _infallible = match step.edge {
            None => writeln!(drawn, "{indent}{name}"),
            Some(edge) => {
                let because = place(&step.because);
                let arrow = format!("{edge} →");
                writeln!(drawn, "{indent}  {} {name}", arrow.cyan())
                    .and_then(|()| writeln!(drawn, "{indent}      {}", because.dimmed()))
            }
        };
    }
    drawn
}

/// The locator, with the source where it does not name it itself.
fn place(because: &Locator) -> String {
    let (source, locator) = (because.source.as_str(), because.locator.as_str());
    if locator.starts_with(source) {
        return plain(locator);
    }
    plain(&format!("{locator} in {source}"))
}

/// What people call a node, with its id where that says more.
fn name(step: &Step) -> String {
    let id = plain(step.node.id.as_str());
    let name = plain(&step.node.name);
    let kind = step.node.kind;
    if id.ends_with(&name) || name.is_empty() {
        return format!("{} {}", id.bold(), kind.dimmed());
    }
    format!("{} {}", name.bold(), format!("{kind} {id}").dimmed())
}
