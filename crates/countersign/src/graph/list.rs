//! Tables of nodes and edges for people.

use comfy_table::{Cell, ContentArrangement, Table, presets};
use countersign_access::edge::EdgeKey;
use countersign_access::engine::{CutEdge, Holder, Sensitive};
use countersign_access::finding::{Certainty, NodeRef};

use crate::output::plain;

/// Most rows that are shown; the total counts all.
const ROWS_MAX: usize = 1_000;

/// Nodes, with what is worth a column for at least one of them.
pub(super) fn holders(holders: &[Holder]) -> String {
    let has = |test: fn(&Holder) -> bool| holders.iter().any(test);
    let via = has(|it| it.via.is_some());
    let namespaces = has(|it| !it.namespaces.is_empty());
    let objects = has(|it| !it.resource_names.is_empty());
    let potential = has(|it| it.certainty == Certainty::Potential);
    let pick = |cells: [(bool, String); 6]| {
        let kept = cells.into_iter().filter(|(is_kept, _)| *is_kept);
        kept.map(|(_, text)| Cell::new(text)).collect::<Vec<_>>()
    };
    let mut table = empty();
    table.set_header(pick([
        (true, "ID".into()),
        (true, "KIND".into()),
        (via, "VIA".into()),
        (namespaces, "NAMESPACES".into()),
        (objects, "ONLY OBJECTS".into()),
        (potential, "CERTAINTY".into()),
    ]));
    for holder in holders.iter().take(ROWS_MAX) {
        let through = holder.via.as_ref().map(|it| plain(it.id.as_str())).unwrap_or_default();
        let certainty = match holder.certainty {
            Certainty::Proven => "proven",
            Certainty::Potential => "potential",
        };
        table.add_row(pick([
            (true, plain(holder.node.id.as_str())),
            (true, holder.node.kind.to_string()),
            (via, through),
            (namespaces, holder.namespaces.join(", ")),
            (objects, holder.resource_names.join(", ")),
            (potential, certainty.into()),
        ]));
    }
    finish(&table, holders.len())
}

/// Nodes by themselves.
pub(super) fn nodes(nodes: &[NodeRef]) -> String {
    let mut table = empty();
    table.set_header(["ID", "KIND", "NAME"]);
    for node in nodes.iter().take(ROWS_MAX) {
        table.add_row([plain(node.id.as_str()), node.kind.to_string(), plain(&node.name)]);
    }
    finish(&table, nodes.len())
}

/// How many resources are how sensitive, by system.
pub(super) fn sensitive(rows: &[Sensitive]) -> String {
    let mut table = empty();
    table.set_header(["SYSTEM", "SENSITIVITY", "RESOURCES"]);
    for row in rows.iter().take(ROWS_MAX) {
        let sensitivity = row.sensitivity.as_deref().map_or_else(|| "not known".to_owned(), plain);
        table.add_row([plain(&row.system), sensitivity, row.total.to_string()]);
    }
    finish(&table, rows.len())
}

/// Edges.
pub(super) fn edges(edges: &[EdgeKey]) -> String {
    let mut table = empty();
    table.set_header(["SOURCE", "KIND", "TARGET"]);
    for edge in edges.iter().take(ROWS_MAX) {
        table.add_row(cells(edge));
    }
    finish(&table, edges.len())
}

/// Edges with how many findings each clears.
pub(super) fn cuts(edges: &[CutEdge]) -> String {
    let mut table = empty();
    table.set_header(["SOURCE", "KIND", "TARGET", "CLEARS"]);
    for cut in edges.iter().take(ROWS_MAX) {
        let [source, kind, target] = cells(&cut.edge);
        table.add_row([source, kind, target, cut.clears.to_string()]);
    }
    finish(&table, edges.len())
}

fn cells(edge: &EdgeKey) -> [String; 3] {
    [plain(edge.source.as_str()), edge.kind.to_string(), plain(edge.target.as_str())]
}

fn empty() -> Table {
    let mut table = Table::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Disabled);
    table
}

fn finish(table: &Table, rows: usize) -> String {
    let mut text: String =
        table.to_string().lines().map(|line| format!("{}\n", line.trim_end())).collect();
    let more = rows.saturating_sub(ROWS_MAX);
    if more > 0 {
        text.push_str(&format!("{more} more rows are not shown here: use `--format json`\n"));
    }
    text
}
