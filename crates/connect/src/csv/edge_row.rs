//! Rows of `edges.csv`. Either end may be an id that no file knows: the edge is kept.

use std::collections::BTreeSet;

use countersign_access::edge::{Edge, EdgeKind};
use countersign_access::fact::SourceId;

use super::cell::{self, DayEnd};
use super::table::Row;

/// Columns with a meaning.
pub(super) const COLUMNS: [&str; 6] =
    ["source", "kind", "target", "grantor", "granted_at", "expires"];

/// Edges seen so far.
#[derive(Debug, Default)]
pub(super) struct Edges {
    list: Vec<Edge>,
    seen: BTreeSet<Vec<String>>,
    repeated: usize,
}

impl Edges {
    /// Takes in one row.
    pub(super) fn add(&mut self, row: &Row<'_>, source: &SourceId) -> Result<(), String> {
        let edge = edge(row, source)?;
        if self.seen.insert(row.cells().to_vec()) {
            self.list.push(edge);
        } else {
            self.repeated = self.repeated.saturating_add(1);
        }
        Ok(())
    }

    /// How many rows said again what another one had said.
    pub(super) fn note(&self) -> Option<String> {
        (self.repeated > 0).then(|| format!("{} equal rows of edges were merged", self.repeated))
    }

    /// The edges, in the order of the file.
    pub(super) fn into_list(self) -> Vec<Edge> {
        self.list
    }
}

fn edge(row: &Row<'_>, source: &SourceId) -> Result<Edge, String> {
    let from = cell::id(row, "source")?;
    let kind = kind(row.get("kind").unwrap_or_default())?;
    let to = cell::id(row, "target")?;
    Ok(Edge {
        grantor: cell::name(row, "grantor")?,
        granted_at: cell::moment(row, "granted_at", DayEnd::Start)?,
        expires: cell::moment(row, "expires", DayEnd::End)?,
        ..Edge::new(from, kind, to, source.at(row.place.as_str()))
    })
}

fn kind(text: &str) -> Result<EdgeKind, String> {
    EdgeKind::parse(text).ok_or_else(|| {
        let kinds = EdgeKind::ALL.map(EdgeKind::as_str).join(", ");
        format!("`kind`: `{text}` is no kind of edge: use one of {kinds}")
    })
}
