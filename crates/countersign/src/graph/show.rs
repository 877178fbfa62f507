//! Answers for people: a table or a chain, one line that sums up, and what it rests on.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use countersign_access::engine::{ChangedFinding, OneWay};
use countersign_access::fact::RestsOn;
use countersign_access::finding::{Finding, Step};
use owo_colors::OwoColorize;

use countersign_server::ask::graph::{
    Body, CutSet, Difference, FindingWays, Reply, Stats, moved_words,
};

use super::list;
use crate::output::{plain, wrap};
use crate::scan::draw;

/// How much of a fingerprint is shown.
const PRINT_SHOWN: usize = 16;

/// The whole answer.
pub(super) fn table(reply: &Reply<Body>) -> String {
    let mut text = match &reply.body {
        Body::Stats(it) => stats(it),
        Body::List(it) => {
            let mut text = counted(it.total, "answer", "answers");
            text.push_str(&some(&it.answers, list::holders));
            if !it.limited.is_empty() {
                text.push_str("\nOnly on the named objects, so no answer to the question:\n");
                text.push_str(&list::holders(&it.limited));
            }
            text
        }
        Body::Blast(it) => {
            let mut text = counted(it.total, "resource", "resources");
            text.push_str(&figures("by kind", &it.by_kind));
            text.push_str(&figures("by system", &it.by_system));
            text.push_str(&some(&it.by_sensitivity, list::sensitive));
            text.push_str(&some(&it.answers, list::holders));
            text
        }
        Body::Access(it) => {
            let lines = it.answers.iter().fold(String::new(), |text, held| {
                let through = plain(&held.through.join(", "));
                text + &format!("  {}  through {through}\n", plain(&held.id))
            });
            counted(it.total, "entitlement", "entitlements") + &lines
        }
        Body::Ways(it) if !it.found => "There is no way.\n".into(),
        Body::Ways(it) => {
            let many = counted(it.paths.len(), "way", "ways");
            let more =
                if it.more { "There are more, or nobody knows that there are not.\n" } else { "" };
            format!("{many}{}{more}", ways(&it.paths, &it.ways))
        }
        Body::WaysOf(it) => ways_of(it),
        Body::Cut(it) => cut_words(it.edges.len(), it.exact) + &some(&it.edges, list::cuts),
        Body::CutSet(it) => set_words(it) + &some(&it.edges, list::edges),
        Body::WhatIf(it) => {
            findings("would end", &it.ended)
                + &findings("would open", &it.opened)
                + &changed("would change", ("would join", "would leave"), &it.changed)
        }
        Body::Difference(it) => difference(it),
        Body::Verified(it) if it.equal => "Equal to a full evaluation.\n".into(),
        Body::Verified(it) => {
            let difference = it.first_difference.as_deref().unwrap_or("no more is known");
            format!("Not equal to a full evaluation: {}\n", plain(difference))
        }
    };
    if let Body::Difference(it) = &reply.body {
        text.push_str("\nThe earlier time:");
        text.push_str(&rests_on(&it.earlier));
        text.push_str("\nThe later time:");
    }
    text.push_str(&rests_on(sources(&reply.body)));
    for why in &reply.why_partial {
        text.push_str(&wrap(&format!("Partial: {}", plain(why)), ""));
    }
    text
}

fn counted(count: usize, one: &str, many: &str) -> String {
    format!("{}\n", format!("{count} {}", if count == 1 { one } else { many }).bold())
}

fn some<T>(items: &[T], table: fn(&[T]) -> String) -> String {
    if items.is_empty() { String::new() } else { format!("\n{}", table(items)) }
}

fn stats(stats: &Stats) -> String {
    let Stats { nodes, edges, nodes_by_kind, edges_by_kind, dangling, traversable, .. } = stats;
    let mut text = String::new();
    let sum = format!("{nodes} nodes, {edges} edges, {traversable} of them lead somewhere");
    let _infallible = writeln!(text, "{}", sum.bold());
    text.push_str(&figures("nodes", nodes_by_kind));
    text.push_str(&figures("edges", edges_by_kind));
    if !dangling.is_empty() {
        let _infallible = write!(text, "\n{} dangling:\n{}", dangling.len(), list::edges(dangling));
    }
    text
}

fn figures(label: &str, figures: &BTreeMap<String, usize>) -> String {
    let figures: Vec<String> =
        figures.iter().map(|(name, count)| format!("{count} {}", plain(name))).collect();
    if figures.is_empty() { String::new() } else { format!("  {label}: {}\n", figures.join(", ")) }
}

/// Each way, then what is said of it.
fn ways(paths: &[Vec<Step>], ways: &[OneWay]) -> String {
    let mut text = String::new();
    for (path, way) in paths.iter().zip(ways) {
        text.push('\n');
        text.push_str(&draw(path, "  "));
        let edges = if way.length == 1 { "edge" } else { "edges" };
        let print = way.fingerprint.as_ref().and_then(|it| it.0.get(..PRINT_SHOWN));
        let print = print.map(|it| format!(", fingerprint {it}")).unwrap_or_default();
        let line = format!("  {} {edges}, {}{print}", way.length, way.certainty.as_str());
        let _infallible = writeln!(text, "{}", line.dimmed());
    }
    text
}

fn ways_of(it: &FindingWays) -> String {
    let (rule, from) = (plain(&it.rule), plain(it.from.id.as_str()));
    let mut text = format!("{}\n", format!("All ways of `{rule}` from {from}").bold());
    if it.sides.is_empty() {
        text.push_str("The rule is about single nodes: no way leads anywhere.\n");
    }
    if let Some(shared) = &it.shared {
        let _infallible = writeln!(text, "The sides share `{}`.", plain(shared));
    }
    for side in &it.sides {
        let count = side.paths.len();
        let (noun, more) =
            (if count == 1 { "way" } else { "ways" }, if side.more { " or more" } else { "" });
        let line = format!("{}: {count} {noun}{more}", plain(&side.side));
        let _infallible = writeln!(text, "\n{}", line.bold());
        text.push_str(&ways(&side.paths, &side.ways));
    }
    text
}

fn cut_words(edges: usize, exact: bool) -> String {
    let bound = if exact { "" } else { "; there may be better ones" };
    match edges {
        0 => format!("No single edge clears a finding{bound}.\n"),
        1 => format!("1 edge whose removal clears findings{bound}\n"),
        more => format!("{more} edges whose removal clears findings, each by itself{bound}\n"),
    }
}

fn set_words(set: &CutSet) -> String {
    let edges = set.edges.len();
    match (set.clears, set.is_exact) {
        (false, true) => "No edges that can be taken away clear it.\n".into(),
        (false, false) => "No edges that clear it were found within the limits.\n".into(),
        (true, _) if edges == 1 => "This edge alone clears it.\n".into(),
        (true, true) => format!("These {edges} edges together clear it; no fewer do.\n"),
        (true, false) => format!(
            "These {edges} edges together clear it; fewer may do, but no fewer than {}.\n",
            set.at_least
        ),
    }
}

fn findings(label: &str, findings: &[Finding]) -> String {
    heading(label, findings.len()) + &findings.iter().map(finding).collect::<String>()
}

fn heading(label: &str, findings: usize) -> String {
    let noun = if findings == 1 { "finding" } else { "findings" };
    format!("{}\n", format!("{findings} {noun} {label}").bold())
}

fn finding(finding: &Finding) -> String {
    format!(
        "  {} {} at {}\n",
        finding.severity.as_str(),
        plain(&finding.title),
        plain(finding.root_cause.id.as_str())
    )
}

/// Findings that are otherwise, with who joined and who left.
fn changed(label: &str, (join, leave): (&str, &str), findings: &[ChangedFinding]) -> String {
    let mut text = heading(label, findings.len());
    for it in findings {
        text.push_str(&finding(&it.finding));
        for words in moved_words(&it.moved, join, leave) {
            text.push_str(&wrap(&plain(&words), "    "));
        }
    }
    text
}

fn difference(difference: &Difference) -> String {
    let Difference { nodes, edges, findings: found, .. } = difference;
    let mut text = String::new();
    let all = [
        (nodes.came_total, nodes.gone_total, nodes.changed_total, "nodes"),
        (edges.came_total, edges.gone_total, edges.changed_total, "edges"),
        (found.came_total, found.gone_total, found.changed_total, "findings"),
    ];
    for (came, gone, changed, what) in all {
        let line = format!("{what}: {came} came, {gone} went, {changed} are otherwise");
        let _infallible = writeln!(text, "{}", line.bold());
    }
    for (label, nodes) in [("came", &nodes.came), ("went", &nodes.gone)] {
        if !nodes.is_empty() {
            let _infallible = write!(text, "\nNodes that {label}:\n{}", list::nodes(nodes));
        }
    }
    for (label, edges) in [("came", &edges.came), ("went", &edges.gone)] {
        if !edges.is_empty() {
            let _infallible = write!(text, "\nEdges that {label}:\n{}", list::edges(edges));
        }
    }
    for (label, found) in [("came", &found.came), ("went", &found.gone)] {
        if !found.is_empty() {
            text.push('\n');
            text.push_str(&findings(label, found));
        }
    }
    if !found.changed.is_empty() {
        text.push('\n');
        text.push_str(&changed("are otherwise", ("joined", "left"), &found.changed));
    }
    text
}

fn sources(body: &Body) -> &[RestsOn] {
    match body {
        Body::Stats(it) => &it.rests_on,
        Body::List(it) => &it.rests_on,
        Body::Blast(it) => &it.rests_on,
        Body::Access(it) => &it.rests_on,
        Body::Ways(it) => &it.rests_on,
        Body::WaysOf(it) => &it.rests_on,
        Body::Cut(it) => &it.rests_on,
        Body::CutSet(it) => &it.rests_on,
        Body::WhatIf(it) => &it.rests_on,
        Body::Verified(it) => &it.rests_on,
        Body::Difference(it) => &it.later,
    }
}

fn rests_on(sources: &[RestsOn]) -> String {
    let mut text = String::from("\n");
    for RestsOn { source, read_at, complete } in sources {
        let whole = if *complete { "" } else { ", not read whole" };
        let line = format!("Rests on {} read at {read_at:.0}{whole}", plain(source.as_str()));
        let _infallible = writeln!(text, "{}", line.dimmed());
    }
    text
}
