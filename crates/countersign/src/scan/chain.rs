//! Draws the paths of a finding as chains: node, edge, node, each edge with the place that says so.

use std::fmt::Write as _;

use countersign_access::fact::Locator;
use countersign_access::finding::{Finding, Step};
use owo_colors::OwoColorize;

use crate::output::plain;

/// The paths that tell a finding: one from somebody affected, and for each side that it does not
/// reach one from the root cause on, so that nothing is told twice.
pub(super) fn telling(finding: &Finding) -> Vec<&[Step]> {
    let root = &finding.root_cause.id;
    let is_root = |step: &Step| step.node.id == *root;
    let starts_before_root = |path: &&Vec<Step>| !path.first().is_some_and(is_root);
    let first = finding.paths.iter().find(starts_before_root).or(finding.paths.first());
    let mut told: Vec<&[Step]> = first.map(Vec::as_slice).into_iter().collect();
    for path in &finding.paths {
        let end = path.last().map(|step| &step.node.id);
        if told.iter().all(|it| it.last().map(|step| &step.node.id) != end) {
            let from_root = path.iter().position(is_root).and_then(|at| path.get(at..));
            told.push(from_root.unwrap_or(path));
        }
    }
    told
}

/// One path over several lines, each begun with `indent`.
pub(crate) fn draw(path: &[Step], indent: &str) -> String {
    let mut drawn = String::new();
    for (index, step) in path.iter().enumerate() {
        let name = name(step);
        let _infallible = match step.edge.filter(|_| index > 0) {
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
        return format!("{} {}", id.bold(), format!("({kind})").dimmed());
    }
    format!("{} {}", name.bold(), format!("({kind} {id})").dimmed())
}
