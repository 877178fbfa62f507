//! The header row: which columns there are, and whether the file lists nodes or edges. The order of
//! columns is free.

use crate::reading::enumerate;

/// Most columns of one file.
const COLUMNS_MAX: usize = 1_000;

/// The names of the columns, in order.
#[derive(Debug)]
pub(super) struct Header {
    names: Vec<String>,
}

impl Header {
    /// Accepts a header row of nodes (`id`, `kind`) or of edges (`source`, `kind`, `target`).
    pub(super) fn new(names: &[String]) -> Result<Self, String> {
        let names: Vec<String> = names.iter().map(|name| name.trim().to_owned()).collect();
        if names.len() > COLUMNS_MAX {
            return Err(format!("more than {COLUMNS_MAX} columns: leave out what is not needed"));
        }
        let header = Self { names };
        header.refuse_repeated()?;
        let has = |wanted: &[&str]| wanted.iter().all(|it| header.position(it).is_some());
        if has(&["id", "kind"]) || has(&["source", "kind", "target"]) {
            return Ok(header);
        }
        let found = header.names.iter().map(|it| format!("`{it}`")).collect::<Vec<_>>();
        Err(format!(
            "unknown format: the header row must name `id` and `kind` (nodes) or `source`, `kind` \
             and `target` (edges), it names {}",
            enumerate(&found)
        ))
    }

    /// True where the file lists nodes.
    pub(super) fn is_of_nodes(&self) -> bool {
        self.position("id").is_some()
    }

    /// Number of columns.
    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    /// The names, in order.
    pub(super) fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(String::as_str)
    }

    /// Where a column stands.
    pub(super) fn position(&self, name: &str) -> Option<usize> {
        self.names.iter().position(|it| it == name)
    }

    fn refuse_repeated(&self) -> Result<(), String> {
        let mut seen = std::collections::BTreeSet::new();
        for name in self.names() {
            if name.is_empty() {
                return Err("a column without a name: name it in the header row".into());
            }
            if !seen.insert(name) {
                return Err(format!("the column `{name}` is named twice: keep one of them"));
            }
        }
        Ok(())
    }
}
