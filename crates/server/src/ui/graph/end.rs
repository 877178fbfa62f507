//! A thing that somebody names in a field, by its id or by words: it, or what fits the words. Shown again
//! as it was typed.

use countersign_access::engine::Engine;
use countersign_access::finding::NodeRef;
use countersign_access::node::NodeId;

use super::Named;
use super::search::FOUND_MAX;

/// What was named.
#[derive(Debug, Clone)]
pub(in crate::ui) enum End {
    /// Nobody has said which.
    Open,
    /// This node.
    Node(NodeRef),
    /// What was written fits these; none when it fits nothing.
    Several(String, Vec<NodeRef>),
}

/// The same as a form has it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(in crate::ui) struct Field {
    /// What stands in the form.
    pub(in crate::ui) typed: String,
    /// To choose from, because what was written fits several.
    pub(in crate::ui) several: Vec<Named>,
    /// Whether what was written fits nothing.
    pub(in crate::ui) is_unknown: bool,
}

/// The node of this id, or the only one that fits.
pub(super) fn end(engine: &Engine, words: &str) -> End {
    let words = words.trim();
    if words.is_empty() {
        return End::Open;
    }
    if let Some(node) = NodeId::new(words).ok().and_then(|id| engine.named(&id)) {
        return End::Node(node);
    }
    let (mut found, total) = engine.search(words, FOUND_MAX);
    match found.pop() {
        Some(only) if total == 1 => End::Node(only),
        last => {
            found.extend(last);
            End::Several(words.to_owned(), found)
        }
    }
}

/// The field, as it is shown again.
pub(super) fn field(end: End) -> Field {
    match end {
        End::Open => Field::default(),
        End::Node(node) => Field { typed: node.id.as_str().to_owned(), ..Field::default() },
        End::Several(typed, found) => Field {
            is_unknown: found.is_empty(),
            several: found.iter().map(Named::of).collect(),
            typed,
        },
    }
}
