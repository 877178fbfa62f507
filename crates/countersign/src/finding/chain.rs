//! A path of a finding as a chain: node, edge, node, each edge with the place that says so. Where the
//! place only repeats the edge, what is left of it is shown.

use countersign_access::edge::EdgeKind;
use countersign_access::finding::Step;
use owo_colors::OwoColorize;

use crate::client::table::INDENT;
use crate::output::{plain, wrap};

/// One path over several lines, begun with the indent of labelled lines.
pub(super) fn chain(path: &[Step]) -> String {
    let mut text = String::new();
    let mut before: Option<&Step> = None;
    for step in path {
        text.push_str(&match (before, step.edge) {
            (Some(from), Some(edge)) => link(from, edge, step),
            _ => wrap(&name(step), INDENT),
        });
        before = Some(step);
    }
    text
}

/// The edge and the node to which it leads, and the place that says so.
fn link(from: &Step, edge: EdgeKind, step: &Step) -> String {
    let arrow = format!("{} \u{2192}", edge.as_str().replace('_', " "));
    let source = plain(step.because.source.as_str());
    let locator = locator(from, edge, step);
    let here = if locator.is_empty() { format!(", in {source}") } else { String::new() };
    let lines = wrap(&format!("{arrow} {}{here}", name(step)), &format!("{INDENT}  "));
    let lines = lines.replacen(&arrow, &arrow.cyan().to_string(), 1);
    if locator.is_empty() {
        return lines;
    }
    let because = wrap(&format!("{locator} in {source}"), &format!("{INDENT}      "));
    format!("{lines}{}", because.dimmed())
}

/// Where the source says so, as far as it is not the edge once more.
fn locator(from: &Step, edge: EdgeKind, step: &Step) -> String {
    let locator = plain(&step.because.locator);
    let (here, there) = (plain(from.node.id.as_str()), plain(step.node.id.as_str()));
    let repeated = [format!("{here},{edge},{there}"), format!("{there},{edge},{here}")];
    let rest = repeated.iter().find_map(|edge| locator.strip_prefix(edge.as_str()));
    rest.unwrap_or(&locator).trim().to_owned()
}

/// What people call a node, with its kind and, where that says more, its id.
fn name(step: &Step) -> String {
    let (id, name) = (plain(step.node.id.as_str()), plain(&step.node.name));
    let kind = step.node.kind.as_str().replace('_', " ");
    if id.ends_with(&name) {
        return format!("{id} ({kind})");
    }
    format!("{name} ({kind} {id})")
}

#[cfg(test)]
mod tests {
    use super::*;

    fn steps(locator: &str) -> Vec<Step> {
        let node = |id: &str, edge: Option<&str>, locator: &str| {
            serde_json::json!({
                "id": id, "kind": "account", "name": id, "system": "erp", "edge": edge,
                "because": {"source": "erp", "locator": locator},
            })
        };
        let path =
            serde_json::json!([node("a", None, ""), node("b", Some("is_account_of"), locator)]);
        serde_json::from_value(path).unwrap()
    }

    #[test]
    fn a_place_that_repeats_the_edge_is_shortened_and_any_other_is_shown() {
        let drawn = |locator| anstream::adapter::strip_str(&chain(&steps(locator))).to_string();
        assert!(
            drawn("b,is_account_of,a").ends_with("is account of \u{2192} b (account), in erp\n")
        );
        assert!(drawn("edges.csv:7").ends_with("\n                     edges.csv:7 in erp\n"));
    }
}
