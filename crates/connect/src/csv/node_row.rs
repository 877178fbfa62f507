//! Rows of `nodes.csv`. The same id twice is one node when the rows are equal and malformed, naming
//! both lines, when they are not.

use std::collections::BTreeMap;

use countersign_access::fact::SourceId;
use countersign_access::node::{Node, NodeId, NodeKind};

use super::cell::{self, DayEnd};
use super::table::Row;

/// Columns with a meaning of their own; every other one is a tag.
const COLUMNS: [&str; 13] = [
    "id",
    "kind",
    "name",
    "system",
    "tags",
    "action",
    "resource",
    "environment",
    "process",
    "owner",
    "created",
    "last_used",
    "expires",
];

/// Nodes seen so far.
#[derive(Debug, Default)]
pub(super) struct Nodes {
    by_id: BTreeMap<NodeId, (Node, Vec<String>)>,
    repeated: usize,
}

impl Nodes {
    /// Takes in one row.
    pub(super) fn add(&mut self, row: &Row<'_>, source: &SourceId) -> Result<(), String> {
        let node = node(row, source)?;
        match self.by_id.get(&node.id) {
            None => {
                self.by_id.insert(node.id.clone(), (node, row.cells().to_vec()));
                Ok(())
            }
            Some((_, cells)) if cells == row.cells() => {
                self.repeated = self.repeated.saturating_add(1);
                Ok(())
            }
            Some((first, _)) => Err(format!(
                "the id {:?} stands on {} with other values: keep one of the two rows",
                node.id, first.because.locator
            )),
        }
    }

    /// How many rows said again what another one had said.
    pub(super) fn note(&self) -> Option<String> {
        (self.repeated > 0).then(|| format!("{} equal rows of nodes were merged", self.repeated))
    }

    /// The nodes, by id.
    pub(super) fn into_list(self) -> Vec<Node> {
        self.by_id.into_values().map(|(node, _)| node).collect()
    }
}

fn node(row: &Row<'_>, source: &SourceId) -> Result<Node, String> {
    let id = cell::id(row, "id")?;
    let kind = kind(row.get("kind").unwrap_or_default())?;
    let name = cell::name(row, "name")?.unwrap_or_else(|| id.to_string());
    let system = cell::name(row, "system")?.unwrap_or_default();
    let because = source.at(row.place.as_str());
    Ok(Node {
        action: cell::name(row, "action")?,
        resource: cell::name(row, "resource")?,
        environment: cell::name(row, "environment")?,
        process: cell::name(row, "process")?,
        owner: cell::name(row, "owner")?,
        created: cell::moment(row, "created", DayEnd::Start)?,
        last_used: cell::moment(row, "last_used", DayEnd::Start)?,
        expires: cell::moment(row, "expires", DayEnd::End)?,
        tags: tags(row)?,
        ..Node::new(id, kind, &name, &system, because)
    })
}

fn kind(text: &str) -> Result<NodeKind, String> {
    NodeKind::parse(text).ok_or_else(|| {
        let kinds = NodeKind::ALL.map(NodeKind::as_str).join(", ");
        format!("`kind`: `{text}` is no kind of node: use one of {kinds}")
    })
}

/// The column `tags`, and every column that is not known by name. Where both name a key, `tags`
/// has the word.
fn tags(row: &Row<'_>) -> Result<BTreeMap<String, String>, String> {
    let mut tags = BTreeMap::new();
    for (column, text) in row.filled().filter(|(column, _)| !COLUMNS.contains(column)) {
        cell::bounded(column, text)?;
        tags.insert(column.to_owned(), text.to_owned());
    }
    for tag in row.get("tags").unwrap_or_default().split(';') {
        let (key, value) = tag.split_once('=').unwrap_or((tag, ""));
        let (key, value) = (key.trim(), value.trim());
        cell::bounded("tags", key)?;
        cell::bounded("tags", value)?;
        if !key.is_empty() {
            tags.insert(key.to_owned(), value.to_owned());
        }
    }
    Ok(tags)
}
